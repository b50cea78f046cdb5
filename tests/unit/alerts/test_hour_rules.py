"""Rules over meters' whole hours: what rings, and what of normal life does not."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from alerts.habits.calendar import HOLIDAY, SUNDAY
from alerts.habits.days import Days
from alerts.habits.patterns import learned
from alerts.habits.peers import common, swing_apart
from alerts.habits.usual_days import against_usual, wander
from telemetry.batch import Columns
from telemetry.model import HOUR, Floats
from telemetry.quality import Quality
from tests.unit.alerts.said import City, evidence, judged
from tests.unit.alerts.weeks import END, add, looked_back, m3, past, ringing, weeks


@pytest.mark.parametrize("whole", [1, 30, 200, 1008])
def test_a_meter_that_is_well_rings_nothing_however_new(whole: int) -> None:
    assert ringing(whole=whole, peers=True) == []


def leak(m3h: float, nights: float) -> Any:  # noqa: ANN401 -- an edit
    def edit(columns: Columns, _local: Floats, ago: Floats) -> None:
        add(columns, "volume_um3", m3(np.where(ago < nights * 24, m3h, 0.0)))

    return edit


@pytest.mark.parametrize(
    ("m3h", "nights", "expected"),
    [(0.3, 3.0, ["night_leak"]), (0.3, 1.9, []), (0.3, 12.0, ["night_leak"]), (0.004, 5.0, [])],
)
def test_night_leak(m3h: float, nights: float, expected: list[str]) -> None:
    assert ringing(leak(m3h, nights)) == expected


def test_a_customer_who_burns_day_and_night_has_no_leak() -> None:
    def edit(columns: Columns, _local: Floats, ago: Floats) -> None:
        columns["volume_um3"] = m3(5.0 + 0.01 * (ago % 7))

    assert ringing(edit, qmax_m3h=400.0, type="turbine") == ["flow_under_range"]


def test_one_late_party_is_no_leak_and_a_dry_night_ends_one() -> None:
    def edit(columns: Columns, local: Floats, ago: Floats) -> None:
        add(columns, "volume_um3", m3(np.where((ago < 24) & (local < 5), 1.5, 0.0)))

    assert ringing(edit) == []
    assert judged("night_leak", looked_back()) == ["absent"]


def test_a_new_meter_goes_by_what_its_sector_does() -> None:
    assert ringing(leak(0.3, 5.0), whole=120) == [], "nothing is known of it"


def last_hours(*volumes: float) -> Any:  # noqa: ANN401 -- an edit
    def edit(columns: Columns, _local: Floats, _ago: Floats) -> None:
        columns["volume_um3"][-len(volumes) :] = m3(np.array(volumes))

    return edit


@pytest.mark.parametrize(
    ("volumes", "said"),
    [
        ((11.0, 10.5), "present"),
        ((10.5, 9.4), "absent"),
        ((11.0, 9.8), "-"),
        ((10.0, 10.0), "-"),
        ((11.0, 400.0), "-"),
    ],
)
def test_flow_over_range(volumes: tuple[float, float], said: str) -> None:
    assert judged("flow_over_range", looked_back(last_hours(*volumes), qmax_m3h=10.0)) == [said]


@pytest.mark.parametrize(("new_hours", "said"), [(24, "present"), (4, "present"), (3, "absent")])
def test_two_hours_over_range_are_seen_wherever_in_a_days_message_they_are(new_hours: int, said: str) -> None:
    """The hours are 5 and 4 back, so that the newer one must be among the new ones."""
    edit = last_hours(11.0, 10.5, 5.0, 5.0, 5.0)
    assert judged("flow_over_range", looked_back(edit, new_hours=new_hours, qmax_m3h=10.0)) == [said]


@pytest.mark.parametrize(("age_h", "expected"), [(24, ["flow_over_range", "sensor_frozen"]), (26, [])])
def test_a_device_that_sends_once_a_day_is_judged_and_history_is_not(age_h: int, expected: list[str]) -> None:
    city = City("flow_over_range", "sensor_frozen")

    def edit(columns: Columns, local: Floats, ago: Floats) -> None:
        last_hours(11.0, 10.5)(columns, local, ago)
        columns["temperature_k"] = np.where(ago < 40, 288.0, columns["temperature_k"])

    city.look(looked_back(edit, qmax_m3h=10.0, age=age_h * HOUR), END / 1e6)
    assert [one.rule for one in city.alarms] == expected


def test_flow_under_range() -> None:
    def edit(columns: Columns, _local: Floats, ago: Floats) -> None:
        columns["volume_um3"] = m3(3.0 + (ago % 5) * 0.1)

    assert ringing(edit, qmax_m3h=400.0, qmin_m3h=10.0) == ["flow_under_range"]
    assert judged("flow_under_range", looked_back(qmax_m3h=400.0, qmin_m3h=10.0)) == ["-"], (
        "a third of the week"
    )
    assert judged("flow_under_range", looked_back(qmin_m3h=0.5)) == ["absent"]


def test_a_meter_that_wanders_from_week_to_week_does_not_swing() -> None:
    def edit(columns: Columns, _local: Floats, ago: Floats) -> None:
        factor = np.where((ago // (24 * 5)) % 2 == 0, 2.2, 1.0)
        columns["volume_um3"] = np.rint(columns["volume_um3"] * factor).astype(np.int64)

    assert "consumption_swing" not in ringing(edit)


def scaled(by: float, days: float) -> Any:  # noqa: ANN401 -- an edit
    def edit(columns: Columns, _local: Floats, ago: Floats) -> None:
        columns["volume_um3"] = np.rint(
            columns["volume_um3"] * np.where(ago < 12 + days * 24, by, 1.0)
        ).astype(np.int64)

    return edit


@pytest.mark.parametrize(
    ("by", "days", "expected"),
    [
        (2.0, 3, ["consumption_swing"]),
        (2.0, 2, []),
        (1.4, 5, []),
        (0.2, 3, ["consumption_swing"]),
        (0.0, 5, []),
    ],
)
def test_consumption_swing(by: float, days: float, expected: list[str]) -> None:
    assert ringing(scaled(by, days)) == expected


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ((0.75, 0.97, 1.2, 0.85, 0.68, 0.0, 0.1), "present"),
        ((0.75, np.nan, 0.97, 1.2, 0.85, np.nan, 0.68), "present"),
        ((-0.43, -0.49, -0.55, -0.46, -0.4, 0.0, 0.1), "present"),
        ((0.75, 0.97, 1.2, 0.85, 0.4, 0.0, 0.1), "-"),
        ((0.72, 0.9, 0.7, 0.85, 0.68, 0.0, 0.1), "-"),
        ((0.75, 0.97, 1.2, 0.85, np.nan, np.nan, np.nan), "-"),
    ],
)
def test_five_days_on_end_are_a_swing_in_the_mean(days: tuple[float, ...], said: str) -> None:
    """By chance they lie off by 24 %: each of three must lie off by 78 % (44 % below), and one does not."""
    seen = looked_back()
    bias = np.array([np.sign(days[0])])
    hours = replace(seen.hours, day_ratio=np.array([days]), bias30=bias, day_spread=np.array([0.24]))
    seen = replace(seen, hours=hours)
    assert judged("consumption_swing", seen) == [said]
    assert evidence("consumption_swing", seen) == {
        "days_against_usual": [day for day in days if not np.isnan(day)]
    }, "all that tell"


def test_a_gap_rings_nothing() -> None:
    def edit(columns: Columns, _local: Floats, ago: Floats) -> None:
        gap = (ago > 10) & (ago < 200)
        columns["quality"] = np.where(gap, int(Quality.ESTIMATED), columns["quality"])
        columns["volume_um3"] = np.where(gap, 2_000_000, columns["volume_um3"])

    assert ringing(edit, peers=True) == []


def test_a_pressure_that_the_contract_states_is_not_frozen() -> None:
    def edit(columns: Columns, _local: Floats, _ago: Floats) -> None:
        columns["pressure_pa"] = np.full(columns["pressure_pa"].size, 104e3)

    assert ringing(edit) == []


def test_what_a_whole_sector_does_is_nobodys_swing() -> None:
    volume = np.full((4, 42), 100.0)
    volume[:, :7] = 8.0
    volume[3, :7] = 200.0
    days = Days(
        newest=np.full(4, 700),
        volume_m3=volume,
        temperature_k=np.full((4, 42), np.nan),
        day_type=np.zeros((4, 42), dtype=np.int64),
    )
    ratio = against_usual(days, np.zeros(4))
    found = swing_apart(ratio, days, ["school"] * 3 + ["other"], {"school": common(days)})
    assert np.allclose(found[:3], 0.0)
    assert np.allclose(found[3], np.where(np.arange(42) < 7, 1.0, 0.0))


def test_a_season_that_a_sector_has_in_common_widens_nobodys_spread() -> None:
    """Boilers burn less from week to week in spring: against its sector each is as steady as ever."""
    season = np.linspace(100.0, 500.0, 42)[None, :]
    chance = 1 + np.random.default_rng(3).normal(0, 0.03, (4, 42))
    days = Days(
        newest=np.full(4, 700),
        volume_m3=season * chance,
        temperature_k=np.full((4, 42), np.nan),
        day_type=np.zeros((4, 42), dtype=np.int64),
    )
    alone = against_usual(days, np.zeros(4))
    beside = swing_apart(alone, days, ["boiler"] * 4, {"boiler": common(days)})
    assert (wander(alone) > 0.5).all()
    assert (wander(beside) < 0.1).all()


def test_on_holidays_gas_is_taken_to_flow_as_on_sundays() -> None:
    usual = past(weeks())
    feast = replace(usual, day_type=np.where(usual.day == usual.day[0, -1], HOLIDAY, usual.day_type))
    sunday = replace(usual, day_type=np.where(usual.day == usual.day[0, -1], SUNDAY, usual.day_type))
    assert learned(feast, [None]).used.tolist() == learned(sunday, [None]).used.tolist()
    assert learned(feast, [None]).used[0, -3:].any()
