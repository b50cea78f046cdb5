"""Sensors that rest or move away: what rings, and what of normal life does not."""

from typing import Any

import numpy as np
import pytest

from alerts.habits.drift import shift
from telemetry.batch import Columns
from telemetry.model import Floats
from telemetry.quality import Quality
from tests.unit.alerts.said import judged
from tests.unit.alerts.weeks import add, looked_back, m3, ringing


@pytest.mark.parametrize(("name", "value"), [("pressure_pa", 301e3), ("temperature_k", 288.0)])
def test_sensor_frozen(name: str, value: float) -> None:
    def edit(columns: Columns, _local: Floats, ago: Floats) -> None:
        columns[name] = np.where(ago < 30, value, columns[name])

    assert ringing(edit) == ["sensor_frozen"]


def test_a_sensor_that_rests_while_nothing_flows_is_not_frozen() -> None:
    def edit(columns: Columns, _local: Floats, ago: Floats) -> None:
        columns["volume_um3"] = np.where(ago < 72, 0, columns["volume_um3"])
        columns["temperature_k"] = np.where(ago < 72, 288.0, columns["temperature_k"])

    assert ringing(edit) == []


def test_a_sensor_that_rested_while_nothing_flowed_is_judged_by_when_gas_flows() -> None:
    def edit(columns: Columns, _local: Floats, ago: Floats) -> None:
        shut = (ago > 200) & (ago < 300)
        columns["volume_um3"] = np.where(shut, 0, columns["volume_um3"])
        columns["temperature_k"] = np.where(shut | (ago < 30), 288.0, columns["temperature_k"])

    assert ringing(edit) == ["sensor_frozen"]


@pytest.mark.parametrize(("rested_h", "expected"), [(2, ["sensor_frozen"]), (10, [])])
def test_a_sensor_that_never_rests_is_found_by_few_flows(rested_h: int, expected: list[str]) -> None:
    """Seventeen hours with four of flow: overnight most of it."""

    def edit(columns: Columns, _local: Floats, ago: Floats) -> None:
        rests = (ago < 17) | ((ago >= 300) & (ago < 301 + rested_h)) | ((ago >= 500) & (ago < 501 + rested_h))
        columns["temperature_k"] = np.where(rests, 288.0, columns["temperature_k"])

    assert ringing(edit) == expected


def test_a_sensor_that_was_frozen_once_is_found_frozen_again() -> None:
    def edit(columns: Columns, _local: Floats, ago: Floats) -> None:
        columns["temperature_k"] = np.where(ago < 30, 288.0, columns["temperature_k"])
        columns["temperature_k"] = np.where((ago > 300) & (ago < 400), 287.0, columns["temperature_k"])

    assert ringing(edit) == ["sensor_frozen"]


def test_hours_of_which_nothing_is_known_do_not_part_what_is_the_same_on_both_sides() -> None:
    def edit(columns: Columns, _local: Floats, ago: Floats) -> None:
        columns["temperature_k"] = np.where(ago < 40, 288.0, columns["temperature_k"])
        columns["quality"] = np.where(ago == 20, int(Quality.ESTIMATED), columns["quality"])

    assert ringing(edit) == ["sensor_frozen"]
    assert looked_back(edit).hours.frozen_temperature_hours.tolist() == [39.0]


def drift(name: str, by: float, days: float) -> Any:  # noqa: ANN401 -- an edit
    def edit(columns: Columns, _local: Floats, ago: Floats) -> None:
        add(columns, name, by * np.clip(1 - ago / (days * 24), 0, 1))

    return edit


@pytest.mark.parametrize(
    ("name", "by", "expected"),
    [
        ("pressure_pa", 6e3, ["sensor_drift"]),
        ("pressure_pa", 0.3e3, []),
        ("temperature_k", 4.0, ["sensor_drift"]),
        ("temperature_k", 0.4, []),
    ],
)
def test_sensor_drift(name: str, by: float, expected: list[str]) -> None:
    assert ringing(drift(name, by, 9), peers=True) == expected


def test_a_move_at_one_blow_is_no_drift_though_it_goes_on_a_little_afterwards() -> None:
    """A pressure that fell three weeks ago when the boilers went out, and by a tenth of that since."""
    daily = np.where(np.arange(42) < 21, -0.5 + 0.005 * np.arange(42), 0.5)[None, :]
    assert shift(daily)[0].tolist() == [0.0]
    assert shift(np.clip(1 - np.arange(42) / 9, 0, 1)[None, :])[0][0] > 0.8


def test_holidays_tell_whether_a_sensor_left_step_by_step_and_no_more() -> None:
    """Three ordinary days since the festival: before them only holidays, and fourteen days before those."""
    daily = np.where(np.arange(42) < 3, 1.0, 0.0)[None, :]
    daily[0, 3:12] = np.linspace(0.9, 0.1, 9)
    at_one_blow = np.where(np.arange(42) < 9, 1.0, 0.0)[None, :]
    ordinary = (np.arange(42) < 3) | (np.arange(42) > 24)
    for meanwhile, moved in ((daily, 1.0), (at_one_blow, 0.0)):
        known = np.where(ordinary, meanwhile, np.nan)
        assert shift(known)[0].tolist() == [0.0]
        assert shift(known, meanwhile)[0].tolist() == [moved]


def test_a_sensor_is_not_judged_without_a_zone_beside_it() -> None:
    assert ringing(drift("pressure_pa", 6e3, 9)) == []


def test_a_regulator_that_is_set_anew_is_no_drift() -> None:
    def edit(columns: Columns, _local: Floats, ago: Floats) -> None:
        columns["pressure_pa"] = np.where(ago < 96, 315e3, columns["pressure_pa"])

    assert "sensor_drift" not in ringing(edit, peers=True)


def test_a_furnace_turned_down_lets_the_pressure_rise_and_is_no_drift() -> None:
    """What 24 m³/h take was never seen apart from the level, so that nothing is known of 2 m³/h."""

    def edit(columns: Columns, _local: Floats, ago: Floats) -> None:
        columns["volume_um3"] = m3(np.where(ago < 7 * 24, 2.0, 24.0) + (ago % 3) * 0.1)
        add(columns, "pressure_pa", np.where(ago < 7 * 24, 0.0, -4e3))
        add(columns, "pressure_pa", 1.5e3 * (ago < 4 * 24))

    assert "sensor_drift" not in ringing(edit, peers=True)


def test_a_meter_at_which_nothing_flows_is_judged_by_its_pressure_alone() -> None:
    def edit(columns: Columns, _local: Floats, _ago: Floats) -> None:
        columns["volume_um3"] = np.zeros_like(columns["volume_um3"])

    assert judged("sensor_drift", looked_back(edit, peers=True)) == ["absent"]


def test_gas_that_goes_uncounted_is_no_drift() -> None:
    def edit(columns: Columns, _local: Floats, ago: Floats) -> None:
        drawn = columns["volume_um3"] > 0
        add(columns, "pressure_pa", np.where(drawn, -9e3 * np.clip(1 - ago / (9 * 24), 0, 1), 0.0))

    assert "sensor_drift" not in ringing(edit, peers=True)
