"""``citygas doctor``: what is connected, behind, refused and why, silent, misconfigured; what to do."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import typer

from citygas.commands.options import Config, DataDir, opened
from citygas.embedded.broker import find_mosquitto
from citygas.roles import broker_options
from citygas.settings import Settings
from telemetry.store.diagnosis import Diagnosis, diagnose
from telemetry.store.registry_tables import load_registry
from telemetry.store.rollups import unsafe_rollups

_BEHIND_S = 60
_HOUR_S = 3600
_DAY_S = 86_400


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("doctor", help="What is connected, behind, refused, silent; what to do.")(_doctor)


def _doctor(data_dir: DataDir = None, config: Config = None) -> None:
    with opened(config, data_dir, "doctor") as (connection, _, chosen):
        found = diagnose(connection)
        registry = load_registry(connection)
        unsafe = unsafe_rollups(connection)
    typer.echo(f"database    PostgreSQL {found.server}, {_profile(found)}")
    typer.echo(
        f"registry    version {registry.version}, {len(registry.meters)} meters, "
        f"{len(registry.stations)} stations, {len(registry.devices)} devices"
    )
    for line in (*_broker(chosen), *_shards(found), *_counters(found), *_backlog(found)):
        typer.echo(line)
    for line in (*_refused(found), *_unknown_keys(found), *_clocks(found), *_silent(found), *_notices(found)):
        typer.echo(line)
    for sentence in unsafe:
        typer.echo(f"roll-ups    {sentence}")


def _profile(found: Diagnosis) -> str:
    return f"TimescaleDB {found.timescale}" if found.timescale else "plain profile (no TimescaleDB)"


def _broker(chosen: Settings) -> Iterator[str]:
    """Say whether the broker takes connections."""
    if chosen.mqtt.host is None:
        kind = chosen.mqtt.embedded or ("mosquitto" if find_mosquitto() else "amqtt")
        yield f"broker      embedded {kind}"
        if kind == "amqtt":
            yield "            for a first look only: install mosquitto to lose nothing across restarts"
        return
    broker = broker_options(chosen)
    try:
        with socket.create_connection((broker.host, broker.port), timeout=5):
            yield f"broker      {broker.host}:{broker.port} takes connections"
    except OSError as error:
        yield f"broker      {broker.host}:{broker.port}: {error}: check mqtt.host, mqtt.port and the firewall"


def _shards(found: Diagnosis) -> Iterator[str]:
    if not found.shards:
        yield "collectors  none has ever run: start citygas up, or citygas collect"
    for shard, holder, since, held in found.shards:
        state = "held by" if held else "NOT HELD: start a collector; last held by"
        yield f"shard       {shard}: {state} {holder} since {since:%Y-%m-%d %H:%M} UTC"


def _counters(found: Diagnosis) -> Iterator[str]:
    for source, counts, retained, in_flight, at in found.sources:
        yield (
            f"received    {source}: {counts.received} = {counts.committed} committed + {counts.duplicate} "
            f"duplicate + {counts.refused} refused; {in_flight} in flight, {retained} retained ignored; "
            f"last {at:%Y-%m-%d %H:%M:%S} UTC"
        )


def _backlog(found: Diagnosis) -> Iterator[str]:
    for consumer, count, oldest in found.backlog:
        behind = (datetime.now(UTC) - oldest).total_seconds()
        advice = f": is the role {consumer} running?" if behind > _BEHIND_S else ""
        yield f"behind      {consumer}: {count} waiting, the oldest {behind:.0f} s{advice}"


def _refused(found: Diagnosis) -> Iterator[str]:
    for reason, count, devices, last, detail in found.refused:
        yield f"refused     {reason}: {count} a day by {devices} devices, last {last:%H:%M:%S} UTC: {detail}"
    if any(reason == "unknown_device" for reason, *_ in found.refused):
        yield "            unknown devices: register them (citygas registry import), and it is stored then"


def _unknown_keys(found: Diagnosis) -> Iterator[str]:
    for decoder, key, count, device, _ in found.unknown_keys:
        yield f"unknown key {key!r} in {decoder} from {count} devices, as {device}: kept with the payload"


def _clocks(found: Diagnosis) -> Iterator[str]:
    for device, count, seconds in found.suspect_clocks:
        off = f"{seconds / _DAY_S:.0f} days" if seconds > 2 * _DAY_S else f"{seconds / _HOUR_S:.0f} h"
        yield (
            f"clock       {device}: {count} readings of the last day are {off} behind their arrival, kept as "
            "they were said: set its clock, or time_zone of its route"
        )


def _silent(found: Diagnosis) -> Iterator[str]:
    for kind, target, since in found.silent:
        yield f"silent      {kind} {target} since {since:%Y-%m-%d %H:%M} UTC"


def _notices(found: Diagnosis) -> Iterator[str]:
    for channel, waiting, dead, error in found.notices:
        why = f"; last error: {error}" if error else ""
        yield f"notices     {channel}: {waiting} waiting, {dead} given up in the last week{why}"
