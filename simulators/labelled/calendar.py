"""Public holidays by figures, those that follow the moon too, and when workshops rest for the New Year."""

from datetime import date
from typing import Final

from simulators.customers import Customer
from simulators.days import date_of, is_spring_festival
from simulators.loads import calendar_factor

WORKSHOP: Final = "workshop"
_LUNAR: Final = {
    # Dragon Boat Festival and Mid-Autumn of each year.
    2023: (date(2023, 6, 22), date(2023, 9, 29)),
    2024: (date(2024, 6, 10), date(2024, 9, 17)),
    2025: (date(2025, 5, 31), date(2025, 10, 6)),
    2026: (date(2026, 6, 19), date(2026, 9, 25)),
    2027: (date(2027, 6, 9), date(2027, 9, 15)),
    2028: (date(2028, 5, 28), date(2028, 10, 3)),
}
_HOME_BEFORE_DAYS: Final = 8
_BACK_AFTER_DAYS: Final = 11
"""The four real meters of `calibration` rest from a week before the Spring Festival until ten days after."""


def is_lunar_holiday(day: int) -> bool:
    """Return whether the day is the Dragon Boat or the Mid-Autumn Festival."""
    today = date_of(day)
    return today in _LUNAR.get(today.year, ())


def near_spring_festival(day: int) -> bool:
    """Return whether the workers of a workshop have gone home for the New Year."""
    return any(is_spring_festival(day + away) for away in range(-_BACK_AFTER_DAYS, _HOME_BEFORE_DAYS + 1))


def calendar_level(customer: Customer, day: int) -> float:
    """Return what part of an ordinary day's load the calendar leaves."""
    if customer.sector.name == WORKSHOP and near_spring_festival(day):
        return 0.0
    level = calendar_factor(customer, day)
    return min(level, customer.sector.holiday) if is_lunar_holiday(day) else level
