"""Idle hours whose pressure follows what is usually drawn, whatever level it stands at."""

import numpy as np
import pytest

from alerts.habits.day_and_night import drawn_day_and_night
from telemetry.model import Floats

HOURS = 72
LOCAL = np.arange(HOURS) % 24
TAKES: Floats = np.where((LOCAL >= 6) & (LOCAL < 22), 3.0, 0.0)[None, :]
"""% of the pressure, in 16 hours of each day."""

NOISE = np.array([0.1])


def told(off: Floats, takes: Floats = TAKES, noise: Floats = NOISE, known: int = 24) -> float:
    idle = np.arange(HOURS)[None, :] >= HOURS - known
    return drawn_day_and_night(off, takes, idle, noise).item(0)


@pytest.mark.parametrize("level", [0.0, 1.4, -5.0])
def test_the_level_does_not_matter(level: float) -> None:
    assert told(level - TAKES) == 16
    assert told(level - 0 * TAKES) == 0


@pytest.mark.parametrize(("share", "hours"), [(0.55, 16), (0.45, 0), (-1.0, 0)])
def test_half_of_the_usual_must_be_drawn(share: float, hours: int) -> None:
    assert told(-share * TAKES) == hours


def test_who_draws_alike_at_all_hours_and_noisy_lines_tell_nothing() -> None:
    assert told(-3.0 - 0 * TAKES, takes=np.full_like(TAKES, 3.0)) == 0
    assert told(-TAKES, noise=np.array([0.4])) == 16
    assert told(-TAKES, noise=np.array([0.6])) == 0
    assert told(-TAKES, noise=np.array([np.nan])) == 0


def test_twelve_hours_of_the_newest_day_must_be_known() -> None:
    assert told(-TAKES, known=12) == 10
    assert told(-TAKES, known=11) == 0
    older = np.where(np.arange(HOURS) < HOURS - 24, -TAKES, 0.0)
    assert told(older, known=HOURS) == 0, "what was two days ago"
