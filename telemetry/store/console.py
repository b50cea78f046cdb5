"""What only the operator pages ask: the city's time, what things are called, hours for a chart."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import class_row

from telemetry.store.statements import statements


@dataclass(frozen=True, slots=True)
class TargetName:
    """What people call a thing, and which page shows it."""

    kind: str
    id: str
    name: str | None
    page_kind: str | None
    page_id: str | None


@dataclass(frozen=True, slots=True)
class ChartHour:
    """One hour of a meter."""

    interval_start: datetime
    base_volume_um3: int
    volume_um3: int
    pressure_pa: float | None
    temperature_k: float | None
    correction_factor: float | None
    z_ratio: float | None
    quality: int
    coverage: float


def city_time_zone(connection: Connection) -> str:
    """Return the zone of time that most sites live in; UTC in an empty city."""
    row = connection.execute(statements("console")["time_zone"]).fetchone()
    return str(row[0]) if row else "UTC"


def target_names(connection: Connection, ids: Iterable[str]) -> dict[tuple[str, str], TargetName]:
    """Return what things are called, by kind and identifier."""
    with connection.cursor(row_factory=class_row(TargetName)) as cursor:
        rows = cursor.execute(statements("console")["target_names"], {"ids": list(ids)}).fetchall()
    return {(row.kind, row.id): row for row in rows}


def alarm_counts(connection: Connection) -> dict[str, tuple[int, int]]:
    """Return for each priority how many alarms stand, and how many of them call for somebody."""
    rows = connection.execute(statements("console")["alarm_counts"]).fetchall()
    return {priority: (standing, calling) for priority, standing, calling in rows}


def latest_z_ratio(connection: Connection, meter: str) -> float | None:
    """Return the compression factor ratio Zb/Z of a meter's latest hour that has one."""
    row = connection.execute(statements("console")["latest_z_ratio"], (meter,)).fetchone()
    return float(row[0]) if row else None


def chart_hours(connection: Connection, meter: str, start: datetime, end: datetime) -> list[ChartHour]:
    """Return a meter's hours of a span."""
    values = {"meter": meter, "start": start, "end": end}
    with connection.cursor(row_factory=class_row(ChartHour)) as cursor:
        return cursor.execute(statements("console")["hours"], values).fetchall()
