"""Gas that rests follows the air from night to day more than gas that flows."""

import numpy as np
import pytest

from alerts.habits.history import HOURS, History
from alerts.habits.line import Line
from alerts.habits.swing import flowing_by_swing
from alerts.habits.trailing import still
from telemetry.batch import Columns
from telemetry.model import Floats
from tests.unit.alerts.weeks import END, past, weeks

STANDS = 36  # hours: the local day before the newest, and half of the newest
SWING_K = 2 * np.sin(np.arange(HOURS) / 24 * 2 * np.pi)
NOBODY = np.full(HOURS, np.nan)
NOISE_K = np.random.default_rng(11).normal(0, 0.15, HOURS)


def others(times: float = 1.0, known: bool = True) -> Line:
    return Line(END, NOBODY, NOBODY, times * SWING_K if known else NOBODY, NOBODY)


def furnace(while_idle: float, at_rest: float | None = None) -> History:
    """Return weeks of a furnace that never rests, or on Sundays; its gas swings so many times as others'."""

    def edit(columns: Columns, _local: Floats, ago: Floats) -> None:
        sunday = (ago // 24 % 7 == 3) & (ago > 9 * 24) & (at_rest is not None)
        stands = ago < STANDS
        columns["volume_um3"] = np.where(stands | sunday, 0, 5_000_000)
        times = np.select([stands, sunday], [while_idle, at_rest or 0.0], 1.0)
        columns["temperature_k"] = 285 + times * SWING_K + NOISE_K

    return past(weeks(edit))


def told(seen: History, near: Line, alike: Line) -> float:
    return flowing_by_swing(seen, still(seen), [near], [alike]).item(0)


@pytest.mark.parametrize(("times", "hours"), [(1.0, STANDS), (1.1, 0), (1.6, 0), (0.0, 0)])
def test_a_furnace_that_never_rests_flows_while_its_gas_swings_as_ever(times: float, hours: int) -> None:
    assert told(furnace(times), others(), others()) == hours


@pytest.mark.parametrize(("at_rest", "hours"), [(1.6, STANDS), (1.1, 0), (0.9, 0)])
def test_a_sensor_whose_rests_swing_alike_tells_nothing(at_rest: float, hours: int) -> None:
    assert told(furnace(1.0, at_rest), others(), others()) == hours


def test_a_meter_that_rests_when_nobody_else_flows_tells_nothing() -> None:
    sundays = (np.arange(HOURS)[::-1] // 24 % 7 == 3) & (np.arange(HOURS)[::-1] > 9 * 24)
    line = Line(END, NOBODY, NOBODY, np.where(sundays, np.nan, SWING_K), NOBODY)
    assert told(furnace(1.0), line, line) == STANDS
    assert told(furnace(1.0, 1.6), line, line) == 0


def test_a_sensor_that_follows_the_air_while_gas_flows_tells_nothing() -> None:
    assert told(furnace(1.0), others(0.5), others()) == 0


def test_where_nobody_near_is_known_its_trade_is_asked_and_else_nothing_is_told() -> None:
    assert told(furnace(1.0), others(known=False), others()) == STANDS
    assert told(furnace(1.0), others(known=False), others(known=False)) == 0


def test_a_day_without_sun_tells_nothing() -> None:
    assert told(furnace(1.0), others(), Line(END, NOBODY, NOBODY, 0 * SWING_K, NOBODY)) == STANDS
    clouded = SWING_K * np.where(np.arange(HOURS) >= HOURS - STANDS, 0.05, 1.0)
    line = Line(END, NOBODY, NOBODY, clouded, NOBODY)
    assert told(furnace(0.05), line, line) == 0
