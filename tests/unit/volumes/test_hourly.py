"""Steps laid on hours, worked out by hand."""

import numpy as np
import pytest
from msgspec.structs import replace

from telemetry.batch import NULL
from telemetry.model import HOUR, MINUTE
from telemetry.ptz.correct import correct_each
from telemetry.quality import Flag, Quality
from telemetry.volumes.hourly import hourly_volumes
from telemetry.volumes.method import BaseMethod
from telemetry.volumes.readings import Terms, settled
from telemetry.volumes.terms import terms_table
from tests.unit.volumes.building import PT, PTZ, START, columns, hourly, stretch, terms

BASE = (101.325, 20.0)  # at base conditions C is 1


def test_step_over_an_hour_is_divided_by_time_and_sums_exactly() -> None:
    # 10 m³ in the 90 minutes from :30: a third before the hour is full, two thirds after it.
    found = hourly([(30, 0, None, *BASE), (120, 10, None, *BASE)])
    assert found.interval_start.tolist() == [START, START + HOUR]
    assert found.volume_um3.tolist() == [3_333_333, 6_666_667]
    assert found.base_volume_um3.tolist() == [3_333_333, 6_666_667]
    assert found.coverage.tolist() == [0.5, 1.0]
    assert found.quality.tolist() == [Quality.MEASURED] * 2


def test_pressure_and_temperature_are_the_mean_of_the_ends_by_volume() -> None:
    # 20 min at mean 300 kPa with 1 m³, 40 min at mean 450 kPa with 5 m³: (300 + 5·450) / 6 = 425.
    found = hourly([(0, 0, None, 200, 10), (20, 1, None, 400, 20), (60, 6, None, 500, 30)])
    assert found.pressure_pa.tolist() == [425_000.0]
    assert found.temperature_k[0] == pytest.approx(273.15 + (15 + 5 * 25) / 6, abs=1e-6)
    c = [p / 101.325 * 293.15 / (t + 273.15) for p, t in ((300, 15), (450, 25))]
    assert found.base_volume_um3[0] == round(1e6 * c[0]) + round(5e6 * c[1])
    assert found.correction_factor[0] == pytest.approx((c[0] + 5 * c[1]) / 6, rel=1e-11)


def test_no_volume_has_no_factor_but_a_state() -> None:
    found = hourly([(0, 5, None, 200, 10), (60, 5, None, 400, 20)])
    assert np.isnan(found.correction_factor[0])
    assert found.base_volume_um3.tolist() == [0]
    assert found.pressure_pa.tolist() == [300_000.0]


def test_quality_by_length_of_step() -> None:
    notes = [(0, 0), (90, 1), (181, 2), (181 + 361, 3)]
    found = hourly([(at, index, None, *BASE) for at, index in notes])
    # 0-90 measured; 90-181 touches hours 1, 2 and 3; the last one, longer than six hours, from hour 3 on.
    assert found.quality.tolist() == [0, 1, 1, 3, 3, 3, 3, 3, 3, 3]
    assert found.volume_um3.sum() == 3_000_000


def test_nothing_flowed_in_a_long_step_is_known_for_every_hour() -> None:
    found = hourly([(0, 4, None, *BASE), (10 * 60, 4, None, *BASE)])
    assert found.quality.tolist() == [Quality.INTERPOLATED] * 10


def test_one_end_stands_for_both_where_the_other_is_unusable() -> None:
    found = hourly([(0, 0, None, None, 20), (60, 10, None, 202.65, 20)])
    assert found.base_volume_um3.tolist() == [20_000_000]
    assert found.quality.tolist() == [Quality.SUBSTITUTED]
    assert found.flags.tolist() == [Flag.PRESSURE_UNUSABLE]
    assert found.method.tolist() == [BaseMethod.PT]


def test_without_either_end_the_device_register_is_believed() -> None:
    found = hourly([(0, 0, 100, None, 20), (60, 10, 141, None, 20)])
    assert found.base_volume_um3.tolist() == found.device_base_volume_um3.tolist() == [41_000_000]
    assert (found.method[0], found.quality[0]) == (BaseMethod.DEVICE_BASE_REGISTER, Quality.SUBSTITUTED)
    assert found.correction_factor.tolist() == [4.1]


@pytest.mark.parametrize("base_index", [(100.0, 100.0), (100.0, 99.0), (100.0, 300.0), (None, 141.0)])
def test_an_incredible_device_register_gives_way_to_the_last_good_state(
    base_index: tuple[float | None, float],
) -> None:
    first, last = base_index
    found = hourly([(0, 0, None, 202.65, 20), (60, 0, first, None, 20), (120, 10, last, None, 20)], terms(PT))
    assert found.base_volume_um3.tolist() == [0, 20_000_000]
    assert (found.method[1], found.quality[1]) == (BaseMethod.LAST_GOOD, Quality.SUBSTITUTED)


def test_the_last_good_state_is_good_for_a_week() -> None:
    week = 7 * 24 * 60
    day = [(at, 0, None, None, 20) for at in range(60, week + 121, 60)]
    notes = [(0, 0, None, 202.65, 20), *day, (week + 180, 10, None, None, 20)]
    found = hourly(notes)
    assert (found.method[-1], found.quality[-1]) == (BaseMethod.UNCORRECTED, Quality.MISSING)
    assert found.base_volume_um3[-1] == found.volume_um3[-1] == 10_000_000
    assert hourly([*notes[:-2], (week + 60, 10, None, None, 20)]).method[-1] == BaseMethod.LAST_GOOD


def test_the_contract_may_fix_what_is_missing() -> None:
    fixed = replace(PT, fixed_pressure_pa=2 * 101_325.0)
    found = hourly([(0, 0, None, None, 20), (60, 10, None, None, 20)], terms(fixed))
    assert found.base_volume_um3.tolist() == [20_000_000]
    assert (found.method[0], found.quality[0]) == (BaseMethod.FIXED, Quality.SUBSTITUTED)
    factor = replace(PT, fixed_factor=1.7)
    assert (
        hourly([(0, 0, None, None, 20), (60, 10, None, None, 20)], terms(factor)).base_volume_um3[0] == 17e6
    )


def test_gas_that_is_not_known_is_corrected_for_p_and_t_and_says_so() -> None:
    found = hourly([(0, 0, None, 202.65, 20), (60, 10, None, 202.65, 20)], terms(replace(PTZ, gas=None)))
    assert found.base_volume_um3.tolist() == [20_000_000]
    assert found.flags.tolist() == [Flag.GAS_QUALITY_MISSING]
    assert (found.method[0], found.quality[0]) == (BaseMethod.PT, Quality.SUBSTITUTED)


def test_gap_takes_the_device_register_and_says_so() -> None:
    # The line was at atmospheric pressure when the gap began: the mean of its ends says 2.5, the device 4.2.
    notes = [(0, 0, 0, 100, 15), (48 * 60, 1000, 4200, 440, 15), (49 * 60, 1001, 4204.4, 440, 15)]
    found = hourly(notes, terms(PTZ))
    gap = slice(0, 48)
    assert found.base_volume_um3[gap].sum() == 4_200_000_000
    assert set(found.method[gap].tolist()) == {BaseMethod.DEVICE_BASE_REGISTER}
    assert set(found.quality[gap].tolist()) == {Quality.ESTIMATED}
    assert np.isnan(found.pressure_pa[gap]).all()
    assert (found.method[48], found.quality[48]) == (BaseMethod.PTZ, Quality.MEASURED)


def test_regression_is_missing_and_never_negative() -> None:
    found = hourly([(0, 294, 294, *BASE), (60, 22, 92, *BASE), (120, 23, 93, *BASE)])
    assert found.volume_um3.tolist() == [0, 1_000_000]
    assert found.quality.tolist() == [Quality.MISSING, Quality.MEASURED]
    assert found.flags[0] & Flag.REGISTER_REGRESSION
    assert found.device_base_volume_um3.tolist() == [NULL, 1_000_000]


def test_more_than_the_meter_can_pass_is_flagged_and_counted() -> None:
    # 1.2 times Qmax 100 m³/h over an hour and a minute: 122 m³.
    found = hourly([(0, 0, None, *BASE), (60, 122, None, *BASE), (120, 244.1, None, *BASE)])
    assert found.volume_um3.tolist() == [122_000_000, 122_100_000]
    assert found.flags.tolist() == [0, Flag.REGISTER_JUMP]


def test_contract_for_the_device_bills_its_register_beside_our_factor() -> None:
    device = terms(replace(PTZ, mode="device"))
    found = hourly([(0, 0, 0, 202.65, 20), (60, 10, 19.5, 202.65, 20), (120, 20, None, 202.65, 20)], device)
    ours = correct_each([PTZ], np.array([0]), np.array([202_650.0]), np.array([293.15])).factor[0]
    assert found.base_volume_um3.tolist() == [19_500_000, round(ours * 1e7)]
    assert found.method.tolist() == [BaseMethod.DEVICE, BaseMethod.PTZ]
    assert found.quality.tolist() == [Quality.MEASURED, Quality.SUBSTITUTED]
    assert found.correction_factor[0] == pytest.approx(ours, rel=1e-11)


def test_no_correction_asks_for_no_state() -> None:
    fixed = terms(replace(PT, mode="none", fixed_factor=1.05))
    found = hourly([(0, 0, None, None, None), (60, 10, None, None, None)], fixed)
    assert found.base_volume_um3.tolist() == [10_500_000]
    assert (found.quality[0], found.flags[0]) == (Quality.MEASURED, 0)


def test_terms_that_change_within_a_step_cut_it_by_time() -> None:
    # From :20 on the contract's factor is 2: a third of 9 m³ at 1, the rest at 2.
    first, then = replace(PT, mode="none"), replace(PT, mode="none", fixed_factor=2.0)
    changed = START + 20 * MINUTE
    found = hourly([(0, 0, 0, *BASE), (60, 9, 18, *BASE)], terms(first), terms(then, changed))
    assert found.volume_um3.tolist() == [9_000_000]
    assert found.base_volume_um3.tolist() == [3_000_000 + 12_000_000]
    assert found.device_base_volume_um3.tolist() == [18_000_000]
    assert found.terms.tolist() == [1]


def test_a_change_at_a_reading_cuts_nothing() -> None:
    first, then = replace(PT, mode="none"), replace(PT, mode="none", fixed_factor=2.0)
    notes = [(0, 0, None, *BASE), (30, 1, None, *BASE), (60, 2, None, *BASE)]
    found = hourly(notes, terms(first), terms(then, START + 30 * MINUTE))
    assert found.base_volume_um3.tolist() == [3_000_000]


def test_gauge_pressure_takes_the_site_atmosphere() -> None:
    rows = columns([(0, 0, None, None, 20), (60, 10, None, None, 20)])
    rows |= {"gauge_pressure_pa": np.full(2, 117_650.0)}
    stretches = (stretch(Terms(0, PT, 85_000.0)),)
    found = hourly_volumes(settled(rows), stretches, terms_table(stretches))
    assert found.base_volume_um3.tolist() == [20_000_000]


def test_nothing_comes_of_nothing() -> None:
    assert len(hourly([]).volume_um3) == 0
    assert len(hourly([(0, 5, None, *BASE)]).volume_um3) == 0
