"""What flags an hour and changes no volume: the device's own correction, and the flow that it displays."""

import numpy as np
import pytest
from msgspec.structs import replace

from telemetry.batch import NULL
from telemetry.quality import Flag
from telemetry.volumes.hourly import hourly_volumes
from telemetry.volumes.hours import HourlyVolumes
from telemetry.volumes.readings import Terms, settled
from telemetry.volumes.terms import terms_table
from tests.unit.volumes.building import GAS_1, PT, PTZ, Note, columns, stretch, terms

# 100 m³ an hour at p = 2 pb and Zb/Z = 1 of a fixed gas: C = 2.
IDEAL = replace(PTZ, gas=replace(GAS_1, method="fixed", z_ratio=1.0, fractions=None))
CHECKED = Flag.CORRECTOR_MISMATCH | Flag.FLOW_CONTRADICTS | Flag.REGISTER_STUCK


def hourly(notes: list[Note], flow: list[float] | None = None, by: Terms | None = None) -> HourlyVolumes:
    said = columns(notes)
    if flow is not None:
        said["flow_m3h"] = np.array(flow)
    stretches = (stretch(by or terms(IDEAL)),)
    return hourly_volumes(settled(said), stretches, terms_table(stretches))


def flagged(found: HourlyVolumes) -> list[int]:
    return (found.flags & int(CHECKED)).tolist()


@pytest.mark.parametrize(
    ("base", "off"), [(200.0, False), (201.9, False), (202.1, True), (198.1, False), (197.9, True)]
)
def test_a_device_that_corrects_otherwise_is_flagged_from_one_per_cent_on(base: float, *, off: bool) -> None:
    found = hourly([(0, 0, 0, 202.65, 20), (60, 100, base, 202.65, 20)])
    assert flagged(found) == [int(Flag.CORRECTOR_MISMATCH) if off else 0]
    assert found.base_volume_um3.tolist() == [200_000_000]


@pytest.mark.parametrize(
    "second",
    [
        (60, 0.9, 9, 202.65, 20),  # less than 1 m³
        (91, 100, 300, 202.65, 20),  # longer than 90 min
        (60, 100, 300, 204.9, 20),  # p moved by more than 1 %
        (60, 100, 300, 202.65, 23.1),  # T moved by more than 3 K
        (60, 100, None, 202.65, 20),
    ],
)
def test_where_nobody_can_say_whose_correction_is_off_nothing_is_flagged(second: Note) -> None:
    assert set(flagged(hourly([(0, 0, 0, 202.65, 20), second]))) == {0}


def test_a_contract_without_z_does_not_ask_for_the_devices() -> None:
    assert flagged(hourly([(0, 0, 0, 202.65, 20), (60, 100, 300, 202.65, 20)], by=terms(PT))) == [0]


@pytest.mark.parametrize(
    ("flow", "index", "flag"),
    [
        ((30.0, 40.0), 12.6, 0),  # 30 is not above twice 12.6 and 5 % of 100
        ((30.0, 40.0), 12.4, Flag.FLOW_CONTRADICTS),
        ((30.0, 0.0), 0.0, 0),  # one end alone says little
        ((5.1, 6.0), 0.0, Flag.REGISTER_STUCK),
        ((4.9, 6.0), 0.0, 0),
        ((120.1, 50.0), 50.0, Flag.FLOW_CONTRADICTS),  # more than 1.2 Qmax at one end
        ((119.9, 50.0), 50.0, 0),
        ((np.nan, 50.0), 1.0, 0),
    ],
)
def test_displayed_flow_is_held_against_the_register(
    flow: tuple[float, float], index: float, flag: int
) -> None:
    found = hourly([(0, 0, None, 202.65, 20), (60, index, None, 202.65, 20)], list(flow))
    assert flagged(found) == [flag]
    assert found.volume_um3.tolist() == [round(index * 1e6)]


def test_over_a_gap_and_where_the_register_went_back_the_display_is_not_asked() -> None:
    notes = [(0, 50, None, 202.65, 20), (100, 50, None, 202.65, 20), (160, 20, None, 202.65, 20)]
    assert set(flagged(hourly(notes, [90.0, 90.0, 90.0]))) == {0}


@pytest.mark.parametrize(
    ("mechanical", "index", "flag"),
    [
        ((70.0, 76.0), 0.0, Flag.REGISTER_STUCK),
        ((70.0, 75.0), 0.0, 0),  # a pulse may be 5 % of 100 m³
        ((70.0, 76.0), 0.1, 0),  # it moves
        ((70.0, 191.0), 0.0, 0),  # more than can flow: another register was put in
        ((99_999.0, 5.0), 0.0, 0),  # it went around
        ((None, 76.0), 0.0, 0),
    ],
)
def test_a_register_stands_still_when_the_mechanical_one_moves(
    mechanical: tuple[float | None, float], index: float, flag: int
) -> None:
    said = columns([(0, 0, None, 202.65, 20), (60, index, None, 202.65, 20)])
    said["mechanical_index_um3"] = np.array([NULL if one is None else int(one * 1e6) for one in mechanical])
    stretches = (stretch(terms(IDEAL)),)
    assert flagged(hourly_volumes(settled(said), stretches, terms_table(stretches))) == [flag]
