"""What a meter usually uses, hour by hour of the week, from what its register said of the weeks before."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from telemetry.batch import NULL
from telemetry.model import DAY, HOUR, Instant, Integers
from telemetry.quality import Flag
from telemetry.registry import FOREVER
from telemetry.volumes.groups import Groups
from telemetry.volumes.layout import EVEN, Curve, Curves, Layout
from telemetry.volumes.method import INTERPOLATED_AT_MOST, MEASURED_AT_MOST
from telemetry.volumes.portions import portions
from telemetry.volumes.readings import Stretch
from telemetry.volumes.shares import share
from telemetry.volumes.steps import REGISTER, Steps, take

LOOK_BACK: Final = 28 * DAY
"""Each weekday four times: on four real meters longer is no better, and shorter worse."""

_DAY_HOURS: Final = 24
_WEEK_HOURS: Final = 168
_ENOUGH: Final = _WEEK_HOURS
"""So many hours must be measured, a quarter of those looked at: from fewer nothing is usual."""

_DOUBTFUL: Final = Flag.REGISTER_REGRESSION | Flag.REGISTER_JUMP | Flag.INDEX_MISMATCH


class Measured(msgspec.Struct, frozen=True, eq=False):
    """Hours of one meter that readings at most 90 min apart cover wholly, and what flowed in them."""

    hour: Integers
    volume_um3: Integers


def along_profile(steps: Steps, stretches: Sequence[Stretch]) -> Steps:
    """Return the steps, those that are long gaps laid along the meter's own weekday profile.

    A gap is laid by the weeks before it alone: so its hours stand once it is closed.
    """
    long = (steps.duration > INTERPOLATED_AT_MOST) & (steps.volume_um3 > 0) & ~steps.by_base
    which = np.full(len(long), EVEN)
    curves: list[Curve] = []
    for place in np.unique(steps.stretch[long]).tolist():
        stretch = stretches[place]
        here = np.arange(*np.searchsorted(steps.stretch, (place, place + 1)))
        wanted = (steps.end[here] > stretch.first_hour) & (steps.start[here] < stretch.end_hour)
        gaps = here[wanted & long[here]]
        known = measured(take(steps, here), stretch) if len(gaps) else None
        for gap in gaps.tolist():
            start, end = int(steps.start[gap]), int(steps.end[gap])
            curve = usual(known, start, end, stretch.time_zone) if known else None
            if curve and curve.flowed_um3[-1]:
                which[gap] = len(curves)
                curves.append(curve)
    steps.flags[which != EVEN] |= Flag.LAID_BY_PROFILE
    return msgspec.structs.replace(steps, layout=Layout(which, Curves(curves)))


def measured(steps: Steps, stretch: Stretch) -> Measured:
    """Return the hours of one stretch that are wholly measured.

    What is stated of the installation's beginning is no measurement of an hour.
    """
    stated = stretch.opening.at if stretch.opening else -1
    short = (steps.duration <= MEASURED_AT_MOST) & ((steps.flags & _DOUBTFUL) == 0) & (steps.start != stated)
    short &= (steps.volume_um3 != NULL) & (steps.basis == REGISTER) & ~steps.by_base
    good = take(steps, short)
    parts = portions(good, 0, FOREVER)
    volume = share(good.volume_um3[parts.step], parts.whole(good), parts.start, parts.end)
    begins = np.flatnonzero(np.diff(parts.hour, prepend=-1))
    if not len(begins):
        return Measured(begins, begins)
    hours = Groups(begins, len(parts.hour))
    covered = hours.sum(parts.end - parts.start) == HOUR
    return Measured(parts.hour[begins][covered] // HOUR, hours.sum(volume)[covered])


def usual(known: Measured, start: Instant, end: Instant, time_zone: str) -> Curve | None:
    r"""Return what usually flows from one instant to another, by the weeks before the first.

    Parameters
    ----------
    known : Measured
        Hours of the meter and what flowed in them [10⁻⁶ m³].
    start, end : Instant
        The span; `LOOK_BACK` before ``start`` counts.
    time_zone : str
        Where the meter is.

    Returns
    -------
    Curve or None
        None where too little is known.

    Notes
    -----
    For hour :math:`h` of weekday :math:`w`, of which :math:`n` were measured,

    .. math:: \hat V_{w,h} = \frac{\sum_i V_{w,h,i} + \bar V_h}{n + 1}

    with :math:`\bar V_h` the mean of that hour on all days: the weekday's own mean, towards which
    the meter's usual day counts as one week more. Where an hour of the day was never measured,
    the mean of all hours stands for it. Rounded to whole numbers.

    Examples
    --------
    Every hour of four weeks took as many cubic metres as it is o'clock:

    >>> hours = np.arange(28 * 24)
    >>> curve = usual(Measured(hours, hours % 24 * 1_000_000), 28 * DAY, 28 * DAY + 3 * HOUR, "UTC")
    >>> (curve.flowed_um3 / 1e6).tolist()
    [0.0, 0.0, 1.0, 3.0]
    """
    last = start // HOUR
    here = slice(*np.searchsorted(known.hour, (last - LOOK_BACK // HOUR, last)).tolist())
    volume = known.volume_um3[here]
    if len(volume) < _ENOUGH:
        return None
    of_week = week_hours(known.hour[here], time_zone)
    hours = np.arange(last, -(-end // HOUR))
    wanted = week_hours(hours, time_zone)
    sums, counts = _sums(of_week, volume, _WEEK_HOURS)
    day_sums, day_counts = _sums(of_week % _DAY_HOURS, volume, _DAY_HOURS)
    day = np.where(day_counts > 0, day_sums / np.maximum(day_counts, 1), volume.sum() / len(volume))
    weight = np.rint((sums[wanted] + day[wanted % _DAY_HOURS]) / (counts[wanted] + 1)).astype(np.int64)
    return Curve(last * HOUR, np.append(0, np.cumsum(weight)))


def _sums(groups: Integers, volume: Integers, most: int) -> tuple[Integers, Integers]:
    """Return the sum of each group and how many it has."""
    sums = np.bincount(groups, weights=volume, minlength=most).astype(np.int64)
    return sums, np.bincount(groups, minlength=most)


def week_hours(hours: Integers, time_zone: str) -> Integers:
    """Return which local hour of the week hours since 1970 begin in: 0 is midnight after Wednesday.

    Examples
    --------
    >>> week_hours(np.array([0, 23, 24, 168 + 16]), "Asia/Shanghai").tolist()
    [8, 31, 32, 24]
    """
    zone = ZoneInfo(time_zone)
    days, which = np.unique(hours // _DAY_HOURS, return_inverse=True)
    at_midnight, at_next = (
        np.array([_offset_s(zone, (day + later) * _DAY_HOURS) for day in days.tolist()], np.int64)
        for later in (0, 1)
    )
    offset = at_midnight[which]
    moved = (at_midnight != at_next)[which]
    for row in np.flatnonzero(moved).tolist():
        offset[row] = _offset_s(zone, int(hours[row]))
    return (hours * 3600 + offset) // 3600 % _WEEK_HOURS


def _offset_s(zone: ZoneInfo, hour: int) -> int:
    """Return how far local time is ahead of UTC."""
    offset = datetime.fromtimestamp(hour * 3600, UTC).astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0
