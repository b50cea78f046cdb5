"""Hourly volumes of whatever readings: they sum to what the register says, and nothing else decides them."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from telemetry.batch import NULL, Columns, content_hash
from telemetry.model import HOUR, MINUTE
from telemetry.quality import Flag
from telemetry.volumes.hourly import hourly_volumes
from telemetry.volumes.hours import HourlyVolumes
from telemetry.volumes.readings import settled
from telemetry.volumes.terms import terms_table
from tests.effort import examples
from tests.unit.volumes.building import PT, PTZ, START, stretch, terms

JITTER_UM3 = 10_000
RANGE_UM3 = 10**4 * 1_000_000
QMAX_M3H = 100.0

RULES = ("previous_mean", "fixed", "check_meter", None)

# Mostly a register that rises, sometimes one that trembles, falls, restarts or says anything at all.
moves = st.one_of(
    st.integers(0, 30_000_000),
    st.integers(0, 30_000),
    st.integers(-12_000, 12_000),
    st.integers(-3_000_000_000, 3_000_000_000),
)
gaps = st.one_of(st.integers(1, 90), st.integers(1, 600), st.integers(600, 60 * 24 * 20))
troubles = st.sampled_from([0, 0, 0, 0, 6_000, 2_000_000, 40_000_000, -1_000_000])
flows = st.sampled_from([np.nan, np.nan, 0.0, 20.0, 90.0, 1e6])
pressures = st.one_of(st.floats(90_000, 600_000), st.sampled_from([np.nan, 0.0, -5.0]))


@st.composite
def histories(draw: st.DrawFn) -> Columns:
    """Draw readings of one device: gaps, conflicts, repeats, and registers that may be wrong."""
    count = draw(st.integers(0, 40))
    minutes = np.cumsum(draw(st.lists(gaps, min_size=count, max_size=count)))
    steps = draw(st.lists(moves, min_size=count, max_size=count))
    index = np.clip(np.cumsum([draw(st.integers(0, RANGE_UM3 - 1)), *steps])[1:], 0, None) % RANGE_UM3
    again = draw(st.lists(st.integers(0, max(count - 1, 0)), max_size=8 if count else 0))
    rows = np.array([*range(count), *again], np.int64)
    lies = np.array(draw(st.lists(moves, min_size=len(again), max_size=len(again))), np.int64)
    index = index.astype(np.int64)[rows]
    index[count:] = np.clip(index[count:] + lies, 0, RANGE_UM3 - 1)
    seq = draw(st.lists(st.sampled_from([NULL, 1, 2, 3]), min_size=len(rows), max_size=len(rows)))
    each = st.lists(pressures, min_size=len(rows), max_size=len(rows))
    advances = draw(st.lists(troubles, min_size=count, max_size=count))
    disturbed = np.cumsum([9_000_000, *advances])[1:]
    shown = draw(st.lists(flows, min_size=count, max_size=count))
    pressure = np.array(draw(each), np.float64)
    gauge = rows % 11 == 6
    columns = {
        "measured_at": START + minutes.astype(np.int64)[rows] * MINUTE + 7 * (rows % 3),
        "index_um3": index,
        "base_index_um3": np.where(rows % 7 == 3, NULL, index * 4),
        "pressure_pa": np.where(gauge, np.nan, pressure),
        "gauge_pressure_pa": np.where(gauge, pressure, np.nan),
        "temperature_k": np.where(rows % 5 == 4, np.nan, 288.15),
        "disturbed_index_um3": np.where(rows % 8 == 5, NULL, disturbed[rows]),
        "base_disturbed_index_um3": np.where(rows % 9 == 2, NULL, disturbed[rows] * 3),
        "mechanical_index_um3": np.where(rows % 7 == 3, NULL, rows * 2_000_000),
        "flow_m3h": np.array(shown, np.float64)[rows],
        "flags": np.where(rows % 6 == 4, Flag.ON_DEFAULT_VALUES, 0),
        "seq": np.array(seq, np.int64),
    }
    hashes = content_hash(columns)
    return columns | {"content_hash": hashes, "stretch": np.zeros(len(rows), np.int64)}


def derived(rows: Columns, changes: Sequence[int] = ()) -> HourlyVolumes:
    """Return the hourly volumes, the terms changing at some minutes."""
    specs = [PTZ if place % 2 else PT for place in range(len(changes) + 1)]
    starts = [0, *(START + minute * MINUTE for minute in sorted(set(changes)))]
    each = [terms(spec, start, rule) for spec, start, rule in zip(specs, starts, RULES, strict=False)]
    stretches = (stretch(*each, digits=4, qmax_m3h=QMAX_M3H, hours=24 * 4000),)
    return hourly_volumes(settled(rows), stretches, terms_table(stretches))


def register_difference(rows: Columns) -> int:
    """Return what the register advanced by: the rise of each segment's maximum, told reading by reading."""
    counting: dict[int, tuple[int, int, int]] = {}
    for at, seq, content, index in zip(
        *(rows[name].tolist() for name in ("measured_at", "seq", "content_hash", "index_um3")), strict=True
    ):
        counting[at] = max(counting.get(at, (seq, content, index)), (seq, content, index))
    total, before, maximum = 0, 0, None
    for at in sorted(counting):
        index = counting[at][2]
        if maximum is None or index >= maximum:
            total += 0 if maximum is None else index - maximum
            maximum = index
        elif maximum - index > JITTER_UM3:
            over = index - maximum + RANGE_UM3
            if maximum > 0.9 * RANGE_UM3 and over <= 1.2 * QMAX_M3H * ((at - before) / HOUR) * 1e6:
                total += over
            maximum = index
        before = at
    return total


@given(rows=histories(), changes=st.lists(st.integers(0, 60 * 24 * 30), max_size=3))
def test_hours_sum_to_the_register_difference_exactly(rows: Columns, changes: list[int]) -> None:
    found = derived(rows, changes)
    assert found.volume_um3.sum() == register_difference(rows)
    assert (found.volume_um3 >= 0).all()
    assert (found.base_volume_um3 >= 0).all()


@given(rows=histories(), changes=st.lists(st.integers(0, 60 * 24 * 30), max_size=3))
def test_every_hour_from_the_first_reading_to_the_last_has_one_row(rows: Columns, changes: list[int]) -> None:
    found = derived(rows, changes)
    at = np.unique(rows["measured_at"])
    if len(at) < 2:
        assert len(found.volume_um3) == 0
        return
    wanted = np.arange(at[0] // HOUR, -(-at[-1] // HOUR)) * HOUR
    assert found.interval_start.tolist() == wanted.tolist()
    assert abs((found.coverage * HOUR).sum() - (at[-1] - at[0])) <= len(wanted) * HOUR * 1e-7
    assert ((found.quality >= 0) & (found.coverage > 0) & (found.coverage <= 1)).all()


@given(rows=histories(), data=st.data())
def test_order_and_repetition_of_arrival_decide_nothing(rows: Columns, data: st.DataObject) -> None:
    count = len(rows["measured_at"])
    order = data.draw(st.permutations(range(count)))
    order += data.draw(st.lists(st.integers(0, count - 1), max_size=5)) if count else []
    shuffled = {name: column[np.array(order, np.int64)] for name, column in rows.items()}
    assert_same(derived(shuffled), derived(rows))


@given(rows=histories(), data=st.data())
@settings(max_examples=examples(50))
def test_an_hour_alone_is_the_hour_among_others(rows: Columns, data: st.DataObject) -> None:
    whole = derived(rows)
    if not len(whole.interval_start):
        return
    mean = terms(PT, 0, "previous_mean")
    hour = data.draw(st.sampled_from(whole.interval_start.tolist()))
    stretches = (replace(stretch(mean, digits=4, qmax_m3h=QMAX_M3H), first_hour=hour, end_hour=hour + HOUR),)
    alone = hourly_volumes(settled(rows), stretches, terms_table(stretches))
    place = int(np.flatnonzero(whole.interval_start == hour)[0])
    for name in HourlyVolumes.__struct_fields__:
        np.testing.assert_array_equal(getattr(alone, name), getattr(whole, name)[place : place + 1], name)


def assert_same(one: HourlyVolumes, other: HourlyVolumes) -> None:
    for name in HourlyVolumes.__struct_fields__:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), name)
