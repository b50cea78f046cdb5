"""Volume counted while the corrector was at fault: corrected by the contract's rule."""

import numpy as np
import pytest
from msgspec.structs import replace

from telemetry.batch import NULL, Columns
from telemetry.model import DAY, HOUR
from telemetry.quality import Flag, Quality
from telemetry.registry import CorrectorFailureRule
from telemetry.volumes.evidence import Edit, EditKind, HandRead
from telemetry.volumes.hourly import hourly_volumes
from telemetry.volumes.hours import HourlyVolumes
from telemetry.volumes.method import BaseMethod
from telemetry.volumes.readings import Terms, settled
from telemetry.volumes.terms import terms_table
from tests.unit.volumes.building import PT, PTZ, START, columns, stretch

FIXED = replace(PT, fixed_pressure_pa=151_987.5, fixed_temperature_k=293.15)  # C = 1.5

# 10 m³ an hour; C is 2 from 0:00 to 1:00, 4 from 1:00 to 2:00, by the means of the ends 2 and 3.
NOTES = [
    (0, 0, 0, 202.65, 20),
    (60, 10, 20, 202.65, 20),
    (120, 40, 110, 405.3, 20),
    (180, 50, 150, 405.3, 20),
    (240, 60, 190, 405.3, 20),
]


def said(disturbed: list[float | None], base: list[float | None] | None = None) -> Columns:
    """Return the notes with what the disturbed registers stood at."""
    rows = columns(NOTES)
    for name, values in (("disturbed_index_um3", disturbed), ("base_disturbed_index_um3", base)):
        if values:
            rows[name] = np.array([NULL if one is None else round(one * 1e6) for one in values])
    return rows


def hourly(
    rows: Columns, rule: CorrectorFailureRule | None, terms: Terms | None = None, **people: object
) -> HourlyVolumes:
    held = replace(terms or Terms(0, FIXED, 101_325.0), failure_rule=rule)
    stretches = (replace(stretch(held), **people),)
    return hourly_volumes(settled(rows), stretches, terms_table(stretches))


@pytest.mark.parametrize(
    ("rule", "factor", "method"),
    [
        # Ten at 202.65 kPa, then thirty at 303.975 kPa: the mean is 278.64375 kPa, C 2.75.
        ("previous_mean", 2.75, BaseMethod.PREVIOUS_MEAN),
        ("check_meter", 2.75, BaseMethod.PREVIOUS_MEAN),
        ("fixed", 1.5, BaseMethod.FIXED),
        (None, 4.0, BaseMethod.LAST_GOOD),
    ],
)
def test_the_disturbed_part_follows_the_contract_and_the_rest_its_own_way(
    rule: CorrectorFailureRule | None, factor: float, method: BaseMethod
) -> None:
    found = hourly(said([5, 5, 5, 9, 9]), rule)
    assert found.volume_um3.tolist() == [10_000_000, 30_000_000, 10_000_000, 10_000_000]
    expected = [20.0, 90.0, 6 * 4 + 4 * factor, 40.0]
    assert found.base_volume_um3.tolist() == [round(one * 1e6) for one in expected]
    assert found.method[2] == method
    assert found.correction_factor[2] == pytest.approx(expected[2] / 10)
    assert found.quality.tolist() == [Quality.MEASURED] * 2 + [Quality.SUBSTITUTED, Quality.MEASURED]
    assert ((found.flags & Flag.DISTURBED_VOLUME) != 0).tolist() == [False, False, True, False]


def test_the_devices_undisturbed_base_volume_is_billed_where_both_registers_tell_it() -> None:
    device = Terms(0, replace(PTZ, mode="device", gas=None), 101_325.0)
    # Of 40 at base conditions 13 are disturbed; the four of ten come by the last good state, without Z.
    told = hourly(said([5, 5, 5, 9, 9], [0, 0, 0, 13, 13]), None, device)
    assert told.base_volume_um3.tolist() == [20_000_000, 90_000_000, 27_000_000 + 16_000_000, 40_000_000]
    # Where its disturbed base register is not told, none of the step is billed by the device.
    untold = hourly(said([5, 5, 5, 9, 9]), None, device)
    assert untold.base_volume_um3.tolist() == [20_000_000, 90_000_000, 24_000_000 + 16_000_000, 40_000_000]
    assert untold.quality[2] == Quality.SUBSTITUTED


@pytest.mark.parametrize(
    "disturbed",
    [
        [5, 5, 5, 5.01, 5.01],  # trembles
        [5, 5, 5, 4, 4],  # went back
        [5, 5, None, 9, 9],  # does not say at one end
    ],
)
def test_what_trembles_goes_back_or_is_not_said_disturbs_nothing(disturbed: list[float | None]) -> None:
    found = hourly(said(disturbed), "fixed")
    assert found.base_volume_um3.tolist() == [20_000_000, 90_000_000, 40_000_000, 40_000_000]
    assert not (found.flags & Flag.DISTURBED_VOLUME).any()


def test_a_disturbed_register_beyond_the_total_takes_all_and_is_flagged() -> None:
    found = hourly(said([5, 5, 5, 16.5, 16.5]), "fixed")
    assert found.volume_um3[2] == 10_000_000
    assert found.base_volume_um3[2] == 15_000_000
    assert found.flags[2] & Flag.INDEX_MISMATCH
    assert not hourly(said([5, 5, 5, 15.9, 15.9]), "fixed").flags[2] & Flag.INDEX_MISMATCH


def test_a_total_that_stood_still_meanwhile_is_missing() -> None:
    rows = said([5, 5, 5, 9, 9])
    rows["index_um3"] = rows["index_um3"] - np.array([0, 0, 0, 10_000_000, 10_000_000])
    found = hourly(rows, "fixed")
    assert found.volume_um3.tolist() == [10_000_000, 30_000_000, 0, 10_000_000]
    assert found.quality.tolist() == [Quality.MEASURED, Quality.MEASURED, Quality.MISSING, Quality.MEASURED]


def test_two_ends_on_default_values_follow_the_same_rule() -> None:
    rows = said([None] * 5) | {"flags": np.array([0, 0, 0, 16, 16])}
    found = hourly(rows, "previous_mean")
    # One good end stands for both at 2:00 to 3:00; nothing good is at 3:00 to 4:00.
    assert found.base_volume_um3.tolist() == [20_000_000, 90_000_000, 40_000_000, 27_500_000]
    assert found.method.tolist()[2:] == [BaseMethod.PT, BaseMethod.PREVIOUS_MEAN]


@pytest.mark.parametrize(("days", "factor"), [(30, 2.75), (32, 1.5)])
def test_the_mean_is_of_the_week_before_the_fault_for_a_month(days: int, factor: float) -> None:
    rows = {name: column.copy() for name, column in columns(NOTES).items()}
    rows["flags"][3:] = Flag.ON_DEFAULT_VALUES
    rows["measured_at"][3:] += days * DAY
    # A week before all this, at another state, which no longer counts.
    early = {name: column[:2].copy() for name, column in columns(NOTES).items()}
    early["measured_at"] -= 8 * DAY
    early["pressure_pa"] *= 3
    early["index_um3"] -= 100_000_000
    both = {name: np.concatenate([early[name], column]) for name, column in rows.items()}
    found = hourly(both, "previous_mean")
    assert found.base_volume_um3[-1] == round(10e6 * factor)


def test_cuts_by_hand_reads_and_edits_keep_every_sum() -> None:
    rows = {name: column.copy() for name, column in said([5, 5, 5, 9, 9]).items()}
    rows["measured_at"][3:] += 10 * HOUR
    read = HandRead(hand_read_id=1, meter_id=1, measured_at=START + 5 * HOUR, index_um3=43_333_333)
    given = Edit(
        edit_id=1,
        meter_id=1,
        kind=EditKind.SET_VOLUME,
        start=START + 7 * HOUR,
        end=START + 8 * HOUR,
        volume_um3=1_000_000,
    )
    plain = hourly(rows, "fixed", hand_reads=(read,))
    assert plain.volume_um3.sum() == 60_000_000
    # 10 m³ between 2:00 and 13:00, four of them disturbed, however they are cut.
    assert plain.base_volume_um3[2:13].sum() == pytest.approx(24_000_000 + 6_000_000, abs=4)
    assert (plain.base_volume_um3 >= 0).all()
    edited = hourly(rows, "fixed", hand_reads=(read,), edits=(given,))
    assert edited.volume_um3[7] == 1_000_000
    assert edited.method[7] == BaseMethod.SET_VOLUME


def test_a_state_that_a_person_gives_stands_above_the_rule() -> None:
    given = Edit(
        edit_id=1,
        meter_id=1,
        kind=EditKind.SUBSTITUTE,
        start=START + 2 * HOUR,
        end=START + 3 * HOUR,
        pressure_pa=101_325.0,
        temperature_k=293.15,
    )
    found = hourly(said([5, 5, 5, 9, 9]), "fixed", edits=(given,))
    assert found.base_volume_um3[2] == 10_000_000
    assert found.quality[2] == Quality.EDITED
