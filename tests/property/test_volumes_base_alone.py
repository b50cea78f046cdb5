"""Devices that say a base register alone, always or at times: sums, order, and derive in a real database."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from telemetry.batch import NULL, Columns, content_hash
from telemetry.model import HOUR
from telemetry.ptz.spec import Mode
from telemetry.store.batches import BatchWriter
from telemetry.store.pool import connect
from telemetry.volumes.hourly import hourly_volumes
from telemetry.volumes.hours import HourlyVolumes
from telemetry.volumes.readings import settled
from telemetry.volumes.terms import terms_table
from telemetry.work.deriver import Deriver
from tests.property.test_volumes import QMAX_M3H, assert_same, histories, register_difference
from tests.property.test_volumes_derive import (
    afresh,
    assert_nothing_waits,
    readings,
    write,
)
from tests.property.test_volumes_people_derive import PRESENT, begin, speak
from tests.unit.volumes.building import PTZ, stretch, terms


@st.composite
def alone(draw: st.DrawFn, *, always: bool = False) -> Columns:
    """Draw readings that say the base register alone: all of them, or those from, up to or but for some."""
    rows = draw(histories())
    count = len(rows["measured_at"])
    which = np.arange(count)
    border = draw(st.integers(0, max(count, 1)))
    how = 0 if always else draw(st.integers(0, 4))
    silent = (which >= 0, which >= border, which < border, which != border, which % 3 == border % 3)[how]
    index = rows["index_um3"]
    base = np.where(silent & (rows["base_index_um3"] == NULL), index * 4, rows["base_index_um3"])
    said = rows | {"index_um3": np.where(silent, NULL, index), "base_index_um3": base}
    told = {name: column for name, column in said.items() if name not in ("content_hash", "stretch")}
    return said | {"content_hash": content_hash(told)}


def derived(rows: Columns) -> HourlyVolumes:
    """Return the hourly volumes of a meter whose contract bills the device's base register."""
    plain = stretch(terms(replace(PTZ, mode=Mode.DEVICE)), digits=4, qmax_m3h=QMAX_M3H, hours=24 * 4000)
    # As wide as the register itself: what falls and rolls over is then the same of either.
    stretches = (replace(plain, usual_factor=(0.5, 1.0)),)
    return hourly_volumes(settled(rows), stretches, terms_table(stretches))


@given(rows=alone(always=True))
@settings(deadline=None)
def test_base_volumes_sum_to_the_base_register_exactly(rows: Columns) -> None:
    narrow = np.where(rows["base_index_um3"] == NULL, NULL, rows["base_index_um3"] % (10**4 * 1_000_000))
    rows = rows | {"base_index_um3": narrow}
    found = derived(rows)
    assert found.base_volume_um3.sum() == register_difference(rows | {"index_um3": narrow})
    assert (found.volume_um3 >= 0).all()
    assert (found.device_base_volume_um3[found.device_base_volume_um3 != NULL] >= 0).all()


@given(rows=alone(), data=st.data())
@settings(deadline=None)
def test_order_of_arrival_decides_nothing_and_the_register_keeps_its_sum(
    rows: Columns, data: st.DataObject
) -> None:
    order = np.array(data.draw(st.permutations(range(len(rows["measured_at"])))), np.int64)
    found = derived(rows)
    assert_same(derived({name: column[order] for name, column in rows.items()}), found)
    assert (found.volume_um3 >= 0).all()
    assert (found.base_volume_um3 >= 0).all()
    told = rows["index_um3"] != NULL
    only = {name: column[told] for name, column in rows.items()}
    if told.any() and not (~told).any():
        assert found.volume_um3.sum() == register_difference(only)
    inside = (found.interval_start >= only["measured_at"].min(initial=2**62)) & (
        found.interval_start + HOUR <= only["measured_at"].max(initial=0)
    )
    plain = derived(only)
    kept = np.isin(plain.interval_start, found.interval_start[inside])
    # Between its own readings the register counts as if nothing else had been said.
    assert found.volume_um3[inside].tolist() == plain.volume_um3[kept].tolist()


@given(data=st.data(), spoken=st.tuples(alone(), alone()))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_arrivals_are_cut_and_whatever_people_say_the_same_volumes_stand(
    database: str, data: st.DataObject, spoken: tuple[Columns, Columns]
) -> None:
    with connect(database, "test", autocommit=True) as connection:
        begin(connection)
        arrivals = readings(spoken)
        order = data.draw(st.permutations(range(len(arrivals["device_id"]))), label="order of arrival")
        cuts = data.draw(st.lists(st.integers(0, max(len(order), 1)), max_size=4), label="cuts")
        writer, deriver = BatchWriter(connection, "test"), Deriver(connection)
        for part in np.split(np.array(order, np.int64), sorted(cuts)):
            if len(part):
                write(writer, {name: column[part] for name, column in arrivals.items()})
            deriver.pending()
        if data.draw(st.booleans(), label="people speak"):
            speak(connection, data, deriver)
        assert_nothing_waits(connection)
        standing = connection.execute(PRESENT).fetchall()
        afresh(connection)
        assert connection.execute(PRESENT).fetchall() == standing
