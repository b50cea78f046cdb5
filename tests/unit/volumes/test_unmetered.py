"""What flowed where no register tells, worked out by hand: by the week, by equipment, or not at all."""

import numpy as np
import pytest
from msgspec.structs import replace

from telemetry.model import HOUR
from telemetry.quality import Flag, Quality
from telemetry.volumes.evidence import Edit, EditKind, HandRead
from telemetry.volumes.hourly import hourly_volumes
from telemetry.volumes.hours import HourlyVolumes
from telemetry.volumes.method import BaseMethod
from telemetry.volumes.readings import Load, Meanwhile, Statement, Stretch, settled
from telemetry.volumes.terms import terms_table
from tests.unit.volumes.building import START, Note, columns, stretch
from tests.unit.volumes.test_profile import LAST, fortnight, used

WEEKS = 14 * 24
TAKEN_DOWN = START + (WEEKS + 24) * HOUR
NEXT = TAKEN_DOWN + 12 * HOUR
UNTOLD = Statement(TAKEN_DOWN, None)
FINAL = Statement(TAKEN_DOWN, round((LAST + 30) * 1e6))
DAY: list[Note] = [(0, 0, None, 400, 15), (60, 4, None, 400, 15)]
OVEN = Load(0, 2 * NEXT, 30.0)


def told(notes: list[Note], **stated: object) -> HourlyVolumes:
    stretches: tuple[Stretch, ...] = (replace(stretch(), **stated),)
    return hourly_volumes(settled(columns(notes)), stretches, terms_table(stretches))


def in_m3(found: HourlyVolumes, first: int) -> list[float]:
    return (found.volume_um3[first:] / 1e6).tolist()


def test_taken_down_without_an_index_is_estimated_by_the_week() -> None:
    found = told(fortnight(), closing=UNTOLD)
    assert in_m3(found, WEEKS) == [used(hour) for hour in range(24)]
    assert set(found.method[WEEKS:].tolist()) == {BaseMethod.WEEKDAY_PROFILE}
    assert set(found.quality[WEEKS:].tolist()) == {Quality.ESTIMATED}
    assert ((found.flags[WEEKS:] & Flag.NO_FINAL_INDEX) != 0).all()
    # p and T are those of the last reading: 400 kPa and 15 degrees, C 4.02.
    assert found.base_volume_um3[WEEKS + 9] == pytest.approx(4e6 * 400 / 101.325 * 293.15 / 288.15, abs=1)


def test_a_meter_that_used_nothing_for_weeks_is_estimated_to_use_nothing() -> None:
    found = told([(at, 0.0, None, p, t) for at, _, _, p, t in fortnight()], closing=UNTOLD, loads=(OVEN,))
    assert found.volume_um3.sum() == 0
    assert set(found.method[WEEKS:].tolist()) == {BaseMethod.WEEKDAY_PROFILE}


def test_without_a_past_it_is_the_load_of_the_equipment_at_base_conditions() -> None:
    found = told(DAY, closing=Statement(START + 25 * HOUR, None), loads=(OVEN,))
    assert found.base_volume_um3[1:].tolist() == [30_000_000] * 24
    factor = 400 / 101.325 * 293.15 / 288.15
    assert found.volume_um3[1:].sum() == pytest.approx(24 * 30e6 / factor, abs=1)
    assert set(found.method[1:].tolist()) == {BaseMethod.DESIGN_LOAD}
    assert set(found.quality[1:].tolist()) == {Quality.ESTIMATED}


def test_equipment_counts_from_and_until_its_dates() -> None:
    loads = (Load(START + 3 * HOUR // 2, START + 4 * HOUR, 10.0), Load(START + 3 * HOUR, 2 * NEXT, 1.0))
    found = told(DAY, closing=Statement(START + 6 * HOUR, None), loads=loads)
    assert (found.base_volume_um3[1:] / 1e6).tolist() == [5.0, 10.0, 11.0, 1.0, 1.0]


def test_where_nothing_lets_estimate_it_is_missing() -> None:
    found = told(DAY, closing=Statement(START + 3 * HOUR, None))
    assert found.volume_um3.tolist() == [4_000_000, 0, 0]
    assert found.method[1:].tolist() == [BaseMethod.UNMETERED] * 2
    assert found.quality.tolist() == [Quality.MEASURED, Quality.MISSING, Quality.MISSING]


def test_never_heard_of_is_never_estimated() -> None:
    assert not len(told([], closing=UNTOLD, loads=(OVEN,)).volume_um3)
    opened = told([], opening=Statement(START, 0), closing=Statement(START + HOUR, None), loads=(OVEN,))
    assert opened.base_volume_um3.tolist() == [30_000_000]


def test_gas_around_the_meter_until_the_next_is_estimated_and_what_it_metered_is_not() -> None:
    found = told(fortnight(), closing=FINAL, meanwhile=Meanwhile(NEXT, used=True))
    metered, meanwhile = slice(0, WEEKS + 24), slice(WEEKS + 24, None)
    assert found.volume_um3[metered].sum() == FINAL.index_um3
    assert in_m3(found, WEEKS + 24) == [used(hour) for hour in range(12)]
    assert ((found.flags & Flag.GAS_USED_MEANWHILE) != 0).tolist() == [False] * (WEEKS + 24) + [True] * 12
    assert set(found.method[meanwhile].tolist()) == {BaseMethod.WEEKDAY_PROFILE}


def test_no_gas_meanwhile_is_nothing_and_known() -> None:
    found = told(fortnight(), closing=FINAL, meanwhile=Meanwhile(NEXT, used=False), loads=(OVEN,))
    meanwhile = slice(WEEKS + 24, None)
    assert found.volume_um3[meanwhile].tolist() == [0] * 12
    assert set(found.quality[meanwhile].tolist()) == {Quality.INTERPOLATED}


def test_an_edit_sets_the_volume_instead() -> None:
    end = START + 25 * HOUR
    edit = Edit(edit_id=1, meter_id=1, kind=EditKind.SET_VOLUME, start=START + HOUR, end=end, volume_um3=48)
    found = told(DAY, closing=Statement(end, None), loads=(OVEN,), edits=(edit,))
    assert found.volume_um3[1:].tolist() == [2] * 24
    assert found.base_volume_um3[1:].sum() == pytest.approx(48 * 4.02, abs=24)
    assert set(found.method[1:].tolist()) == {BaseMethod.SET_VOLUME}
    assert set(found.quality[1:].tolist()) == {Quality.EDITED}


def test_a_hand_read_says_nothing_of_an_estimate() -> None:
    read = HandRead(hand_read_id=1, meter_id=1, measured_at=TAKEN_DOWN - HOUR, index_um3=10**13)
    plain = told(fortnight(), closing=UNTOLD)
    with_read = told(fortnight(), closing=UNTOLD, hand_reads=(read,))
    np.testing.assert_array_equal(with_read.volume_um3, plain.volume_um3)
    np.testing.assert_array_equal(with_read.flags, plain.flags)
