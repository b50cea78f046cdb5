"""For how long an alarm may be put aside: choices end in time, and mean what they say."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerts.reports.shifts import SHIFTS
from api.console.holding import Holding

CITY = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 7, 1, 9, 30, tzinfo=CITY)


def holding(longest_h: float = 24) -> Holding:
    return Holding(NOW, CITY, SHIFTS, timedelta(hours=longest_h))


@pytest.mark.parametrize(
    ("longest_h", "choices"),
    [
        (24, ["1h", "4h", "8h", "shift", "time"]),
        (6, ["1h", "4h", "time"]),
        (0.5, ["time"]),
    ],
)
def test_nothing_is_offered_that_would_be_refused(longest_h: float, choices: list[str]) -> None:
    assert holding(longest_h).choices == choices


@pytest.mark.parametrize(
    ("chosen", "written", "until"),
    [
        ("4h", "", "2026-07-01T13:30:00+08:00"),
        ("shift", "2026-07-05T00:00", "2026-07-01T16:00:00+08:00"),
        ("time", "2026-07-01T18:15", "2026-07-01T18:15:00+08:00"),
        ("time", "soon", "soon"),
        ("", "", ""),
    ],
)
def test_a_choice_holds_until_a_time_of_the_citys_clock(chosen: str, written: str, until: str) -> None:
    assert holding().until(chosen, written) == until
