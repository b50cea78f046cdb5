"""Two meters of one site that stand in for each other: whatever arrives when, the same volumes stand."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from telemetry.batch import Columns
from telemetry.model import moment
from telemetry.store.batches import BatchWriter
from telemetry.store.pool import connect
from telemetry.work.deriver import Deriver
from tests.effort import examples
from tests.property.test_volumes import histories
from tests.property.test_volumes_derive import STANDING, afresh, assert_nothing_waits, readings, write
from tests.property.test_volumes_evidence import edits
from tests.property.test_volumes_people_derive import edit_now, undo_now
from tests.unit.volumes.building import START

REGISTRY = f"""
INSERT INTO zone (zone, name) VALUES ('Z', 'zone');
INSERT INTO site (site, zone, time_zone) VALUES ('S', 'Z', 'Asia/Shanghai');
INSERT INTO device (device) VALUES ('D1'), ('D2');
INSERT INTO meter (meter, type, kind, qmax_m3h, digits, correction, role, checks, pressure_max_kpa)
  VALUES ('M1', 'turbine', 'smart', 100, 4, 'ptz', NULL, NULL, 400),
         ('M2', 'turbine', 'smart', 100, 4, 'pt', 'check', 'M1', 300);
INSERT INTO installation (meter, site, device, valid_from, index_m3)
  VALUES ('M1', 'S', 'D1', '{moment(START)}', 0), ('M2', 'S', 'D2', '{moment(START)}', 0);
INSERT INTO gas_quality (zone, valid_from, method, z_ratio) VALUES ('Z', '2020-01-01Z', 'fixed', 1.004);
INSERT INTO registry_import (changed) VALUES ('{{}}');
"""


def begin(connection: Connection) -> None:
    """Make the registry where there is none, and leave of the example before nothing but that."""
    if connection.execute("SELECT count(*) FROM meter").fetchone() == (0,):
        connection.execute(REGISTRY)
    connection.execute(
        "TRUNCATE reading, message, volume_hour, volume_hour_superseded, dirty_span, arrival, edit"
    )


def about_the_same_time(spoken: tuple[Columns, Columns]) -> tuple[Columns, Columns]:
    """Let the second device speak within minutes of the first, as far as the first does."""
    first, second = spoken
    at = np.unique(first["measured_at"])
    order = np.argsort(second["measured_at"], kind="stable")
    moved = second["measured_at"].copy()
    for place, row in enumerate(order[: len(at)].tolist()):
        moved[row] = at[place] + (place % 5 - 2) * 8 * 60_000_000
    return first, second | {"measured_at": np.maximum(moved, START)}


@given(data=st.data(), spoken=st.tuples(histories(), histories()).map(about_the_same_time))
@settings(max_examples=examples(10), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whoever_speaks_when_twins_stand_in_the_same(
    database: str, data: st.DataObject, spoken: tuple[Columns, Columns]
) -> None:
    with connect(database, "test", autocommit=True) as connection:
        begin(connection)
        arrivals = readings(spoken)
        order = data.draw(st.permutations(range(len(arrivals["device_id"]))), label="order of arrival")
        cuts = data.draw(st.lists(st.integers(0, max(len(order), 1)), max_size=4), label="cuts")
        writer, deriver = BatchWriter(connection, "test"), Deriver(connection)
        for batch in np.split(np.array(order, np.int64), sorted(cuts)):
            if len(batch):
                write(writer, {name: column[batch] for name, column in arrivals.items()})
            deriver.pending()
        number, edit = edit_now(connection, data.draw(edits(0)))
        deriver.pending()
        if data.draw(st.booleans(), label="undo"):
            undo_now(connection, number, edit)
            deriver.pending()
        assert_nothing_waits(connection)
        # An hour that an edit alone had made leaves a withdrawn row behind.
        present = STANDING.replace("ORDER", "WHERE method <> 'withdrawn' ORDER")
        standing = connection.execute(present).fetchall()
        afresh(connection)
        assert connection.execute(present).fetchall() == standing
