"""What alarm rules look at: who spoke, what was said in those batches, and who was heard last."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from psycopg import Connection

from telemetry.batch import NULL, Columns
from telemetry.model import EPOCH, Instant, instant, moment
from telemetry.quality import EVENT_BITS
from telemetry.store.copy import fields
from telemetry.store.copy_out import columns_out
from telemetry.store.statements import statements

AHEAD: Final = timedelta(minutes=6)
"""A device's clock may be five minutes ahead of ours when a statement is taken in."""

_MOST_LOOKED_BACK: Final = 600
"""Samples of one stream that are looked back at: every second for ten minutes."""

_SAMPLE: Final = fields(
    "station_id int4, stream int2, measured_at timestamptz, received_at timestamptz, inlet_pa float8, "
    "outlet_pa float8, outlet_min_pa float8, outlet_max_pa float8, filter_pa float8, "
    "flow_m3h float8, gas_lel_pct float8, slam_shut int2, bypass_valve int2, is_new bool"
)
_READING: Final = fields(
    "device_id int4, measured_at timestamptz, received_at timestamptz, index_um3 int8, is_new bool, "
    "base_index_um3 int8, mechanical_index_um3 int8, disturbed_index_um3 int8, "
    "base_disturbed_index_um3 int8, pressure_pa float8, gauge_pressure_pa float8, temperature_k float8, "
    "battery_v float4, battery_pct float4, valve int2, meter_bypass_valve int2, flags int4, told int4"
)


@dataclass(frozen=True)
class Span:
    """Who spoke in one batch, of which span, and when that was stored."""

    id: int
    first: datetime
    last: datetime
    stored_at: datetime


@dataclass(frozen=True)
class Arrivals:
    """What arrived in some batches."""

    stored_at: Sequence[datetime] = ()
    devices: Sequence[Span] = ()
    stations: Sequence[Span] = ()


def watch_lead(connection: Connection) -> bool:
    """Try to become the one that watches; what is taken is held until the connection ends."""
    row = connection.execute(statements("windows")["lead"]).fetchone()
    return bool(row and row[0])


def database_time(connection: Connection) -> Instant:
    """Return the transaction's time."""
    row = connection.execute(statements("windows")["now"]).fetchone()
    if row is None:
        raise LookupError("the database does not know the time")
    return instant(row[0])


def receiving(connection: Connection) -> bool:
    """Tell whether any collector is at work; true as well where there never was one."""
    row = connection.execute(statements("windows")["receiving"]).fetchone()
    return bool(row and row[0])


def take_arrivals(connection: Connection, limit: int) -> Arrivals:
    """Take word of the oldest batches away; it comes back when the transaction fails."""
    rows = connection.execute(statements("windows")["take"], {"limit": limit}).fetchall()
    return Arrivals(
        stored_at=[stored_at for kind, *_, stored_at in rows if kind == "batch"],
        devices=[Span(*span) for kind, *span in rows if kind == "device"],
        stations=[Span(*span) for kind, *span in rows if kind == "station"],
    )


def station_samples(
    connection: Connection, arrivals: Arrivals, within: timedelta, look_back: timedelta
) -> Columns:
    """Return what stations said in these batches, as far as it was not older than ``within`` on arrival.

    What they had said up to ``look_back`` before comes along, ``is_new`` 0. A switch is 0, 1 or -1,
    which stands for "not said"; an event is a sample that tells of one switch.
    """
    spans = _recent(arrivals.stations, within)
    values = _values(spans, within)
    former = _values(_merged(spans), within + look_back) | {
        "look_back": look_back,
        "stored_at": list(arrivals.stored_at),
        "most": _MOST_LOOKED_BACK,
    }
    with connection.cursor() as cursor:
        samples = columns_out(cursor, statements("windows")["samples"], _SAMPLE, values)
        before = columns_out(cursor, statements("windows")["before"], _SAMPLE, former)
        bounds = _bounds(arrivals.stored_at, within)
        events = columns_out(
            cursor, statements("windows")["events"], _SAMPLE, {"stored_at": list(arrivals.stored_at)} | bounds
        )
    return {name: np.concatenate((samples[name], before[name], events[name])) for name in samples}


def stations_known_until(
    connection: Connection, spans: Iterable[Span], within: timedelta
) -> dict[int, Instant]:
    """Return up to which measured time each station was known before these batches, where it matters."""
    first: dict[int, datetime] = {}
    for span in spans:
        first[span.id] = min(span.stored_at, first.get(span.id, span.stored_at))
    if not first:
        return {}
    values = {"ids": list(first), "stored_at": list(first.values())} | _bounds(first.values(), within)
    return dict(connection.execute(statements("windows")["known_until"], values).fetchall())


def meter_readings(connection: Connection, spans: Iterable[Span], within: timedelta) -> Columns:
    """Return what devices stated of meters, with the reading before and the one after, and their events.

    Ordered by device and time, events last; of several readings at one instant the one that counts comes
    first. ``told`` is what an event tells of (`EVENT_BITS`), 0 for a reading.
    """
    recent = _recent(spans, within)
    values = _values(_merged(recent), within) | {
        "stored_at": sorted({one.stored_at for one in recent}),
        "null": NULL,
        "codes": list(EVENT_BITS),
        "bits": list(EVENT_BITS.values()),
    }
    with connection.cursor() as cursor:
        readings = columns_out(cursor, statements("windows")["readings"], _READING, values)
        events = columns_out(cursor, statements("windows")["meter_events"], _READING, values)
    return {name: np.concatenate((readings[name], events[name])) for name in readings}


def mechanical_before(
    connection: Connection, at: Mapping[int, Instant]
) -> dict[int, tuple[Instant, int, int]]:
    """Return each device's last (time, index, mechanical index) at least a day before an instant."""
    if not at:
        return {}
    values = {"devices": list(at), "at": [moment(one) for one in at.values()]}
    found = connection.execute(statements("windows")["mechanical_before"], values).fetchall()
    return {device: (before, index, mechanical) for device, before, index, mechanical in found}


def last_heard(
    connection: Connection, now: Instant, within: timedelta
) -> list[tuple[str, str, Instant, Instant]]:
    """Return (``device`` or ``station``, name, received_at, measured_at) of whoever was heard lately."""
    return connection.execute(statements("windows")["heard"], {"from": moment(now) - within}).fetchall()


def listened_until(connection: Connection) -> Instant | None:
    """Return until when the watch could hear who speaks, if it ever could."""
    row = connection.execute(statements("windows")["listened_until"]).fetchone()
    return int(row[0]) if row else None


def note_listened(connection: Connection, at: Instant) -> None:
    """Store that the watch could hear who speaks until now."""
    connection.execute(statements("windows")["note_listened"], {"at": moment(at)})


def _recent(spans: Iterable[Span], within: timedelta) -> list[Span]:
    """Return the spans without what was too old on arrival: a backfill of history leaves nothing."""
    found = (Span(one.id, max(one.first, one.stored_at - within), one.last, one.stored_at) for one in spans)
    return [one for one in found if one.first <= one.last]


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Return one span for each who spoke."""
    merged: dict[int, Span] = {}
    for span in spans:
        other = merged.get(span.id, span)
        merged[span.id] = Span(
            span.id, min(span.first, other.first), max(span.last, other.last), span.stored_at
        )
    return list(merged.values())


def _values(spans: Sequence[Span], within: timedelta) -> dict[str, Any]:
    """Return spans as a query's values: one array a column, and what bounds them all."""
    return {
        "ids": [one.id for one in spans],
        "first": [one.first for one in spans],
        "last": [one.last for one in spans],
        "stored_at": [one.stored_at for one in spans],
    } | _bounds([one.stored_at for one in spans], within)


def _bounds(stored_at: Iterable[datetime], within: timedelta) -> dict[str, Any]:
    """Return the measured times between which anything recent in these batches lies."""
    times = list(stored_at) or [EPOCH]
    return {"from": min(times) - within, "to": max(times) + AHEAD}
