"""Idle hours held against those of the days before a register stood, which it does not explain."""

import numpy as np
import pytest

from alerts.habits.calendar import HOLIDAY
from alerts.habits.days_before import Standstill, drawn_unlike_before
from alerts.habits.history import HOURS
from telemetry.model import Floats
from tests.unit.alerts.weeks import past, weeks

AGO = np.arange(HOURS)[::-1]
DRAWING = 16
"""Hours of each day in which gas takes 3 % of the pressure."""


def told(
    share: float, unexplained: float | Floats, *, stands: int = 24, known: int = 24, days: int = 40
) -> float:
    """Ask of a register that stands while a share of the usual shows, as ``unexplained`` did before."""
    found = past(weeks())
    takes = np.where((found.local_hour >= 6) & (found.local_hour < 22), 3.0, 0.0)
    idle = AGO[None, :] < stands
    own = np.where(idle, 0.0, -takes)
    off = np.where(idle, -share * takes, own - unexplained * takes)
    back = AGO - stands
    off[:, back >= days * 24] = np.nan
    found.day_type[:, back >= 6 * 24] = HOLIDAY
    of_known = idle & (back < known - stands)
    return drawn_unlike_before(found, Standstill(idle, of_known, off, own, takes)).item(0)


@pytest.mark.parametrize("unexplained", [0.0, 1.5, -1.0])
def test_what_the_days_before_differed_by_anyway_tells_nothing(unexplained: float) -> None:
    assert told(unexplained, unexplained) == 0
    assert told(unexplained + 1, unexplained) == DRAWING


@pytest.mark.parametrize(("share", "hours"), [(0.45, 0), (0.55, DRAWING), (-1.0, 0)])
def test_half_of_the_usual_must_be_drawn(share: float, hours: int) -> None:
    assert told(share, 0.0) == hours


@pytest.mark.parametrize(("about", "share", "hours"), [(0.15, 1, 16), (0.15, 0.5, 0), (0.2, 1, 0)])
def test_days_that_differ_from_each_other_tell_less(about: float, share: float, hours: int) -> None:
    """Six days, each as far on one side as the next on the other: by 1.1 times that in the deviation."""
    by_turns = np.where((AGO - 24) // 24 % 2 == 0, about, -about)
    assert told(share, by_turns) == hours


@pytest.mark.parametrize(("days", "hours"), [(5, DRAWING), (4, 0)])
def test_five_days_must_be_known(days: int, hours: int) -> None:
    assert told(1.0, 0.0, days=days) == hours


def test_holidays_do_not_count() -> None:
    """All days but the newest six are holidays."""
    assert told(1.0, np.where(AGO >= 24 + 6 * 24, -9.0, 0.0)) == DRAWING


@pytest.mark.parametrize(("known", "hours"), [(12, 6), (11, 0)])
def test_twelve_hours_of_the_newest_day_must_be_known(known: int, hours: int) -> None:
    """From midnight until noon."""
    assert told(1.0, 0.0, known=known) == hours


def test_other_hours_of_the_days_before_do_not_matter() -> None:
    """By night nothing of the newest day is known, and before it lay elsewhere."""
    local = past(weeks()).local_hour
    nights = np.where(local >= 13, 9.0, 0.0)
    assert told(1.0, nights, known=12) == 6
