"""A long gap laid along the meter's own week, worked out by hand."""

from collections.abc import Sequence

import numpy as np
import pytest
from msgspec.structs import replace

from telemetry.model import DAY, HOUR
from telemetry.quality import Flag, Quality
from telemetry.volumes.evidence import Edit, EditKind, HandRead
from telemetry.volumes.hourly import hourly_volumes
from telemetry.volumes.hours import HourlyVolumes
from telemetry.volumes.profile import week_hours
from telemetry.volumes.readings import Terms, settled
from telemetry.volumes.terms import terms_table
from tests.unit.volumes.building import PT, PTZ, START, Note, columns, stretch, terms

OPENS, CLOSES = 8, 18


def used(hour: int) -> float:
    """Return what flows in an hour since START, which is a whole UTC day's: 4 m³ an hour in opening hours."""
    return 4.0 if OPENS <= hour % 24 < CLOSES else 0.0


def fortnight(*after: Note, hours: int = 14 * 24) -> list[Note]:
    """Return hourly readings of two weeks, then others."""
    flowed = np.cumsum([0, *(used(hour) for hour in range(hours))])
    return [*((60 * hour, float(index), None, 400, 15) for hour, index in enumerate(flowed)), *after]


def laid(
    notes: Sequence[Note],
    *changes: Terms,
    edits: tuple[Edit, ...] = (),
    hand_reads: tuple[HandRead, ...] = (),
) -> HourlyVolumes:
    stretches = (replace(stretch(*changes), edits=edits, hand_reads=hand_reads),)
    return hourly_volumes(settled(columns(notes)), stretches, terms_table(stretches))


def of_gap(found: HourlyVolumes) -> list[float]:
    """Return the m³ of the hours after the fortnight."""
    return (found.volume_um3[14 * 24 :] / 1e6).tolist()


LAST = 14 * 10 * 4.0
GAP: Note = (60 * (14 * 24 + 24), LAST + 20, None, 400, 15)


def test_a_day_is_laid_on_its_opening_hours_and_sums_to_the_register() -> None:
    found = laid(fortnight(GAP))
    assert START % DAY == 0
    assert of_gap(found) == [2.0 if used(hour) else 0.0 for hour in range(24)]
    assert set(found.quality[14 * 24 :].tolist()) == {Quality.ESTIMATED}
    assert ((found.flags & Flag.LAID_BY_PROFILE) != 0).tolist() == [False] * 14 * 24 + [True] * 24
    assert found.volume_um3.sum() == round((LAST + 20) * 1e6)


def test_base_volume_is_laid_the_same_and_sums_to_the_last_unit() -> None:
    notes = [(at, index, index * 3.9 + 1 / 7, p, t) for at, index, _, p, t in fortnight(GAP)]
    found = laid(notes)
    gap = slice(14 * 24, None)
    assert found.base_volume_um3[gap].sum() == found.device_base_volume_um3[gap].sum() == 78_000_000
    assert (found.base_volume_um3[gap] > 0).tolist() == [used(hour) > 0 for hour in range(24)]


def test_a_weekday_of_its_own_is_told_from_the_others() -> None:
    # Closed on the 7th and the 14th day, open else; the 21st day is a gap of 20 m³ with the 20th.
    hours = 19 * 24
    flowed = np.cumsum([0, *(0.0 if hour // 24 % 7 == 6 else used(hour) for hour in range(hours))])
    notes: list[Note] = [(60 * hour, float(index), None, 400, 15) for hour, index in enumerate(flowed)]
    found = laid([*notes, (60 * (hours + 48), float(flowed[-1]) + 20, None, 400, 15)])
    by_day = found.volume_um3[hours:].reshape(2, 24).sum(axis=1) / 1e6
    # An hour of the mean day has 17/19 of 4 m³: the open weekday (4 + 4 + that) / 3, the other a third of it.
    mean = 4 * 17 / 19
    open_day, closed_day = (8 + mean) / 3, mean / 3
    assert by_day.tolist() == pytest.approx(
        [20 * open_day / (open_day + closed_day), 20 * closed_day / (open_day + closed_day)]
    )


def test_too_little_known_is_laid_evenly() -> None:
    hours = 6 * 24
    last = 6 * 10 * 4.0
    found = laid(fortnight((60 * (hours + 24), last + 24, None, 400, 15), hours=hours))
    assert (found.volume_um3[hours:] == 1_000_000).all()
    assert not (found.flags & Flag.LAID_BY_PROFILE).any()


def test_a_hand_read_and_a_change_of_terms_cut_the_gap_and_keep_its_shape() -> None:
    noon = START + (14 * 24 + 12) * HOUR
    read = HandRead(hand_read_id=1, meter_id=1, measured_at=noon, index_um3=round((LAST + 12) * 1e6))
    changes = (terms(PT), terms(PTZ, START + (14 * 24 + 15) * HOUR + 1234567))
    found = laid(fortnight(GAP), *changes, hand_reads=(read,))
    assert of_gap(found)[OPENS:CLOSES] == pytest.approx([3.0] * 4 + [8 / 6] * 6)
    assert found.volume_um3[14 * 24 :].sum() == 20_000_000


def test_a_volume_that_an_edit_sets_is_laid_evenly() -> None:
    begin = START + 14 * 24 * HOUR
    edit = Edit(
        edit_id=1, meter_id=1, kind=EditKind.SET_VOLUME, start=begin, end=begin + 12 * HOUR, volume_um3=12
    )
    found = laid(fortnight(GAP), edits=(edit,))
    assert found.volume_um3[14 * 24 :][:12].tolist() == [1] * 12
    assert of_gap(found)[12:CLOSES] == pytest.approx([2.0] * 6)


def test_a_register_that_jumped_or_went_back_is_no_measure() -> None:
    notes = fortnight(GAP)
    notes = [(at, index + (5000 if at >= 60 * 24 else 0), *rest) for at, index, *rest in notes]
    assert of_gap(laid(notes)) == pytest.approx([2.0 if used(hour) else 0.0 for hour in range(24)])


def test_local_hours_when_clocks_are_moved() -> None:
    # 31 March 2024: Berlin's clocks go from 2 to 3 o'clock at 1:00 UTC; it is a Sunday, day 3 after Thursday.
    sunday = 1_711_843_200 // 3600
    assert (week_hours(np.arange(sunday, sunday + 3), "Europe/Berlin") - 3 * 24).tolist() == [1, 3, 4]
