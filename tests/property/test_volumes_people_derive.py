"""Derive in a real database with exchanges, hand reads and edits: whatever came when, the same stands."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from telemetry.batch import Columns
from telemetry.model import DAY, HOUR, MINUTE, Instant, moment
from telemetry.store import derive_queue
from telemetry.store.batches import BatchWriter
from telemetry.store.edits import insert_edit, undo_edit
from telemetry.store.pool import connect
from telemetry.volumes.evidence import Edit
from telemetry.work.deriver import Deriver
from tests.effort import examples
from tests.property.test_volumes import RANGE_UM3, histories
from tests.property.test_volumes_derive import STANDING, afresh, assert_nothing_waits, readings, write
from tests.property.test_volumes_evidence import MINUTES, edits
from tests.unit.volumes.building import START

EXCHANGE = START + 6 * DAY + 1234567
REGISTRY = f"""
INSERT INTO zone (zone, name) VALUES ('Z', 'zone');
INSERT INTO site (site, zone, time_zone) VALUES ('S', 'Z', 'Asia/Shanghai');
INSERT INTO device (device) VALUES ('D1'), ('D2');
INSERT INTO meter (meter, type, kind, qmax_m3h, digits, correction)
  VALUES ('M1', 'turbine', 'smart', 100, 4, 'ptz'), ('M2', 'turbine', 'smart', 100, 4, 'pt');
INSERT INTO installation (meter, site, device, valid_from, index_m3, removed_at, final_index_m3, reason)
VALUES
  ('M1', 'S', 'D1', '{moment(START - 2 * DAY)}', 2, '{moment(EXCHANGE)}', 9000, 'new'),
  ('M2', 'S', 'D2', '{moment(EXCHANGE + 3 * HOUR)}', 0, NULL, NULL, NULL);
INSERT INTO account (account, name) VALUES ('A', 'account');
INSERT INTO contract (contract, account, site, valid_from, correction, corrector_failure_rule) VALUES
  ('C1', 'A', 'S', '2020-01-01Z', 'ptz', 'previous_mean');
INSERT INTO gas_quality (zone, valid_from, method, z_ratio) VALUES ('Z', '2020-01-01Z', 'fixed', 1.004);
INSERT INTO registry_import (changed) VALUES ('{{}}');
"""

PRESENT = STANDING.replace("ORDER", "WHERE method <> 'withdrawn' ORDER")
hand_reads = st.tuples(
    st.integers(1, 2), st.integers(0, MINUTES), st.integers(0, RANGE_UM3 // 10**6 - 1), st.integers(0, 2)
)


@given(data=st.data(), spoken=st.tuples(histories(), histories()))
@settings(max_examples=examples(10), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_people_say_when_the_same_volumes_stand(
    database: str, data: st.DataObject, spoken: tuple[Columns, Columns]
) -> None:
    with connect(database, "test", autocommit=True) as connection:
        begin(connection)
        writer, deriver = BatchWriter(connection, "test"), Deriver(connection)
        arrivals = readings(spoken)
        half = data.draw(st.integers(0, len(arrivals["device_id"])), label="how many come first")
        for part in (slice(half), slice(half, None)):
            if len(arrivals["device_id"][part]):
                write(writer, {name: column[part] for name, column in arrivals.items()})
            deriver.pending()
            speak(connection, data, deriver)
        assert_nothing_waits(connection)
        standing = connection.execute(PRESENT).fetchall()
        afresh(connection)
        assert connection.execute(PRESENT).fetchall() == standing


@given(data=st.data(), spoken=st.tuples(histories(), histories()))
@settings(max_examples=examples(8), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_undoing_restores_every_bit(
    database: str, data: st.DataObject, spoken: tuple[Columns, Columns]
) -> None:
    with connect(database, "test", autocommit=True) as connection:
        begin(connection)
        arrivals = readings(spoken)
        if len(arrivals["device_id"]):
            write(BatchWriter(connection, "test"), arrivals)
        deriver = Deriver(connection)
        deriver.pending()
        before = connection.execute(PRESENT).fetchall()
        made = [edit_now(connection, data.draw(edits(number))) for number in range(3)]
        deriver.pending()
        for number, edit in data.draw(st.permutations(made), label="order of undoing"):
            undo_now(connection, number, edit)
            if data.draw(st.booleans(), label="derive now"):
                deriver.pending()
        deriver.pending()
        assert connection.execute(PRESENT).fetchall() == before


def begin(connection: Connection) -> None:
    """Make the registry where there is none, and leave of the example before nothing but that."""
    if connection.execute("SELECT count(*) FROM meter").fetchone() == (0,):
        connection.execute(REGISTRY)
    connection.execute(
        "TRUNCATE reading, message, volume_hour, volume_hour_superseded, dirty_span, arrival, hand_read, edit"
    )
    for meter in (1, 2):
        mark(connection, meter, START - 10 * DAY, EXCHANGE + 2 * DAY, "registry")


def speak(connection: Connection, data: st.DataObject, deriver: Deriver) -> None:
    """Let people add some hand reads and edits, and undo some of these."""
    for meter, minute, read, which in data.draw(st.lists(hand_reads, max_size=3), label="hand reads"):
        at = START + minute * MINUTE
        index, base = (read, read, None)[which], (None, 4 * read, 4 * read)[which]
        connection.execute(
            "INSERT INTO hand_read (meter, measured_at, index_m3, base_index_m3, recorded_by)"
            " VALUES (%s, %s, %s, %s, 'test')",
            (f"M{meter}", moment(at), index, base),
        )
        mark(connection, meter, at, at + 1, "hand_read")
    for _ in range(data.draw(st.integers(0, 2), label="edits")):
        number, edit = edit_now(connection, data.draw(edits(0)))
        if data.draw(st.booleans(), label="derive between"):
            deriver.pending()
        if data.draw(st.booleans(), label="undo"):
            undo_now(connection, number, edit)
    deriver.pending()


def edit_now(connection: Connection, edit: Edit) -> tuple[int, Edit]:
    number = insert_edit(connection, edit, reason="test", author="test", approval_needed=False)
    mark(connection, edit.meter_id, edit.start, edit.end, "edit")
    return number, edit


def undo_now(connection: Connection, number: int, edit: Edit) -> None:
    undo_edit(connection, number, "test")
    mark(connection, edit.meter_id, edit.start, edit.end, "edit")


def mark(connection: Connection, meter: int, start: Instant, end: Instant, cause: str) -> None:
    derive_queue.mark(connection, [meter], (start, end), cause)
