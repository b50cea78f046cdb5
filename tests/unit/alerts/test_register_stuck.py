"""What tells that a register stands though gas flows, and what does not."""

from dataclasses import replace

import numpy as np
import pytest

from alerts.habits.calendar import HOLIDAY
from alerts.habits.drawn_beside import drawn_while_idle
from alerts.habits.drop import drop
from alerts.habits.history import HOURS
from alerts.habits.patterns import learned
from alerts.habits.trailing import still
from telemetry.batch import Columns
from telemetry.model import Floats
from telemetry.quality import Flag, Quality
from tests.unit.alerts.said import evidence, judged
from tests.unit.alerts.weeks import Edit, add, looked_back, m3, past, ringing, weeks, well

STANDS = 19
"""Hours."""


def _clues(edit: Edit) -> dict[str, float]:
    """Return what says that gas flowed, of a register that stands."""
    found = evidence("register_stuck", looked_back(edit))
    return {name: hours for name, hours in found.items() if name.endswith("_h")}


def test_register_stuck_needs_evidence() -> None:
    def shut(columns: Columns, _local: Floats, ago: Floats) -> None:
        columns["volume_um3"] = np.where(ago < 72, 0, columns["volume_um3"])

    def stuck(columns: Columns, local: Floats, ago: Floats) -> None:
        shut(columns, local, ago)
        columns["flags"] = np.where((ago < 72) & (local >= 10) & (local < 14), int(Flag.REGISTER_STUCK), 0)

    assert ringing(shut) == []
    assert ringing(stuck) == ["register_stuck"]
    assert judged("register_stuck", looked_back()) == ["absent"]
    assert _clues(stuck) == {"flow_by_device_h": 12.0}


def test_register_stuck_by_the_devices_own_base_register() -> None:
    def edit(columns: Columns, _local: Floats, ago: Floats) -> None:
        columns["device_base_volume_um3"] = columns["volume_um3"] * 3
        columns["volume_um3"] = np.where(ago < 30, 0, columns["volume_um3"])

    assert ringing(edit) == ["register_stuck"]


def test_a_base_register_of_finer_digits_that_counts_a_pilot_flame_does_not_make_the_other_stuck() -> None:
    def edit(columns: Columns, _local: Floats, ago: Floats) -> None:
        columns["volume_um3"] = np.where(ago < 30, 0, columns["volume_um3"])
        columns["device_base_volume_um3"] = np.where(ago < 30, m3(0.02), columns["volume_um3"] * 3)

    assert ringing(edit) == []


@pytest.mark.parametrize(("hours", "expected"), [(10, []), (30, ["register_stuck"])])
def test_a_base_register_of_finer_digits_is_ahead_of_the_other_by_less_than_two_of_its_digits(
    hours: int, expected: list[str]
) -> None:
    """The least that the register counted in an hour is 4 m³, 12 m³ at base conditions."""

    def edit(columns: Columns, _local: Floats, ago: Floats) -> None:
        columns["volume_um3"] = np.where(ago < hours, 0, columns["volume_um3"])
        columns["device_base_volume_um3"] = np.where(ago < hours, m3(2.0), columns["volume_um3"] * 3)

    assert ringing(edit) == expected


@pytest.mark.parametrize(("drawn", "expected"), [(True, ["register_stuck"]), (False, [])])
def test_register_stuck_by_a_pressure_that_dips_as_when_gas_is_drawn(
    drawn: bool, expected: list[str]
) -> None:
    def edit(columns: Columns, _local: Floats, ago: Floats) -> None:
        flow = columns["volume_um3"] / 1e6
        stands = ago < 50
        columns["volume_um3"] = np.where(stands, 0, columns["volume_um3"])
        add(columns, "pressure_pa", -2e3 * np.where(stands & (not drawn), 0.0, flow))

    assert ringing(edit) == expected
    assert list(_clues(edit)) == (["flow_by_pressure_h"] if drawn else [])


def test_a_register_that_is_the_same_after_a_gap_stood_still_in_it() -> None:
    def edit(columns: Columns, local: Floats, ago: Floats) -> None:
        columns["volume_um3"] = np.where(ago < 72, 0, columns["volume_um3"])
        columns["flags"] = np.where((ago < 72) & (local >= 10) & (local < 14), int(Flag.REGISTER_STUCK), 0)
        columns["quality"] = np.where((ago > 0) & (ago < 3), int(Quality.INTERPOLATED), columns["quality"])

    assert ringing(edit) == ["register_stuck"]


def test_a_network_that_dips_by_day_does_not_make_a_shut_customer_stuck() -> None:
    def edit(columns: Columns, local: Floats, ago: Floats) -> None:
        columns["volume_um3"] = np.where(ago < 30, 0, columns["volume_um3"])
        add(columns, "pressure_pa", np.where((local >= 8) & (local < 22), -10e3, 0.0))

    assert ringing(edit) == []


def drawing(columns: Columns, _local: Floats, _ago: Floats, takes_pa: float = 3e3) -> None:
    """Let what flows take so much of the pressure at 8 m³/h."""
    add(columns, "pressure_pa", -takes_pa * (columns["volume_um3"] / 8e6) ** 1.82)


def test_a_register_that_stands_still_while_the_pressure_falls_as_when_gas_flows_is_stuck() -> None:
    def stuck(columns: Columns, local: Floats, ago: Floats) -> None:
        drawing(columns, local, ago)
        columns["volume_um3"] = np.where(ago < 19, 0, columns["volume_um3"])

    def slow(columns: Columns, local: Floats, ago: Floats) -> None:
        """Three quarters are burned from two days before on, which takes little more than half."""
        columns["volume_um3"] = np.where(ago < 48, columns["volume_um3"] * 3 // 4, columns["volume_um3"])
        stuck(columns, local, ago)

    def shut(columns: Columns, local: Floats, ago: Floats) -> None:
        columns["volume_um3"] = np.where(ago < 19, 0, columns["volume_um3"])
        drawing(columns, local, ago)

    def at_night(columns: Columns, local: Floats, ago: Floats) -> None:
        """From nine in the evening until noon gas flows, as it never did, and is not counted."""
        columns["volume_um3"] = np.where(ago < 15, m3(6.0), columns["volume_um3"])
        drawing(columns, local, ago)
        columns["volume_um3"] = np.where(ago < 15, 0, columns["volume_um3"])

    assert ringing(stuck, peers=True) == ["register_stuck"]
    assert ringing(at_night, peers=True) == ["register_stuck"]
    assert ringing(stuck) == [], "without a line there is nothing to hold it against"
    assert ringing(slow, peers=True) == ["register_stuck"]
    assert ringing(shut, peers=True) == []


def test_while_the_neighbours_are_silent_the_stations_outlet_tells() -> None:
    """The neighbours explained more before: the outlet's own sensor wanders from day to day."""

    def stuck(columns: Columns, local: Floats, ago: Floats) -> None:
        drawing(columns, local, ago)
        columns["volume_um3"] = np.where(ago < STANDS, 0, columns["volume_um3"])

    beside, ago = well(), np.arange(HOURS)[::-1]
    silent = np.where(ago < STANDS, np.nan, beside.pressure_pct)
    wanders = beside.pressure_pct + 0.1 * np.sin(ago / 30)
    assert ringing(stuck, peers=replace(beside, pressure_pct=silent, outlet_pct=wanders)) == [
        "register_stuck"
    ]
    nothing = np.full(HOURS, np.nan)
    assert ringing(stuck, peers=replace(beside, pressure_pct=silent, outlet_pct=nothing)) == []


@pytest.mark.parametrize(("share", "hours"), [(0.25, 16), (0.0, 0)])
@pytest.mark.parametrize("holiday", [True, False])
def test_on_a_holiday_a_fifth_of_the_usual_draw_tells(share: float, hours: int, *, holiday: bool) -> None:
    """Two days, 16 hours of which somebody usually draws."""

    def stuck(columns: Columns, _local: Floats, ago: Floats) -> None:
        taken = np.where(ago < 2 * 24, share, 1.0) * (columns["volume_um3"] / 8e6) ** 1.82
        add(columns, "pressure_pa", -6e3 * taken)
        columns["volume_um3"] = np.where(ago < 2 * 24, 0, columns["volume_um3"])

    found, beside = past(weeks(stuck)), well()
    if holiday:
        found.day_type[:, -2 * 24 :] = HOLIDAY
    fall = drop(found, [beside], [beside.pressure_pct])
    told = drawn_while_idle(found, learned(found, ["restaurant"]), still(found), fall)
    assert told.tolist() == [hours if holiday else 0]


@pytest.mark.parametrize(("drawn", "expected"), [(True, ["register_stuck"]), (False, [])])
def test_a_level_that_has_moved_since_it_was_learned_hides_nothing(drawn: bool, expected: list[str]) -> None:
    """Six days ago the regulator was set as much higher as gas takes: p is never as low as it was."""

    def edit(columns: Columns, local: Floats, ago: Floats) -> None:
        shut = np.where(ago < 24, 0, columns["volume_um3"])
        columns["volume_um3"] = columns["volume_um3"] if drawn else shut
        drawing(columns, local, ago, takes_pa=8e3)
        columns["volume_um3"] = shut
        add(columns, "pressure_pa", np.where(ago < 6 * 24, 8e3, 0.0))

    assert ringing(edit, peers=True) == expected
