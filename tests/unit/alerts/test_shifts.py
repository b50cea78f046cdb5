"""The shift that a time lies in, by the city's clock."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from alerts.reports.shifts import SHIFTS, shift_at

CITY = ZoneInfo("Asia/Shanghai")


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-07-01T{clock}").replace(tzinfo=CITY)


@pytest.mark.parametrize(
    ("begins", "clock", "begin", "end"),
    [
        (SHIFTS, "07:59", "01 00:00", "01 08:00"),
        (SHIFTS, "08:00", "01 08:00", "01 16:00"),
        (SHIFTS, "23:59", "01 16:00", "02 00:00"),
        ((time(8, 30), time(20, 30)), "03:00", "30 20:30", "01 08:30"),
        ((time(8),), "07:00", "30 08:00", "01 08:00"),
    ],
)
def test_a_time_lies_in_one_shift(begins: tuple[time, ...], clock: str, begin: str, end: str) -> None:
    found = shift_at(at(clock), begins, CITY)
    assert [f"{one:%d %H:%M}" for one in found] == [begin, end]


def test_shifts_follow_the_clock_when_it_is_put_on() -> None:
    zone = ZoneInfo("Europe/Berlin")
    begin, end = shift_at(datetime(2026, 3, 29, 1, tzinfo=zone), SHIFTS, zone)
    assert (end.timestamp() - begin.timestamp()) / 3600 == 7
