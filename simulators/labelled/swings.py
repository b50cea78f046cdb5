"""Meters whose count changes lastingly, whatever the reason: a swing as anybody would see it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from simulators.days import DAY_S, is_holiday
from simulators.labelled.calendar import is_lunar_holiday
from simulators.labelled.happening import Happening, Target
from simulators.labelled.runs import MeterRun
from simulators.labelled.span import Booleans, Floats, Span

LEAST_RISE: Final = 1.5
LEAST_FALL: Final = 0.6
"""The smallest swings that are drawn as faults, as parts of the use before."""
_WEEK: Final = 7
_WEEKS_BEFORE: Final = (3, 4)
"""With how many weeks a week is compared: with four, or with three while there are no more.

With fewer only where some of their days are ordinary ones for the customer and others are not, as when a
school begins again: one week and the next differ as much by chance.
"""
_RULE: Final = "consumption_swing"


def counted_by_day(run: MeterRun) -> Floats:
    """Return what a meter truly counts on each day, m³ at metering conditions."""
    by_day: Floats = run.counted_m3.reshape(run.span.days, -1).sum(axis=1)
    return by_day


def swings(
    span: Span, counted: Mapping[str, Floats], ordinary: Mapping[str, Booleans], faults: Sequence[Happening]
) -> list[Happening]:
    """Return where a meter's week is to the weeks before what a drawn swing would make it.

    Ordinary use wanders so far by itself, and after a fault it returns. While a swing that was drawn lasts,
    it is that one's alone.
    """
    found = []
    for name, by_day in counted.items():
        drawn = [(h.start, h.end) for h in faults if h.kind == _RULE and h.target.id == name]
        for rises in (True, False):
            whole = _times(span, _swung(span, by_day, ordinary[name], rises=rises))
            for start, end in (time for every in whole for time in _without(every, drawn)):
                found.append(
                    Happening(
                        kind="use_swings",
                        target=Target("meter", name),
                        start=start,
                        end=end,
                        also=((_RULE, Target("meter", name)),),
                        unit="rise" if rises else "fall",
                    )
                )
    return found


def _swung(span: Span, by_day: Floats, ordinary: Booleans, *, rises: bool) -> Booleans:
    """Return which days belong to a week that has swung, holidays left out: everybody knows those."""
    usual = by_day.copy()
    holiday = np.array([_known(span.first_day + n) for n in range(span.days)])
    usual[holiday] = np.nan
    days = np.zeros(span.days, np.bool_)
    for last in range(2 * _WEEK - 1, span.days):
        weeks = min(_WEEKS_BEFORE[1], (last + 1) // _WEEK - 1)
        window = slice(last + 1 - _WEEK * (weeks + 1), last + 1)
        if weeks < _WEEKS_BEFORE[0] and np.unique(ordinary[window][~holiday[window]]).size == 1:
            continue
        by_week = usual[window].reshape(weeks + 1, _WEEK)
        known = np.isfinite(by_week[-1]) & np.isfinite(by_week[:-1]).any(axis=0)
        now = float(by_week[-1, known].sum())
        before = float(np.nanmean(by_week[:-1, known], axis=0).sum())
        days[last + 1 - _WEEK : last + 1] |= (
            now > 0 and now >= LEAST_RISE * before if rises else before > 0 and now <= LEAST_FALL * before
        )
    return days


def _known(day: int) -> bool:
    return is_holiday(day) or is_lunar_holiday(day)


def _times(span: Span, days: Booleans) -> list[tuple[float, float]]:
    """Return from when to when such days follow one another; the last is known on the day after it."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], days.astype(np.int64), [0]])))
    return [
        (float(span.day_start(first)), min(float(span.day_start(last)) + DAY_S, float(span.end)))
        for first, last in edges.reshape(-1, 2).tolist()
    ]


def _without(
    time: tuple[float, float], taken: Iterable[tuple[float, float]]
) -> Iterator[tuple[float, float]]:
    """Yield what is left of a time outside some others."""
    start, end = time
    for first, last in sorted(taken):
        if start < first < end:
            yield start, first
        if first < end and start < last:
            start = max(start, last)
    if start < end:
        yield start, end
