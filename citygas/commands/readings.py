"""Readings from files and from what is stored: ``backfill``, ``replay``."""

import gzip
import io
import json
import sys
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, TextIO, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from citygas.commands.options import AsJson, Config, DataDir, opened, settings
from citygas.commands.times import parse_moment
from citygas.progress import bar
from citygas.roles import router
from citygas.supervisor import Database
from ingest.backfill import backfill, parse_columns
from ingest.pipeline import Pipeline
from ingest.replay import replay_all, replay_refused
from ingest.router import Router
from telemetry.errors import ConfigurationError
from telemetry.registry import Registry
from telemetry.store.batches import Counts
from telemetry.store.registry_tables import load_registry

_GZIP = b"\x1f\x8b"


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("backfill", help="Store a CSV of readings, down the same path as live data.")(_backfill)
    app.command("replay", help="Decode stored payloads again.")(_replay)


def _backfill(
    files: Annotated[list[Path], typer.Argument(help="CSV, plain or gzip; - reads standard input.")],
    device: Annotated[str, typer.Option(help="The device that the readings are of.")],
    columns: Annotated[str | None, typer.Option(help="measured_at=CreateDate,index_m3=GTotal,…")] = None,
    time_zone: Annotated[
        str | None, typer.Option(help="Of times without offset.", show_default="the site's")
    ] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    mapping = parse_columns(columns)
    total = Counts()
    with opened(config, data_dir, "backfill") as (connection, *_):
        zone = _zone(time_zone) if time_zone else _site_zone(load_registry(connection), device)
        connection.commit()
        connection.autocommit = True
        pipeline = Pipeline(connection, "backfill", Router(), live=False)
        for file in files:
            with _rows(file) as lines, bar(f"{file}", quiet=as_json) as advance:
                total += backfill(pipeline, lines, device, columns=mapping, zone=zone, progress=advance)
    _report(total, as_json=as_json)


def _replay(
    since: Annotated[str, typer.Option(help="Time with offset, RFC 3339.")],
    decoder: Annotated[str | None, typer.Option(help="Decode with this one.")] = None,
    dead_letters: Annotated[bool, typer.Option("--dead-letters", help="Only what was refused.")] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    chosen = settings(config, data_dir)
    decoders, at = router(chosen), parse_moment(since)
    with Database(chosen) as dsn:
        if dead_letters:
            total = replay_refused(dsn, at, decoder=decoder, router=decoders)
        else:
            with bar("replay", quiet=as_json) as advance:
                total = replay_all(dsn, at, decoder=decoder, router=decoders, progress=advance)
    _report(total, as_json=as_json)


def _report(total: Counts, *, as_json: bool) -> None:
    figures = {"stored": total.committed, "repeated": total.duplicate, "refused": total.refused}
    if as_json:
        typer.echo(json.dumps(figures))
    else:
        typer.echo(", ".join(f"{name} {count}" for name, count in figures.items()))


@contextmanager
def _rows(file: Path) -> Iterator[TextIO]:
    """Open a file, unpacked where it is gzip, whatever its name."""
    try:
        with ExitStack() as files:
            raw = (
                cast("io.BufferedReader", sys.stdin.buffer)
                if str(file) == "-"
                else files.enter_context(file.open("rb"))
            )
            packed = raw.peek(len(_GZIP)).startswith(_GZIP)
            plain = files.enter_context(gzip.open(raw)) if packed else raw
            yield io.TextIOWrapper(plain, encoding="utf-8-sig", newline="")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file}: {error}") from None


def _site_zone(registry: Registry, device: str) -> ZoneInfo | None:
    """Return the time zone of the site that the device stands at, or last stood at."""
    installed = registry.installations_of_device(device)
    return ZoneInfo(registry.sites[installed[-1].site].time_zone) if installed else None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigurationError(f"--time-zone: {name!r} is no IANA time zone") from None
