"""What was probably used in a span that nothing metered, by the same hours of the weeks before."""

from typing import Final, NamedTuple

import numpy as np

from alerts.habits.calendar import HOLIDAY
from alerts.habits.history import History
from telemetry.model import HOUR, Floats, Instant

_WEEK: Final = 7 * 24
_FEWEST: Final = 3


class Usual(NamedTuple):
    """What usually passes in a span [m³ at base conditions]: median, least and most of the weeks before."""

    base_m3: float
    low: float
    high: float
    weeks: int


def usual_in(past: History, begin: Instant, end: Instant) -> Usual | None:
    """Return what a meter usually counts in a span; None where fewer than three weeks are wholly known.

    Parameters
    ----------
    past : History
        One meter's hours up to where the span begins, or later: what lies in the span is not asked.
    begin, end : Instant
        The span; of its first and last hour the part that lies in it counts.

    Notes
    -----
    The same hours one, two … six weeks before, so that day of the week and hour of the day are the same. A
    week with a public holiday in these hours, or with an hour that was not read, is left out.
    """
    starts = past.ends[0] - HOUR * np.arange(past.hours, 0, -1)
    read = np.where(past.good[0] & (past.day_type[0] != HOLIDAY), past.base_m3[0], np.nan)
    sums = [
        float((share * read)[share > 0].sum())
        for week in range(1, past.hours // _WEEK + 1)
        if (share := _share(starts, begin - week * _WEEK * HOUR, end - week * _WEEK * HOUR)).sum() * HOUR
        >= end - begin - 1
    ]
    known = [one for one in sums if not np.isnan(one)]
    if len(known) < _FEWEST:
        return None
    return Usual(float(np.median(known)), min(known), max(known), len(known))


def counted_in(past: History, begin: Instant, end: Instant) -> float:
    """Return what a meter counted in a span [m³ at base conditions]."""
    starts = past.ends[0] - HOUR * np.arange(past.hours, 0, -1)
    return float(np.nansum(_share(starts, begin, end) * past.base_m3[0]))


def usual_factor(past: History) -> float:
    """Return the meter's usual correction factor: base volume by volume; 1 where nothing flowed."""
    flows = past.volume_m3 > 0
    ratio = past.base_m3[flows] / past.volume_m3[flows]
    known = ratio[~np.isnan(ratio)]
    return float(np.median(known)) if known.size else 1.0


def _share(starts: np.ndarray, begin: Instant, end: Instant) -> Floats:
    """Return which part of each hour lies in a span."""
    inside = np.minimum(starts + HOUR, end) - np.maximum(starts, begin)
    share: Floats = np.maximum(inside, 0) / HOUR
    return share
