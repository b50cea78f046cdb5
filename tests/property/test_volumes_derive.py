"""Derive in a real database: however arrivals were cut and ordered, the same volumes stand in the end."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from telemetry.batch import READING, Batch, Columns
from telemetry.model import DAY, HOUR, Booleans, RawMessage, moment
from telemetry.store.batches import BatchWriter
from telemetry.store.pool import connect
from telemetry.work.derive import derive_pending, derive_span
from telemetry.work.deriver import Deriver
from tests.effort import examples
from tests.property.test_volumes import histories, register_difference
from tests.unit.volumes.building import START

EXCHANGE = START + 40 * HOUR + 1234567
GAS_CHANGE = START + 9 * DAY + 77

REGISTRY = f"""
INSERT INTO zone (zone, name) VALUES ('Z', 'zone');
INSERT INTO site (site, zone, time_zone) VALUES ('S', 'Z', 'Asia/Shanghai'), ('T', 'Z', 'Asia/Shanghai');
INSERT INTO device (device) VALUES ('D1'), ('D2');
INSERT INTO meter (meter, type, kind, qmax_m3h, digits, correction, pressure_min_kpa, pressure_max_kpa)
  VALUES ('M1', 'turbine', 'smart', 100, 4, 'ptz', 150, 400),
         ('M2', 'turbine', 'smart', 100, 4, 'pt', NULL, NULL);
INSERT INTO installation (meter, site, device, valid_from, index_m3) VALUES
  ('M1', 'S', 'D1', '2020-01-01Z', 0), ('M1', 'S', 'D2', '{moment(EXCHANGE)}', 0),
  ('M2', 'T', 'D1', '{moment(EXCHANGE)}', 0);
INSERT INTO account (account, name) VALUES ('A', 'account');
INSERT INTO contract (contract, account, site, valid_from, correction, corrector_failure_rule) VALUES
  ('C1', 'A', 'S', '2020-01-01Z', 'ptz', 'previous_mean'), ('C2', 'A', 'T', '2020-01-01Z', 'pt', 'fixed');
INSERT INTO gas_quality (zone, valid_from, method, z_ratio) VALUES
  ('Z', '2020-01-01Z', 'fixed', 1.004), ('Z', '{moment(GAS_CHANGE)}', 'fixed', 1.006);
INSERT INTO registry_import (changed) VALUES ('{{}}');
"""

STANDING = """
SELECT meter_id, interval_start, volume_um3, base_volume_um3, device_base_volume_um3, pressure_pa,
       temperature_k,
       correction_factor, z_ratio, coverage, quality, method, z_method, flags, gas_quality_from
FROM volume_hour ORDER BY meter_id, interval_start
"""


@given(data=st.data(), spoken=st.tuples(histories(), histories()))
@settings(max_examples=examples(15), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_arrivals_are_cut_the_same_volumes_stand(
    database: str, data: st.DataObject, spoken: tuple[Columns, Columns]
) -> None:
    with connect(database, "test", autocommit=True) as connection:
        begin(connection)
        arrivals = readings(spoken)
        order = data.draw(st.permutations(range(len(arrivals["device_id"]))), label="order of arrival")
        cuts = data.draw(st.lists(st.integers(0, max(len(order), 1)), max_size=6), label="cuts")
        writer, deriver = BatchWriter(connection, "test"), Deriver(connection)
        for batch in np.split(np.array(order, np.int64), sorted(cuts)):
            if len(batch):
                write(writer, {name: column[batch] for name, column in arrivals.items()})
            if data.draw(st.booleans(), label="derive now"):
                deriver.pending()
        deriver.pending()
        assert_nothing_waits(connection)
        standing = connection.execute(STANDING).fetchall()
        assert_sums(connection, spoken)
        afresh(connection)
        assert connection.execute(STANDING).fetchall() == standing


def begin(connection: Connection) -> None:
    """Make the registry where there is none, and leave of the example before nothing but that."""
    if connection.execute("SELECT count(*) FROM meter").fetchone() == (0,):
        connection.execute(REGISTRY)
    connection.execute("TRUNCATE reading, message, volume_hour, volume_hour_superseded, dirty_span, arrival")


def readings(spoken: tuple[Columns, ...]) -> Columns:
    """Return what the devices say, as the columns of a batch."""
    parts = []
    for device_id, said in enumerate(spoken, 1):
        rows = len(said["measured_at"])
        absent = {
            name: np.full(rows, np.nan if name.endswith(("m3h", "v", "pct")) else np.iinfo(np.int64).min)
            for name in READING
            if name not in said
        }
        known = {name: column for name, column in said.items() if name != "stretch"}
        arrival = {
            name: np.full(rows, np.nan) for name in ("arrival_correction_factor", "arrival_base_flow_m3h")
        }
        parts.append(
            absent
            | known
            | arrival
            | {"device_id": np.full(rows, device_id), "message": np.zeros(rows, np.int64)}
        )
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def write(writer: BatchWriter, columns: Columns) -> None:
    message = RawMessage("citygas/v1/a/d/reading", b"", START)
    writer.write(Batch([message], ["native"], len(columns["device_id"]), readings=columns))


def assert_nothing_waits(connection: Connection) -> None:
    waiting = (
        "SELECT (SELECT count(*) FROM dirty_span), (SELECT count(*) FROM arrival WHERE consumer = 'derive')"
    )
    assert connection.execute(waiting).fetchone() == (0, 0)


def assert_sums(connection: Connection, spoken: tuple[Columns, Columns]) -> None:
    """Check each meter against its registers, those of one installation at a time."""
    first, second = spoken
    before, after = first["measured_at"] < EXCHANGE, second["measured_at"] >= EXCHANGE
    wanted = {
        1: register_difference(only(first, before)) + register_difference(only(second, after)),
        2: register_difference(only(first, ~before)),
    }
    summed = connection.execute("SELECT meter_id, sum(volume_um3) FROM volume_hour GROUP BY meter_id")
    found: dict[int, int] = dict(summed.fetchall())
    assert {meter: int(found.get(meter, 0)) for meter in wanted} == wanted


def only(columns: Columns, rows: Booleans) -> Columns:
    return {name: column[rows] for name, column in columns.items()}


def afresh(connection: Connection) -> None:
    """Work everything out again as if nothing had been."""
    connection.execute("TRUNCATE volume_hour, volume_hour_superseded")
    derive_span(connection, None, 0, START + 3000 * DAY)


@pytest.mark.parametrize("meters", [None, ["M2"]])
def test_working_out_again_changes_nothing(database: str, meters: list[str] | None) -> None:
    with connect(database, "test", autocommit=True) as connection:
        begin(connection)
        rows = 50
        said = {
            "measured_at": START + np.arange(rows) * HOUR,
            "index_um3": np.arange(rows) * 1_234_567,
            "pressure_pa": np.full(rows, 3e5),
            "temperature_k": np.full(rows, 285.0),
            "flags": np.zeros(rows, np.int64),
            "content_hash": np.arange(rows),
        }
        write(BatchWriter(connection, "test"), readings((said,)))
        assert derive_pending(connection).added == rows - 2  # no step over the exchange
        again = derive_span(connection, meters, START, START + 50 * HOUR)
        assert (again.added, again.revised) == (0, 0)
        assert again.hours == (rows - 2 if meters is None else 8)


@pytest.mark.parametrize("column", ["pressure_pa", "gauge_pressure_pa"])
def test_the_last_good_pressure_is_found_past_those_beyond_the_sensors_range(
    database: str, column: str
) -> None:
    with connect(database, "test", autocommit=True) as connection:
        begin(connection)
        rows = 12
        first = EXCHANGE // HOUR * HOUR + HOUR
        said = {
            "measured_at": first + np.arange(rows) * HOUR,
            "index_um3": np.arange(rows) * 1_234_567,
            column: np.where(np.arange(rows) < 2, 2e5, 1600e3),
            "temperature_k": np.full(rows, 285.0),
            "flags": np.zeros(rows, np.int64),
            "content_hash": np.arange(rows),
        }
        arrivals = readings((said, said))
        writer, deriver = BatchWriter(connection, "test"), Deriver(connection)
        for at in said["measured_at"].tolist():
            write(writer, only(arrivals, arrivals["measured_at"] == at))
            deriver.pending()
        of_1 = "SELECT method FROM volume_hour WHERE meter_id = 1 ORDER BY interval_start"
        assert [method for (method,) in connection.execute(of_1)][2:] == ["last_good"] * (rows - 3)
        standing = connection.execute(STANDING).fetchall()
        afresh(connection)
        assert connection.execute(STANDING).fetchall() == standing
