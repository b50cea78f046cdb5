"""Exchanges, hand reads and edits, worked out by hand."""

import numpy as np
import pytest
from msgspec.structs import replace

from telemetry.batch import NULL
from telemetry.model import HOUR, MINUTE
from telemetry.quality import Flag, Quality
from telemetry.volumes.evidence import Edit, EditKind, HandRead
from telemetry.volumes.hourly import hourly_volumes
from telemetry.volumes.hours import HourlyVolumes
from telemetry.volumes.method import BaseMethod
from telemetry.volumes.readings import Statement, Stretch, settled
from telemetry.volumes.terms import terms_table
from tests.unit.volumes.building import GAS_1, PTZ, START, Note, columns, stretch, terms

BASE = (101.325, 20.0)  # at base conditions C is 1
CUBIC_METRE = 1_000_000


def minutes(notes: list[Note], said: Stretch) -> HourlyVolumes:
    return hourly_volumes(settled(columns(notes)), (said,), terms_table((said,)))


def read(minute: float, index_m3: float) -> HandRead:
    at = START + round(minute * MINUTE)
    return HandRead(hand_read_id=1, meter_id=1, measured_at=at, index_um3=round(index_m3 * CUBIC_METRE))


def edit(kind: EditKind, first: float, end: float, edit_id: int = 1, **said: object) -> Edit:
    span = {"start": START + round(first * MINUTE), "end": START + round(end * MINUTE)}
    return replace(Edit(edit_id=edit_id, meter_id=1, kind=kind, **span), **said)


def test_exchange_loses_no_gas_on_either_side() -> None:
    # The old meter: 995 at 0:00, 997 at 1:00, taken down at 1:30 with 998.5: 2 m³ and 1.5 m³.
    # The new one: put up at 1:45 with 3, first heard at 3:00 with 8: 5 m³ in 75 minutes, a fifth of them
    # (15 min, 1 m³) in the hour from 1:00, then 4 m³ each hour, which makes 4 m³ from 2:00 to 3:00.
    old = replace(stretch(), until=START + 90 * MINUTE, closing=Statement(START + 90 * MINUTE, 998_500_000))
    new = replace(
        stretch(), valid_from=START + 105 * MINUTE, opening=Statement(START + 105 * MINUTE, 3_000_000)
    )
    first = columns([(0, 995, None, *BASE), (60, 997, None, *BASE)])
    second = columns([(180, 8, None, *BASE)]) | {"stretch": np.ones(1, np.int64)}
    both = {name: np.concatenate([first[name], second[name]]) for name in first}
    found = hourly_volumes(settled(both), (old, new), terms_table((old, new)))
    assert found.interval_start.tolist() == [START, START + HOUR, START + 2 * HOUR]
    assert found.volume_um3.tolist() == [2_000_000, 1_500_000 + 1_000_000, 4_000_000]
    assert found.coverage.tolist() == [1.0, 0.75, 1.0]
    assert found.quality.tolist() == [Quality.MEASURED, Quality.SUBSTITUTED, Quality.SUBSTITUTED]


def test_second_exchange_with_a_register_that_rolls_over_before_it_ends() -> None:
    # Four digits: 9996 at 0:00, 9999 at 1:00, taken down at 2:00 with 2: 1 m³ to 10000 and 2 m³ from 0.
    said = replace(
        stretch(digits=4), until=START + 120 * MINUTE, closing=Statement(START + 120 * MINUTE, 2_000_000)
    )
    found = minutes([(0, 9996, None, *BASE), (60, 9999, None, *BASE)], said)
    assert found.volume_um3.tolist() == [3_000_000, 3_000_000]
    assert found.flags[1] & Flag.REGISTER_ROLLOVER


def test_a_meter_that_was_never_heard_has_what_its_installation_states() -> None:
    # From 10 to 22 in four hours.
    ends = (Statement(START, 10_000_000), Statement(START + 4 * HOUR, 22_000_000))
    found = minutes([], replace(stretch(), opening=ends[0], closing=ends[1]))
    assert found.volume_um3.tolist() == [3_000_000] * 4
    assert found.quality.tolist() == [Quality.MISSING] * 4  # nothing is known of its gas
    assert found.method.tolist() == [BaseMethod.UNCORRECTED] * 4


def test_an_index_that_the_meter_cannot_have_come_from_adds_nothing_and_says_so() -> None:
    # 4000 m³ within two hours at Qmax 100 m³/h.
    said = replace(stretch(), opening=Statement(START, 0))
    found = minutes([(120, 4000, None, *BASE), (180, 4001, None, *BASE)], said)
    assert found.volume_um3.tolist() == [0, 0, 1_000_000]
    assert found.quality.tolist() == [Quality.MISSING, Quality.MISSING, Quality.MEASURED]
    assert found.flags[0] & Flag.INDEX_MISMATCH


def test_hand_read_divides_a_gap_and_keeps_its_sum() -> None:
    # 100 m³ in ten hours; somebody read 90 after two of them: 45 an hour, then 1.25 an hour.
    notes = [(0, 0, 0, *BASE), (600, 100, 200, *BASE)]
    found = minutes(notes, replace(stretch(), hand_reads=(read(120, 90),)))
    assert found.volume_um3.tolist() == [45_000_000] * 2 + [1_250_000] * 8
    assert found.device_base_volume_um3.tolist() == [90_000_000] * 2 + [2_500_000] * 8
    assert found.quality.tolist() == [Quality.INTERPOLATED] * 2 + [Quality.ESTIMATED] * 8


@pytest.mark.parametrize(("index", "flag"), [(4.5, 0), (9.5, 0), (20, Flag.INDEX_MISMATCH)])
def test_hand_read_between_frequent_readings_only_checks(index: float, flag: int) -> None:
    notes: list[Note] = [(0, 0, None, *BASE), (60, 9, None, *BASE)]
    found = minutes(notes, replace(stretch(), hand_reads=(read(30, index),)))
    assert found.volume_um3.tolist() == [9_000_000]
    assert found.flags.tolist() == [flag]
    assert found.quality.tolist() == [Quality.MEASURED]


def test_hand_read_that_the_register_contradicts_divides_nothing() -> None:
    notes: list[Note] = [(0, 50, None, *BASE), (120, 60, None, *BASE)]
    found = minutes(notes, replace(stretch(), hand_reads=(read(60, 40),)))
    assert found.volume_um3.tolist() == [5_000_000] * 2
    assert found.flags.tolist() == [Flag.INDEX_MISMATCH] * 2


def test_excluded_readings_leave_a_gap_that_says_it_was_edited() -> None:
    # Without the 500 at 1:00 there are 4 m³ in two hours.
    notes: list[Note] = [(0, 0, None, *BASE), (60, 500, None, *BASE), (120, 4, None, *BASE)]
    excluded = edit(EditKind.EXCLUDE_READINGS, 30, 90)
    found = minutes(notes, replace(stretch(), edits=(excluded,)))
    assert found.volume_um3.tolist() == [2_000_000] * 2
    assert found.quality.tolist() == [Quality.EDITED] * 2


def test_a_volume_that_is_set_counts_within_its_span_and_nothing_else_changes() -> None:
    # 6 m³ set over 1:00 to 3:00, where 2 m³ an hour were read; C is 1, so that 6 m³ it stays.
    notes: list[Note] = [(60 * hour, 2 * hour, None, *BASE) for hour in range(5)]
    found = minutes(
        notes, replace(stretch(), edits=(edit(EditKind.SET_VOLUME, 60, 180, volume_um3=6_000_000),))
    )
    assert found.volume_um3.tolist() == [2_000_000, 3_000_000, 3_000_000, 2_000_000]
    assert found.base_volume_um3.tolist() == found.volume_um3.tolist()
    assert found.quality.tolist() == [0, Quality.EDITED, Quality.EDITED, 0]
    assert found.method[1] == BaseMethod.SET_VOLUME


def test_a_volume_may_be_set_where_nothing_was_read() -> None:
    # 4 m³ and 8 m³ at base conditions over two hours before and two hours after the only reading.
    said = replace(
        stretch(),
        edits=(edit(EditKind.SET_VOLUME, 0, 240, volume_um3=4_000_000, base_volume_um3=8_000_000),),
    )
    found = minutes([(120, 7, None, *BASE)], said)
    assert found.volume_um3.tolist() == [1_000_000] * 4
    assert found.base_volume_um3.tolist() == [2_000_000] * 4
    assert found.quality.tolist() == [Quality.EDITED] * 4
    assert found.correction_factor.tolist() == [2.0] * 4


def test_of_two_edits_over_one_hour_the_later_counts() -> None:
    notes: list[Note] = [(0, 0, None, *BASE), (60, 1, None, *BASE)]
    both = (
        edit(EditKind.SET_VOLUME, 0, 60, edit_id=8, volume_um3=8_000_000),
        edit(EditKind.SET_VOLUME, 0, 60, edit_id=3, volume_um3=3_000_000),
    )
    assert minutes(notes, replace(stretch(), edits=both)).volume_um3.tolist() == [8_000_000]


def test_a_substituted_state_stands_for_the_measured_one() -> None:
    # Twice the pressure from 0:30 on: 5 m³ at C 1 and 5 m³ at C 2.
    said = replace(stretch(), edits=(edit(EditKind.SUBSTITUTE, 30, 60, pressure_pa=202_650.0),))
    found = minutes([(0, 0, None, *BASE), (60, 10, None, *BASE)], said)
    assert found.volume_um3.tolist() == [10_000_000]
    assert found.base_volume_um3.tolist() == [5_000_000 + 10_000_000]
    assert found.quality.tolist() == [Quality.EDITED]
    assert found.device_base_volume_um3.tolist() == [NULL]


def test_a_substituted_gas_stands_for_the_registered_one() -> None:
    # The gas of the contract is not known; an edit says Zb/Z is 1.02: 10 m³ at 2 · 1.02.
    gas = replace(GAS_1, method="fixed", z_ratio=1.02)
    said = replace(stretch(terms(replace(PTZ, gas=None))), edits=(edit(EditKind.SUBSTITUTE, 0, 60, gas=gas),))
    found = minutes([(0, 0, None, 202.65, 20), (60, 10, None, 202.65, 20)], said)
    assert found.base_volume_um3.tolist() == [20_400_000]
    assert found.z_ratio.tolist() == [1.02]
    assert (found.quality[0], found.method[0]) == (Quality.EDITED, BaseMethod.PTZ)
