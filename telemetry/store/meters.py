"""Meters as they are read: registry, contract and the latest reading in one row."""

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import class_row

from telemetry.store.statements import statements


@dataclass(frozen=True, slots=True)
class MeterRow:
    """A meter, where it is, whose it is and what it last said."""

    meter: str
    type: str
    kind: str
    role: str
    correction: str
    qmax_m3h: float
    qmin_m3h: float | None
    qt_m3h: float | None
    digits: int
    accuracy_class: float | None
    manufacturer: str | None
    model: str | None
    serial: str | None
    size: str | None
    dn_mm: float | None
    device: str | None
    installed_at: datetime | None
    removed_at: datetime | None
    site: str | None
    site_name: str | None
    area: str | None
    zone: str | None
    time_zone: str | None
    account: str | None
    account_name: str | None
    sector: str | None
    contract: str | None
    settlement_cycle: str | None
    contract_correction: str | None
    base_temperature_degc: float
    base_pressure_kpa: float
    prepayment: str | None
    price_plan: str | None
    measured_at: datetime | None
    received_at: datetime | None
    index_um3: int | None
    base_index_um3: int | None
    pressure_pa: float | None
    gauge_pressure_pa: float | None
    temperature_k: float | None
    flow_m3h: float | None
    base_flow_m3h: float | None
    arrival_correction_factor: float | None
    arrival_base_flow_m3h: float | None
    battery_v: float | None
    battery_pct: float | None
    valve: int | None
    meter_bypass_valve: int | None
    flags: int | None
    expected_interval_s: float | None


@dataclass(frozen=True, slots=True)
class MeterFilter:
    """Which meters; nothing given means all. ``search`` looks in names and identifiers."""

    account: str | None = None
    zone: str | None = None
    search: str | None = None


@dataclass(frozen=True, slots=True)
class MeterSnapshot:
    """What a list of meters was first read from: the meters there were, and the moment."""

    meter_id: int
    as_of: datetime


def meter_snapshot(connection: Connection) -> MeterSnapshot:
    """Return the present moment."""
    with connection.cursor(row_factory=class_row(MeterSnapshot)) as cursor:
        row = cursor.execute(statements("meters")["snapshot"]).fetchone()
    if row is None:
        raise LookupError("an aggregate answered nothing")
    return row


def list_meters(
    connection: Connection,
    wanted: MeterFilter,
    snapshot: MeterSnapshot,
    limit: int,
    after: str | None = None,
) -> list[MeterRow]:
    """Return meters by name, with what each had said by the snapshot."""
    values = {"account": wanted.account, "zone": wanted.zone, "search": wanted.search, "meter": None}
    return _rows(connection, values, snapshot, limit, after)


def find_meter(connection: Connection, meter: str) -> MeterRow | None:
    """Return one meter with what it last said."""
    values = {"account": None, "zone": None, "search": None, "meter": meter}
    found = _rows(connection, values, meter_snapshot(connection), 1, None)
    return found[0] if found else None


def meter_exists(connection: Connection, meter: str) -> bool:
    """Tell whether the registry knows a meter."""
    row = connection.execute(statements("meters")["exists"], (meter,)).fetchone()
    return bool(row and row[0])


def _rows(
    connection: Connection,
    values: dict[str, str | None],
    snapshot: MeterSnapshot,
    limit: int,
    after: str | None,
) -> list[MeterRow]:
    page = {"meter_id": snapshot.meter_id, "as_of": snapshot.as_of, "limit": limit, "after": after}
    with connection.cursor(row_factory=class_row(MeterRow)) as cursor:
        return cursor.execute(statements("meters")["list"], values | page).fetchall()
