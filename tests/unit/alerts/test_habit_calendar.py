"""How far back habits are looked for: six weeks of ordinary days."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from alerts.habits.calendar import HOLIDAY, MOST_WEEKS, WEEKS, is_holiday, weeks_back
from alerts.habits.history import history
from telemetry.model import DAY, HOUR, Instant, instant
from tests.unit.alerts.weeks import SHANGHAI, past, weeks


def at(year: int, month: int, day: int) -> Instant:
    return instant(datetime(year, month, day, tzinfo=UTC))


@pytest.mark.parametrize(
    ("when", "back"),
    [
        (at(2025, 1, 20), 6),
        (at(2025, 2, 1), 7),
        (at(2025, 3, 1), 8),
        (at(2025, 4, 10), 6),
        (at(2025, 10, 20), 7),
    ],
)
def test_holidays_are_made_up_for(when: Instant, back: int) -> None:
    assert weeks_back(when) == back


@pytest.mark.parametrize("day", [date(2025, 4, 4), date(2025, 5, 31), date(2026, 9, 25)])
def test_qingming_dragon_boat_and_mid_autumn_are_holidays_too(day: date) -> None:
    assert is_holiday(day)
    assert not is_holiday(day - timedelta(days=14))


def test_five_weeks_of_ordinary_days_are_always_among_them_and_never_more_than_nine_are_looked_for() -> None:
    for now in range(at(2019, 1, 1), at(2030, 12, 31), DAY):
        days = [
            datetime.fromtimestamp((now - back * DAY) / 1e6, UTC).date()
            for back in range(weeks_back(now) * 7)
        ]
        assert sum(not is_holiday(day) for day in days) >= (WEEKS - 1) * 7
        assert len(days) <= MOST_WEEKS * 7


def test_what_was_usual_before_the_spring_festival_is_known_five_weeks_after_it() -> None:
    rows = weeks(whole=MOST_WEEKS * 7 * 24)
    rows["interval_start"] += (at(2025, 3, 8) - rows["interval_start"][-1]) // HOUR * HOUR
    found = history(rows, {1: SHANGHAI})
    ordinary = found.day_type[0] != HOLIDAY
    assert found.hours == 8 * 7 * 24
    assert ordinary[: 13 * 24].all()  # from 11 to 24 January


def test_the_newest_hours_alone() -> None:
    whole = past(weeks())
    newest = whole.newest(48)
    assert newest.hours == 48
    assert newest.ends is not None
    np.testing.assert_array_equal(newest.volume_m3, whole.volume_m3[:, -48:])
    np.testing.assert_array_equal(newest.ends, whole.ends)
