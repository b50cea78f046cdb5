"""Regulator stations as they are read: registry, set points and what each stream last said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg import Connection
from psycopg.rows import class_row

from telemetry.model import Instant
from telemetry.store.statements import statements

EVERY_STREAM = (0, 1, 2)


@dataclass(frozen=True, slots=True)
class StationRow:
    """A station and the company's own limits of its outlet pressure, gauge."""

    station_id: int
    station: str
    zone: str
    site: str | None
    name: str | None
    kind: str | None
    latitude: float | None
    longitude: float | None
    feeds_zone: str | None
    max_inlet_gauge_pa: float | None
    low_low_gauge_pa: float | None
    low_gauge_pa: float | None
    high_gauge_pa: float | None
    high_high_gauge_pa: float | None


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One statement of a station about one of its streams."""

    stream: int
    measured_at: datetime
    content_hash: int
    received_at: datetime
    stored_at: datetime
    message_id: int
    inlet_gauge_pressure_pa: float | None
    outlet_gauge_pressure_pa: float | None
    outlet_min_gauge_pressure_pa: float | None
    outlet_max_gauge_pressure_pa: float | None
    temperature_k: float | None
    filter_differential_pa: float | None
    flow_m3h: float | None
    gas_lel_pct: float | None
    slam_shut: int | None
    bypass_valve: int | None
    relief: int | None
    cabinet_open: bool | None
    flags: int

    @property
    def key(self) -> tuple[datetime, int, int]:
        """Where the sample stands in a list."""
        return self.measured_at, self.stream, self.content_hash


@dataclass(frozen=True, slots=True)
class StreamRow:
    """What a stream last said, None where it never spoke, and what it is set to."""

    station_id: int
    stream: int
    measured_at: datetime | None
    received_at: datetime | None
    inlet_gauge_pressure_pa: float | None
    outlet_gauge_pressure_pa: float | None
    outlet_min_gauge_pressure_pa: float | None
    outlet_max_gauge_pressure_pa: float | None
    temperature_k: float | None
    filter_differential_pa: float | None
    flow_m3h: float | None
    gas_lel_pct: float | None
    slam_shut: int | None
    bypass_valve: int | None
    relief: int | None
    cabinet_open: bool | None
    flags: int | None
    set_since: Instant | None
    set_gauge_pa: float | None
    role: str | None
    accuracy_class_pct: float | None
    lockup_class_pct: float | None
    monitor_gauge_pa: float | None
    opso_gauge_pa: float | None
    upso_gauge_pa: float | None
    relief_gauge_pa: float | None


@dataclass(frozen=True, slots=True)
class StationSnapshot:
    """What a list of stations was first read from: the stations there were, and the moment."""

    station_id: int
    as_of: datetime


@dataclass(frozen=True, slots=True)
class StationTrendStep:
    """Pressures and flow of one stream over one step."""

    bin: datetime
    stream: int
    outlet_pa: float | None
    outlet_min_pa: float | None
    outlet_max_pa: float | None
    inlet_pa: float | None
    flow_m3h: float | None


def station_snapshot(connection: Connection) -> StationSnapshot:
    """Return the present moment."""
    with connection.cursor(row_factory=class_row(StationSnapshot)) as cursor:
        row = cursor.execute(statements("stations")["snapshot"]).fetchone()
    if row is None:
        raise LookupError("an aggregate answered nothing")
    return row


def list_stations(
    connection: Connection,
    snapshot: StationSnapshot,
    limit: int,
    *,
    zone: str | None = None,
    station: str | None = None,
    after: str | None = None,
) -> list[StationRow]:
    """Return stations by name."""
    values = {
        "station_id": snapshot.station_id,
        "zone": zone,
        "station": station,
        "after": after,
        "limit": limit,
    }
    with connection.cursor(row_factory=class_row(StationRow)) as cursor:
        return cursor.execute(statements("stations")["list"], values).fetchall()


def find_station(connection: Connection, station: str) -> StationRow | None:
    """Return one station."""
    found = list_stations(connection, station_snapshot(connection), 1, station=station)
    return found[0] if found else None


def station_streams(
    connection: Connection, station_ids: Sequence[int], as_of: datetime
) -> dict[int, list[StreamRow]]:
    """Return what each stream of some stations had last said by then.

    A stream that is set but has never spoken is there too, unless the station speaks
    as one: then its only stream stands for the one that is set.
    """
    values = {"station_ids": list(station_ids), "as_of": as_of}
    with connection.cursor(row_factory=class_row(StreamRow)) as cursor:
        rows = cursor.execute(statements("stations")["streams"], values).fetchall()
    found: dict[int, list[StreamRow]] = {station_id: [] for station_id in station_ids}
    for row in rows:
        found[row.station_id].append(row)
    return {station_id: _that_count(streams) for station_id, streams in found.items()}


def _that_count(streams: list[StreamRow]) -> list[StreamRow]:
    """Drop the streams that stand for nothing of their own."""
    spoken = {row.stream for row in streams if row.measured_at}
    single = 0 in spoken or (not spoken and all(row.stream != 2 for row in streams))  # noqa: PLR2004 -- stream B
    return [row for row in streams if row.stream in spoken or (row.stream == 0) == single]


def list_pressures(
    connection: Connection,
    station_id: int,
    span: tuple[datetime, datetime],
    *,
    as_of: datetime,
    limit: int,
    streams: Sequence[int] = EVERY_STREAM,
    after: tuple[datetime, int, int] | None = None,
) -> list[SampleRow]:
    """Return a station's samples of a span, in order, as they stood at ``as_of``."""
    after_at, after_stream, after_hash = after or (None, None, None)
    values = {
        "station_id": station_id,
        "streams": list(streams),
        "start": span[0],
        "end": span[1],
        "as_of": as_of,
        "limit": limit,
        "after_at": after_at,
        "after_stream": after_stream,
        "after_hash": after_hash,
    }
    with connection.cursor(row_factory=class_row(SampleRow)) as cursor:
        return cursor.execute(statements("stations")["pressures"], values).fetchall()


def station_trend(
    connection: Connection, station_id: int, span: tuple[datetime, datetime], step: timedelta
) -> list[StationTrendStep]:
    """Return a station's pressures and flow in equal steps, stream by stream."""
    values = {"station_id": station_id, "start": span[0], "end": span[1], "step": step}
    with connection.cursor(row_factory=class_row(StationTrendStep)) as cursor:
        return cursor.execute(statements("stations")["trend"], values).fetchall()
