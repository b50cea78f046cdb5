"""How far base volumes may be off, worked out by hand."""

from math import isnan, sqrt

import pytest
from msgspec.structs import replace

from telemetry.volumes.evidence import Edit, EditKind
from telemetry.volumes.hourly import hourly_volumes
from telemetry.volumes.readings import settled
from telemetry.volumes.terms import terms_table
from tests.unit.volumes.building import PT, PTZ, START, Note, columns, hourly, stretch, terms

BASE = (101.325, 20.0)
HOURLY: list[Note] = [(0, 0, None, *BASE), (60, 10, None, *BASE)]


def test_measured_hour_of_a_class_1_meter() -> None:
    # Shares: 1 % of the meter, 0.5 % of p, 0.5 / 293.15 = 0.17056 % of T; squares in %²: 1 + 0.25 + 0.02909
    # = 1.27909, root 1.13097, by sqrt 3 0.65297, doubled 1.30594 % of 10 m³.
    found = hourly(HOURLY, terms(PT))
    assert found.base_volume_um3.tolist() == [10_000_000]
    assert found.uncertainty_m3.tolist() == [pytest.approx(0.130594, abs=2e-6)]


def test_compression_factor_adds_its_part() -> None:
    # As before and 0.1 % of Z: root of 1.28909 is 1.13538, 1.31103 %.
    found = hourly(HOURLY, terms(PTZ))
    share = found.uncertainty_m3[0] / (found.base_volume_um3[0] / 1e6)
    assert share == pytest.approx(0.0131103, abs=2e-6)


def test_what_the_contract_fixes_is_certain() -> None:
    # The meter's 1 % alone: 2 / sqrt 3 %.
    found = hourly(HOURLY, terms(replace(PT, mode="none")))
    assert found.uncertainty_m3.tolist() == [pytest.approx(0.2 / sqrt(3), abs=2e-6)]


def test_a_gap_is_less_certain_than_its_parts_would_be_if_measured() -> None:
    # Ten hours: 10 % for want of knowing when, beside 1.27909 %²: root 10.0638, 11.6206 % of 1 m³.
    found = hourly([(0, 0, None, *BASE), (600, 10, None, *BASE)], terms(PT))
    assert found.uncertainty_m3.tolist() == [pytest.approx(0.116206, abs=2e-6)] * 10


def test_nobody_can_say_of_what_is_missing_or_set() -> None:
    assert isnan(hourly([(0, 0, None, None, None), (60, 10, None, None, None)]).uncertainty_m3[0])
    edit = Edit(
        edit_id=1, meter_id=1, kind=EditKind.SET_VOLUME, start=START, end=START + 60_000_000, volume_um3=5
    )
    said = (replace(stretch(), edits=(edit,)),)
    assert isnan(hourly_volumes(settled(columns(HOURLY)), said, terms_table(said)).uncertainty_m3[0])


def test_no_volume_is_certain() -> None:
    found = hourly([(0, 5, None, None, None), (60, 5, None, None, None)])
    assert found.uncertainty_m3.tolist() == [0.0]
