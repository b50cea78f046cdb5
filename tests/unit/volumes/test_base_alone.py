"""Devices that say a base register alone: the base volume is its advance, the volume is worked back by C."""

import numpy as np
import pytest
from msgspec.structs import replace

from telemetry.batch import NULL
from telemetry.model import HOUR
from telemetry.ptz.spec import CorrectionSpec, Mode
from telemetry.quality import Flag, Quality
from telemetry.volumes.evidence import Edit, EditKind, HandRead
from telemetry.volumes.hourly import hourly_volumes
from telemetry.volumes.hours import HourlyVolumes
from telemetry.volumes.method import BaseMethod
from telemetry.volumes.readings import Statement, settled
from telemetry.volumes.terms import terms_table
from tests.unit.volumes.building import GAS_1, PT, PTZ, START, Note, columns, stretch, terms

DEVICE = replace(PTZ, mode=Mode.DEVICE, gas=replace(GAS_1, method="fixed", z_ratio=1.0, fractions=None))
ALONE: list[Note] = [
    (0, None, 100, 202.65, 20),
    (60, None, 120, 202.65, 20),
    (120, None, 150, 303.975, 20),
]


def hourly(
    notes: list[Note], spec: CorrectionSpec = DEVICE, flags: list[int] | None = None, **said: object
) -> HourlyVolumes:
    rows = columns(notes) | ({"flags": np.array(flags)} if flags else {})
    stretches = (replace(stretch(terms(spec), digits=4), **said),)
    return hourly_volumes(settled(rows), stretches, terms_table(stretches))


@pytest.mark.parametrize(
    ("spec", "method", "quality"),
    [
        (DEVICE, BaseMethod.DEVICE, Quality.MEASURED),
        (PT, BaseMethod.DEVICE_BASE_REGISTER, Quality.SUBSTITUTED),
    ],
)
def test_the_base_register_is_billed_and_the_volume_worked_back(
    spec: CorrectionSpec, method: BaseMethod, quality: Quality
) -> None:
    found = hourly(ALONE, spec)
    assert found.base_volume_um3.tolist() == [20_000_000, 30_000_000]
    # C is 2 and, by the mean of the ends, 2.5.
    assert found.volume_um3.tolist() == [10_000_000, 12_000_000]
    assert found.device_base_volume_um3.tolist() == [20_000_000, 30_000_000]
    assert found.correction_factor.tolist() == pytest.approx([2.0, 2.5])
    assert found.method.tolist() == [method] * 2
    assert found.quality.tolist() == [quality] * 2


def test_where_no_c_is_known_the_volume_is_the_base_volume() -> None:
    found = hourly([(at, None, base, np.nan, np.nan) for at, _, base, _, _ in ALONE])
    assert found.base_volume_um3.tolist() == found.volume_um3.tolist() == [20_000_000, 30_000_000]
    assert np.isnan(found.correction_factor).all()
    assert found.quality.tolist() == [Quality.SUBSTITUTED] * 2


def test_a_base_register_on_default_values_is_billed_and_substituted() -> None:
    found = hourly(ALONE, flags=[0, int(Flag.ON_DEFAULT_VALUES), 0])
    assert found.base_volume_um3.tolist() == [20_000_000, 30_000_000]
    assert found.quality.tolist() == [Quality.SUBSTITUTED] * 2


def test_it_rolls_over_and_goes_back_as_a_register_does() -> None:
    notes: list[Note] = [
        (0, None, 9990, 202.65, 20),
        (60, None, 10, 202.65, 20),
        (120, None, 5, 202.65, 20),
        (180, None, 6, 202.65, 20),
    ]
    found = hourly(notes)
    assert found.base_volume_um3.tolist() == [20_000_000, 0, 1_000_000]
    assert found.quality[1] == Quality.MISSING
    assert found.flags[0] & Flag.REGISTER_ROLLOVER
    assert found.flags[1] & Flag.REGISTER_REGRESSION


def test_before_and_after_all_readings_of_the_register_the_base_register_continues_it() -> None:
    notes: list[Note] = [
        ALONE[0],
        (60, 50, 120, 202.65, 20),
        (90, None, 125, 202.65, 20),  # between two readings of the register: counts for nothing
        (120, 60, 140, 202.65, 20),
        (180, None, 144, 202.65, 20),
    ]
    found = hourly(notes, PT)
    assert found.volume_um3.tolist() == [10_000_000, 10_000_000, 2_000_000]
    assert found.base_volume_um3.tolist() == [20_000_000, 20_000_000, 4_000_000]
    assert found.method.tolist() == [
        BaseMethod.DEVICE_BASE_REGISTER,
        BaseMethod.PT,
        BaseMethod.DEVICE_BASE_REGISTER,
    ]
    # Without a base register at its end nothing is known of the step.
    silent = hourly([ALONE[0], (60, 50, None, 202.65, 20), *notes[3:]], PT)
    assert silent.interval_start.tolist() == [START + HOUR, START + 2 * HOUR]


def test_what_an_installation_states_of_its_base_register_closes_it() -> None:
    closing = Statement(START + 3 * HOUR, 999_000_000, 156_000_000)
    found = hourly(ALONE, until=closing.at, closing=closing)
    assert found.base_volume_um3.tolist() == [20_000_000, 30_000_000, 6_000_000]
    untold = hourly(ALONE, until=closing.at, closing=replace(closing, base_index_um3=None))
    assert len(untold.interval_start) == 2


def test_a_hand_read_of_the_base_register_divides_a_gap() -> None:
    gap: list[Note] = [(0, None, 100, 202.65, 20), (240, None, 180, 202.65, 20)]
    read = HandRead(
        hand_read_id=1, meter_id=1, measured_at=START + HOUR, index_um3=5, base_index_um3=170_000_000
    )
    found = hourly(gap, hand_reads=(read,))
    assert found.base_volume_um3.tolist() == [70_000_000, 3_333_333, 3_333_334, 3_333_333]
    assert hourly(gap).base_volume_um3.tolist() == [20_000_000] * 4


@pytest.mark.parametrize(
    ("base", "first", "mismatch"), [(140.0, 20.0, False), (99.5, 0.0, False), (30.0, 10.0, True)]
)
def test_it_divides_a_gap_of_the_register_too(base: float, first: float, *, mismatch: bool) -> None:
    # 40 m³ and 80 at base conditions in four hours: 40 of these by the first means 20 of the others.
    gap: list[Note] = [(0, 0, 100, 202.65, 20), (240, 40, 180, 202.65, 20)]
    read = HandRead(hand_read_id=1, meter_id=1, measured_at=START + HOUR, base_index_um3=round(base * 1e6))
    found = hourly(gap, PT, hand_reads=(read,))
    assert found.volume_um3[0] == round(first * 1e6)
    assert found.volume_um3.sum() == 40_000_000
    assert bool(found.flags[0] & Flag.INDEX_MISMATCH) is mismatch


def test_a_volume_that_an_edit_sets_is_one_at_metering_conditions() -> None:
    given = Edit(
        edit_id=1,
        meter_id=1,
        kind=EditKind.SET_VOLUME,
        start=START + HOUR,
        end=START + 2 * HOUR,
        volume_um3=7_000_000,
    )
    found = hourly(ALONE, edits=(given,))
    assert found.volume_um3.tolist() == [10_000_000, 7_000_000]
    assert found.base_volume_um3.tolist() == [20_000_000, 17_500_000]


def test_no_check_of_two_registers_is_made_of_one() -> None:
    rows = columns(ALONE) | {"flow_m3h": np.array([90.0, 90.0, 90.0])}
    stretches = (stretch(terms(DEVICE)),)
    found = hourly_volumes(settled(rows), stretches, terms_table(stretches))
    assert found.flags.tolist() == [0, 0]
    assert (rows["index_um3"] == NULL).all()
