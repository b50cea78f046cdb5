"""Raw readings as they are read: of a meter, whichever device carried it at the time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg import Connection
from psycopg.rows import class_row

from telemetry.store.statements import statements


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """One statement of a meter, as it was stored."""

    device: str
    device_id: int
    measured_at: datetime
    content_hash: int
    received_at: datetime
    stored_at: datetime
    message_id: int
    index_um3: int | None
    base_index_um3: int | None
    mechanical_index_um3: int | None
    disturbed_index_um3: int | None
    base_disturbed_index_um3: int | None
    pressure_pa: float | None
    gauge_pressure_pa: float | None
    temperature_k: float | None
    flow_m3h: float | None
    base_flow_m3h: float | None
    battery_v: float | None
    battery_pct: float | None
    valve: int | None
    meter_bypass_valve: int | None
    seq: int | None
    flags: int
    arrival_correction_factor: float | None
    arrival_base_flow_m3h: float | None

    @property
    def key(self) -> tuple[datetime, int, int]:
        """Where the reading stands in a list."""
        return self.measured_at, self.device_id, self.content_hash

    @property
    def instant_of_device(self) -> tuple[datetime, int]:
        """What only conflicting readings share."""
        return self.measured_at, self.device_id


@dataclass(frozen=True, slots=True)
class TrendStep:
    """Mean pressure and temperature of one step; the pressure is gauge where the device says no other."""

    bin: datetime
    pressure_pa: float | None
    temperature_k: float | None
    is_gauge: bool


def database_now(connection: Connection) -> datetime:
    """Return the moment of this transaction, by the database's clock."""
    row = connection.execute(statements("readings")["now"]).fetchone()
    if row is None:
        raise LookupError("the database does not know the time")
    now: datetime = row[0]
    return now


def list_readings(
    connection: Connection,
    meter: str,
    span: tuple[datetime, datetime],
    *,
    as_of: datetime,
    limit: int,
    after: tuple[datetime, int, int] | None = None,
) -> list[ReadingRow]:
    """Return a meter's readings of a span, in order, as they stood at ``as_of``."""
    after_at, after_device, after_hash = after or (None, None, None)
    values = {
        "meter": meter,
        "start": span[0],
        "end": span[1],
        "as_of": as_of,
        "limit": limit,
        "after_at": after_at,
        "after_device": after_device,
        "after_hash": after_hash,
    }
    with connection.cursor(row_factory=class_row(ReadingRow)) as cursor:
        return cursor.execute(statements("readings")["of_meter"], values).fetchall()


def reading_trend(
    connection: Connection, meter: str, span: tuple[datetime, datetime], step: timedelta
) -> list[TrendStep]:
    """Return a meter's pressure and temperature in equal steps."""
    values = {"meter": meter, "start": span[0], "end": span[1], "step": step}
    with connection.cursor(row_factory=class_row(TrendStep)) as cursor:
        return cursor.execute(statements("readings")["trend"], values).fetchall()
