"""Hourly volumes of whatever readings, with what people add to them: sums, locality, order, undoing."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from telemetry.batch import NULL, Columns
from telemetry.model import HOUR, MINUTE
from telemetry.volumes.evidence import Edit, EditKind, HandRead
from telemetry.volumes.hourly import hourly_volumes
from telemetry.volumes.hours import HourlyVolumes
from telemetry.volumes.readings import Statement, Stretch, settled
from telemetry.volumes.terms import terms_table
from tests.effort import examples
from tests.property.test_volumes import QMAX_M3H, RANGE_UM3, assert_same, histories, register_difference
from tests.unit.volumes.building import GAS_1, PTZ, START, stretch, terms

MINUTES = 60 * 24 * 40
spans = st.tuples(st.integers(-600, MINUTES), st.integers(1, 60 * 24 * 10))


@st.composite
def edits(draw: st.DrawFn, edit_id: int) -> Edit:
    """Draw an edit of any kind over any span."""
    first, length = draw(spans)
    kind = draw(st.sampled_from(EditKind))
    said: dict[str, object] = {}
    if kind == EditKind.SET_VOLUME:
        said["volume_um3"] = draw(st.integers(0, 10**11))
        said["base_volume_um3"] = draw(st.one_of(st.none(), st.integers(0, 10**12)))
    elif kind == EditKind.SUBSTITUTE:
        said["pressure_pa"] = draw(st.one_of(st.none(), st.floats(90_000, 600_000)))
        said["temperature_k"] = draw(st.one_of(st.none(), st.floats(260, 310)))
        said["gas"] = draw(st.sampled_from([None, replace(GAS_1, method="fixed", z_ratio=1.01)]))
    start = START + first * MINUTE
    plain = Edit(edit_id=edit_id, meter_id=1, kind=kind, start=start, end=start + length * MINUTE)
    return replace(plain, **said)


@st.composite
def people(draw: st.DrawFn, *, with_edits: bool = True) -> Stretch:
    """Draw what people say of one installation."""
    many = draw(st.integers(0, 4)) if with_edits else 0
    reads = draw(st.lists(st.tuples(st.integers(0, MINUTES), st.integers(0, RANGE_UM3 - 1)), max_size=5))
    opening = draw(st.one_of(st.none(), st.tuples(st.integers(0, 5000), st.integers(0, RANGE_UM3 - 1))))
    closing = draw(st.one_of(st.none(), st.integers(0, RANGE_UM3 - 1)))
    begins = START - opening[0] * MINUTE if opening else START - 5000 * MINUTE
    until = START + 2 * 365 * 24 * HOUR
    return replace(
        stretch(terms(PTZ, 0), digits=4, qmax_m3h=QMAX_M3H, hours=24 * 4000),
        first_hour=START - 24 * 5 * HOUR,
        valid_from=begins,
        until=until,
        opening=Statement(begins, opening[1]) if opening else None,
        closing=Statement(until, closing) if closing is not None else None,
        hand_reads=tuple(
            HandRead(hand_read_id=number, meter_id=1, measured_at=START + at * MINUTE, index_um3=index)
            for number, (at, index) in enumerate(reads)
        ),
        edits=tuple(draw(edits(number)) for number in range(many)),
    )


def derived(rows: Columns, said: Stretch) -> HourlyVolumes:
    return hourly_volumes(settled(rows), (said,), terms_table((said,)))


def with_closing(rows: Columns, said: Stretch) -> Columns:
    """Return the readings and the closing statement as one more of them."""
    if said.closing is None:
        return rows
    stated = {"measured_at": said.closing.at, "index_um3": said.closing.index_um3, "seq": NULL}
    return {name: np.append(column, [stated.get(name, 0)]) for name, column in rows.items()}


def stated_before(rows: Columns, said: Stretch) -> int:
    """Return what had flowed from the opening statement to the first that is known after it."""
    every = with_closing(rows, said)
    if said.opening is None or not len(every["measured_at"]):
        return 0
    first = every["measured_at"].min()
    hours = (first - said.opening.at) / HOUR
    known = settled({name: column[every["measured_at"] == first] for name, column in every.items()})
    step = int(known.index_um3[0]) - said.opening.index_um3
    if step < 0 and step >= -10_000:
        return 0
    if step < 0:
        over = step + RANGE_UM3
        rolled = said.opening.index_um3 > 0.9 * RANGE_UM3 and over <= 1.2 * QMAX_M3H * hours * 1e6
        return over if rolled else 0
    return step if step <= 1.2 * QMAX_M3H * (hours + 1 / 60) * 1e6 else 0


@given(rows=histories(), said=people(with_edits=False))
def test_statements_and_hand_reads_keep_the_sum(rows: Columns, said: Stretch) -> None:
    assume(not len(rows["measured_at"]) or rows["measured_at"].max() < said.until)
    found = derived(rows, said)
    wanted = register_difference(with_closing(rows, said)) + stated_before(rows, said)
    assert found.volume_um3.sum() == wanted
    assert (found.volume_um3 >= 0).all()
    assert (found.base_volume_um3 >= 0).all()


@given(rows=histories(), said=people(), data=st.data())
@settings(max_examples=examples(150))
def test_an_hour_alone_is_the_hour_among_others(rows: Columns, said: Stretch, data: st.DataObject) -> None:
    whole = derived(rows, said)
    if not len(whole.interval_start):
        return
    hour = data.draw(st.sampled_from(whole.interval_start.tolist()))
    alone = derived(rows, replace(said, first_hour=hour, end_hour=hour + HOUR))
    place = int(np.flatnonzero(whole.interval_start == hour)[0])
    for name in HourlyVolumes.__struct_fields__:
        if name != "terms":
            np.testing.assert_array_equal(getattr(alone, name), getattr(whole, name)[place : place + 1], name)


@given(rows=histories(), said=people(), data=st.data())
def test_the_order_in_which_people_are_heard_decides_nothing(
    rows: Columns, said: Stretch, data: st.DataObject
) -> None:
    shuffled = replace(
        said,
        edits=tuple(data.draw(st.permutations(said.edits))),
        hand_reads=tuple(data.draw(st.permutations(said.hand_reads))),
    )
    one, other = derived(rows, shuffled), derived(rows, said)
    assert_same(one, replace(other, terms=one.terms))


@given(
    rows=histories(),
    said=people(with_edits=False),
    hours=st.tuples(st.integers(-100, 900), st.integers(1, 99)),
)
def test_a_set_volume_is_what_its_hours_sum_to(rows: Columns, said: Stretch, hours: tuple[int, int]) -> None:
    start = START + hours[0] * HOUR
    edit = Edit(
        edit_id=1,
        meter_id=1,
        kind=EditKind.SET_VOLUME,
        start=start,
        end=start + hours[1] * HOUR,
        volume_um3=7_654_321_987,
        base_volume_um3=29_876_543_211,
    )
    assume(said.valid_from <= edit.start)
    found, before = derived(rows, replace(said, edits=(edit,))), derived(rows, said)
    inside = (found.interval_start >= edit.start) & (found.interval_start < edit.end)
    assert inside.sum() == hours[1]
    assert found.volume_um3[inside].sum() == edit.volume_um3
    assert found.base_volume_um3[inside].sum() == edit.base_volume_um3
    beyond = (before.interval_start < edit.start) | (before.interval_start >= edit.end)
    # A step that the edit cuts is rounded there too: its other hours may move by the last digit.
    for name in ("volume_um3", "base_volume_um3"):
        one, other = getattr(found, name)[~inside], getattr(before, name)[beyond]
        np.testing.assert_allclose(one, other, rtol=0, atol=2, err_msg=name)
