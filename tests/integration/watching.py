"""A small city in a real database, and batches written as the collector writes them."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
import psycopg
from psycopg.rows import dict_row

from alerts.watch import run
from telemetry.batch import Batch, Columns, pressure_columns, reading_columns
from telemetry.model import SECOND, CardState, DeviceEvent, Instant, PressureSample, RawMessage, Reading
from telemetry.store.batches import BatchWriter
from telemetry.store.migrate import migrate
from telemetry.store.pool import connect

CITY: Final = """
INSERT INTO zone (zone, name) VALUES ('Z', 'Zone');
INSERT INTO site (site, zone, time_zone) VALUES ('SITE', 'Z', 'Asia/Shanghai');
INSERT INTO station (station, zone) VALUES ('ST-1', 'Z'), ('ST-2', 'Z');
INSERT INTO setpoint (station, stream, valid_from, set_kpa, role, accuracy_class_pct, lockup_class_pct,
                      opso_kpa, upso_kpa)
VALUES ('ST-1', 'A', '2020-01-01Z', 300, 'duty', 5, 10, 350, 200),
       ('ST-2', 'A', '2020-01-01Z', 300, 'duty', 5, 10, 350, 200),
       ('ST-2', 'B', '2020-01-01Z', 290, 'standby', 5, 10, 390, 190);
INSERT INTO device (device, expected_interval_s) VALUES ('D-1', 3600), ('D-2', 2);
INSERT INTO meter (meter, type, kind, qmax_m3h, digits, correction)
VALUES ('M-1', 'rotary', 'smart', 100, 6, 'ptz'), ('M-2', 'rotary', 'smart', 100, 6, 'ptz');
INSERT INTO installation (meter, site, device, valid_from, index_m3)
VALUES ('M-1', 'SITE', 'D-1', '2020-01-01Z', 0), ('M-2', 'SITE', 'D-2', '2020-01-01Z', 0);
INSERT INTO registry_import (changed) VALUES ('{}');
"""


def build_city(dsn: str) -> None:
    with connect(dsn, "test") as connection:
        migrate(connection)
        connection.execute(CITY.encode())


def ids(connection: psycopg.Connection, kind: str) -> dict[str, int]:
    query = {
        "station": "SELECT station, station_id FROM station",
        "device": "SELECT device, device_id FROM device",
    }
    return dict(connection.execute(query[kind].encode()).fetchall())


class Field:
    """The devices of the city: what they say is stored as the collector stores it."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.connection = connect(dsn, "field", autocommit=True)
        self._writer = BatchWriter(self.connection, "test")
        self._stations = ids(self.connection, "station")
        self._devices = ids(self.connection, "device")

    def now(self) -> Instant:
        row = self.connection.execute(
            "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
        ).fetchone()
        assert row
        return int(row[0])

    def pressures(self, *samples: PressureSample, received_at: Instant | None = None) -> None:
        columns = pressure_columns(samples, np.arange(len(samples)))
        columns["station_id"] = np.array([self._stations[one.station] for one in samples])
        self._write(len(samples), received_at, pressures=self._of_one_message(columns))

    def readings(self, *readings: Reading, received_at: Instant | None = None) -> None:
        columns = reading_columns(readings)
        columns["device_id"] = np.array([self._devices[one.device] for one in readings])
        nothing = np.full(len(readings), np.nan)
        columns |= {"arrival_correction_factor": nothing, "arrival_base_flow_m3h": nothing}
        self._write(len(readings), received_at, readings=self._of_one_message(columns))

    def event(self, event: DeviceEvent) -> None:
        self._write(1, None, events=[(0, event)])

    def card(self, reading: Reading, card: CardState) -> None:
        """A reading with what the meter says of its credit, in one message."""
        columns = reading_columns([reading])
        columns["device_id"] = np.array([self._devices[reading.device]])
        columns |= {
            "arrival_correction_factor": np.full(1, np.nan),
            "arrival_base_flow_m3h": np.full(1, np.nan),
        }
        cards = [(0, self._devices[card.device], card)]
        self._write(1, None, readings=self._of_one_message(columns), cards=cards)

    def say(self, station: str, outlet_kpa: float, ago_s: float = 0, **more: Any) -> None:  # noqa: ANN401 -- fields of a sample
        at = self.now() - round(ago_s * SECOND)
        self.pressures(
            PressureSample(station=station, measured_at=at, outlet_gauge_pressure_kpa=outlet_kpa, **more)
        )

    def count(self, device: str, index_m3: float, ago_s: float = 0) -> None:
        self.readings(
            Reading(device=device, measured_at=self.now() - round(ago_s * SECOND), index_m3=index_m3)
        )

    def _of_one_message(self, columns: Columns) -> Columns:
        rows = next(iter(columns.values())).shape[0]
        return columns | {"message": np.zeros(rows, dtype=np.int64)}

    def _write(self, elements: int, received_at: Instant | None, **content: Any) -> None:  # noqa: ANN401 -- fields of a batch
        message = RawMessage("citygas/v1/a/x/pressure", b"{}", received_at or self.now())
        self._writer.write(Batch(messages=[message], decoders=["native"], elements=elements, **content))


def alarms(connection: psycopg.Connection, rule: str | None = None) -> list[Mapping[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            "SELECT * FROM alarm WHERE %(rule)s::text IS NULL OR rule = %(rule)s ORDER BY alarm_id",
            {"rule": rule},
        ).fetchall()


def states(connection: psycopg.Connection, rule: str | None = None) -> list[str]:
    return [str(one["state"]) for one in alarms(connection, rule)]


def events(connection: psycopg.Connection, alarm_id: int) -> Sequence[tuple[str, str, str]]:
    return connection.execute(
        "SELECT signal, from_state, to_state FROM alarm_event WHERE alarm_id = %s ORDER BY event_id",
        (alarm_id,),
    ).fetchall()


def leads(connection: psycopg.Connection) -> bool:
    """Tell whether somebody holds the lead of this database."""
    row = connection.execute(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    ).fetchone()
    return row is not None and row[0] == 1


def until(connection: psycopg.Connection, wanted: Callable[[], bool], seconds: float = 5.0) -> float:
    """Wait for what a watch in another thread or process should do; return how long it took."""
    connection.execute("LISTEN citygas_alarm")
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    assert row
    begun = row[0]
    while True:
        passed = connection.execute(
            "SELECT extract(epoch FROM clock_timestamp() - %s)::float8", (begun,)
        ).fetchone()
        assert passed
        if wanted():
            return float(passed[0])
        assert passed[0] < seconds, "waited in vain"
        list(connection.notifies(timeout=0.05, stop_after=1))


@contextmanager
def watching(dsn: str, tick: float = 0.2) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=run, args=(dsn, stop, tick))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()
