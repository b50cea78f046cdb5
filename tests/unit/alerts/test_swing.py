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
ALWAYS = np.ones(HOURS)
NOISE_K = np.random.default_rng(11).normal(0, 0.15, HOURS)


def others(times: float = 1.0, known: bool = True) -> Line:
    return Line(END, NOBODY, NOBODY, times * SWING_K if known else NOBODY, ALWAYS)


def furnace(while_idle: float, *, rests: bool = False, at_night: float = 1.0) -> History:
    """Return weeks of steady flow, or less at night or none on Sundays; T swings by so many times others'."""

    def edit(columns: Columns, local: Floats, ago: Floats) -> None:
        sunday = (ago // 24 % 7 == 3) & (ago > 9 * 24) & rests
        stands = ago < STANDS
        columns["volume_um3"] = np.where(local < 6, at_night, 1.0) * np.where(stands | sunday, 0, 5_000_000)
        columns["temperature_k"] = 285 + np.where(stands, while_idle, 1.0) * SWING_K + NOISE_K

    return past(weeks(edit))


def told(seen: History, near: Line, alike: Line) -> float:
    return flowing_by_swing(seen, still(seen), [near], [alike]).item(0)


@pytest.mark.parametrize(("times", "hours"), [(1.0, STANDS), (1.1, 0), (1.6, 0), (0.0, 0)])
def test_a_furnace_that_never_rests_flows_while_its_gas_swings_as_ever(times: float, hours: int) -> None:
    assert told(furnace(times), others(), others()) == hours


def test_only_who_never_rests_and_flows_steadily_is_judged() -> None:
    assert told(furnace(1.0, rests=True), others(), others()) == 0
    assert told(furnace(1.0, at_night=0.4), others(), others()) == 0
    assert told(furnace(1.0, at_night=0.6), others(), others()) == STANDS


def test_a_sensor_that_follows_the_air_while_gas_flows_tells_nothing() -> None:
    assert told(furnace(1.0), others(0.5), others()) == 0


def test_where_nobody_near_is_known_its_trade_is_asked_and_else_nothing_is_told() -> None:
    assert told(furnace(1.0), others(known=False), others()) == STANDS
    assert told(furnace(1.0), others(known=False), others(known=False)) == 0


def test_who_is_left_when_many_are_shut_is_no_measure() -> None:
    shut = np.where(np.arange(HOURS) >= HOURS - STANDS, 0.7, 1.0)
    assert told(furnace(1.0), Line(END, NOBODY, NOBODY, SWING_K, shut), others(known=False)) == 0


def test_neighbours_and_trade_must_agree() -> None:
    later = SWING_K * np.where(np.arange(HOURS) >= HOURS - STANDS, 0.6, 1.0)
    assert told(furnace(1.0), others(), Line(END, NOBODY, NOBODY, later, ALWAYS)) == 0


def test_a_day_without_sun_tells_nothing() -> None:
    assert told(furnace(1.0), others(), Line(END, NOBODY, NOBODY, 0 * SWING_K, ALWAYS)) == STANDS
    clouded = SWING_K * np.where(np.arange(HOURS) >= HOURS - STANDS, 0.05, 1.0)
    line = Line(END, NOBODY, NOBODY, clouded, ALWAYS)
    assert told(furnace(0.05), line, line) == 0
