"""Which days are ordinary ones for a customer, and when so many of them have passed: days to learn from."""

from functools import lru_cache
from typing import Final

import numpy as np

from simulators.customers import Customer
from simulators.days import DAY_S
from simulators.labelled.calendar import calendar_level
from simulators.labelled.points import People, Point
from simulators.labelled.span import Booleans, Span
from simulators.labelled.swings import LEAST_FALL, LEAST_RISE
from simulators.loads import weekday_factor

_USUAL: Final = (LEAST_FALL**0.5, LEAST_RISE**0.5)
"""What a day may have of its weekday's usual use: nearer to it than to the smallest swing that is drawn."""


@lru_cache(maxsize=1024)
def ordinary_days(customer: Customer, span: Span) -> Booleans:
    """Return on which days the calendar leaves a customer the use that the day of the week usually has.

    A workshop's rest for the New Year, a school's holidays and a factory's public holidays are none; a
    furnace and a boiler know no others. A weekend is an ordinary one. Nobody may change what is returned.
    """
    days = range(span.first_day, span.first_day + span.days)
    level = np.array([calendar_level(customer, day) for day in days])
    usual = np.array([weekday_factor(customer, day) for day in days])
    found: Booleans = (level >= _USUAL[0] * usual) & (level <= _USUAL[1] * usual)
    return found


def ordinary_at(people: People, point: Point, span: Span) -> Booleans:
    """Return the same of a metering point: by its customer, and every day where it is nobody's."""
    return np.ones(span.days, np.bool_) if point.customer is None else ordinary_days(people.of(point), span)


def after_ordinary(span: Span, ordinary: Booleans, since: float, lasting_s: float) -> float | None:
    """Return when so much time of ordinary days has passed since an instant, if ever within the span."""
    starts = span.begin + np.arange(span.days) * float(DAY_S)
    passed = np.cumsum(np.clip(starts + DAY_S - since, 0, DAY_S) * ordinary)
    day = int(np.searchsorted(passed, lasting_s))
    return None if day == span.days else float(starts[day] + DAY_S - (passed[day] - lasting_s))
