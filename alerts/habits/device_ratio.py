"""How far a device's base volume lies off the platform's, and how sure that is."""

from typing import Final, NamedTuple

import numpy as np

from alerts.habits.days import MAD, quantile
from alerts.habits.history import History
from alerts.habits.patterns import row_medians
from telemetry.model import Booleans, Floats, Integers

_WEEK: Final = 7 * 24
_LEAST_M3: Final = 1.0
_LEAST_DIGITS: Final = 20
_NEWEST: Final = 24
_STEADY: Final = 0.01
_FEWEST: Final = 12
_QUARTER: Final = 0.25
_UNSTEADY: Final = 0.01
"""By so much may hours in which p moves be off: their mean is no measure of what a corrector saw."""

_TOLD: Final = 0.002
_SURE: Final = 2.0
_ASTRAY: Final = 0.05
_DIGITS_OFF: Final = 3
_DIGITS: Final = (10.0, 1.0, 0.1, 0.01, 0.001)
_GRID: Final = 1e-6
_Z_PER_PA: Final = 2.5e-8
_BASE_PA: Final = 101_325.0


class DeviceRatio(NamedTuple):
    """The device's base volume by the platform's, less 1, at least and at most; of how many hours."""

    ratio: Floats
    low: Floats
    high: Floats
    hours: Floats


class _Hours(NamedTuple):
    """Base volumes [m³] of platform and device, which of them can be compared, and the digits of both."""

    ours: Floats
    theirs: Floats
    rows: Booleans
    digit: Floats


def device_ratio(past: History) -> DeviceRatio:
    r"""Hold the device's base register against the platform's correction of the same hours.

    Notes
    -----
    Of a week's hours in which p is within 1 % of the hours beside, the newest 24; where there are not twelve,
    of all of them, which may be off for that by as much as those of the weeks before were, and by 1 % where
    nobody knows. Sums are compared, not hours: a register's last digit is a quarter of an hour's 4 m³, but
    over a run of hours on end only that of its first and last reading counts. With digits :math:`d_v, d_b`
    and *n* runs the sums are sure within

    .. math:: 2 \sqrt{n/6}\, \sqrt{(C d_v)^2 + d_b^2}

    (a rounding's variance is :math:`d^2/12`, twice a run), and no less sure than hours on their own would be,
    by what they scatter. Older hours are added until that is 0.2 %. Three quarters of the hours must lie on
    the same side, too, but for a digit; those that lie astray, or of few digits, do not count. A platform
    that corrects without Z is lawfully lower than a device that corrects with it, by up to 0.25 % for each
    100 kPa: by as much of that as it was in the weeks before, else by anything up to it.
    """
    week, before = _compared(past, slice(-_WEEK, None)), _compared(past, slice(None, -_WEEK))
    usually = _usual_ratio(before)
    lawful = np.clip(usually, 0.0, _without_z(past))
    steady = week.rows & _steady(past.pressure_pa)[:, -_WEEK:]
    calm = steady.sum(axis=1) >= _FEWEST
    loose = np.fmin(np.nan_to_num(np.abs(usually - lawful) + _TOLD, nan=_UNSTEADY), _UNSTEADY)
    chosen = np.where(calm[:, None], steady, week.rows)
    summed = _summed(week._replace(rows=chosen), np.where(calm, 0.0, loose), np.nan_to_num(lawful))
    return _without_what_may_be(summed, np.where(np.isnan(lawful), _without_z(past), 0.0))


def _compared(past: History, span: slice) -> _Hours:
    """Return the hours of a span in which both registers counted enough digits, and alike."""
    volume = past.volume_m3[:, span]
    ours, theirs = volume * past.factor[:, span], past.device_base_m3[:, span]
    rows = past.corrected[:, span] & (volume >= _LEAST_M3) & ~np.isnan(theirs)
    counted = _digit(volume, rows)
    rows &= volume >= _LEAST_DIGITS * counted[:, None]
    digit = np.hypot(row_medians(past.factor) * counted, _digit(theirs, rows))
    return _Hours(ours, theirs, rows & _together(ours, theirs, rows, digit), digit)


def _usual_ratio(before: _Hours) -> Floats:
    """Return the ratio of the sums of hours, less 1; NaN where they are fewer than 24."""
    ours, theirs = (np.where(before.rows, one, 0.0).sum(axis=1) for one in (before.ours, before.theirs))
    enough = before.rows.sum(axis=1) >= _NEWEST
    return np.where(enough, theirs / np.where(enough, ours, 1.0) - 1, np.nan)


def _without_what_may_be(found: DeviceRatio, most: Floats) -> DeviceRatio:
    """Return a ratio of which a part above 0, as far as it goes, may be lawful."""
    above = found.ratio > 0
    ratio = np.where(above, np.maximum(found.ratio - most, 0.0), found.ratio)
    low = np.where(above, found.low - most, found.low)
    return found._replace(ratio=ratio, low=low)


def _summed(week: _Hours, loose: Floats, lawful: Floats) -> DeviceRatio:
    """Sum the newest of the chosen hours, as many as are needed to be sure."""
    newest = week.rows[:, ::-1]
    count = np.cumsum(newest, axis=1, dtype=np.int64)
    runs = np.cumsum(newest & ~np.pad(newest, ((0, 0), (1, 0)))[:, :-1], axis=1)
    total, said = (np.cumsum(np.where(newest, one[:, ::-1], 0.0), axis=1) for one in (week.ours, week.theirs))
    unsure = np.fmin(np.sqrt(runs / 6) * week.digit[:, None], np.sqrt(count) * _scatter(week)[:, None])
    unsure *= _SURE / np.where(total > 0, total, np.nan)
    enough = (count >= _NEWEST) & (unsure <= _TOLD)
    last = np.where(enough.any(axis=1), enough.argmax(axis=1), _WEEK - 1)
    at = np.arange(last.size), last
    ratio = said[at] / np.where(total[at] > 0, total[at], np.nan) - 1 - lawful
    margin = unsure[at] + loose
    off, blur = _by_hour(week, week.rows & _newest(week.rows, count[at]))
    off -= lawful[:, None]
    return DeviceRatio(
        ratio,
        np.fmin(ratio - margin, quantile(off + blur, _QUARTER)),
        np.fmax(ratio + margin, quantile(off - blur, 1 - _QUARTER)),
        count[at].astype(np.float64),
    )


def _newest(chosen: Booleans, count: Integers) -> Booleans:
    """Return so many of the newest chosen hours."""
    found: Booleans = np.cumsum(chosen[:, ::-1], axis=1)[:, ::-1] <= count[:, None]
    return found


def _by_hour(week: _Hours, rows: Booleans) -> tuple[Floats, Floats]:
    """Return by what share each hour is off, and by how much of that a digit may deceive."""
    part = np.where(rows, week.ours, np.nan)
    return week.theirs / part - 1, week.digit[:, None] / part


def _scatter(week: _Hours) -> Floats:
    """Return by what an hour's base volume differs by chance [m³], robustly."""
    off = np.where(week.rows, week.theirs / np.where(week.ours > 0, week.ours, np.nan) - 1, np.nan)
    return MAD * row_medians(np.abs(off - row_medians(off)[:, None]) * week.ours)


def _steady(pressure: Floats) -> Booleans:
    """Return the hours whose p is within 1 % of that of the hours beside."""
    moved = ~(np.abs(np.diff(pressure, axis=1)) <= _STEADY * pressure[:, 1:])
    found = np.ones(pressure.shape, dtype=np.bool_)
    found[:, 1:] &= ~moved
    found[:, :-1] &= ~moved
    return found


def _together(ours: Floats, theirs: Floats, usable: Booleans, digit: Floats) -> Booleans:
    """Return the hours that agree with most within 5 % and some digits: not those around a reset."""
    off = np.where(usable, theirs / np.where(ours > 0, ours, np.nan) - 1, np.nan)
    apart = np.abs(off - row_medians(off)[:, None]) * ours
    found: Booleans = apart <= _ASTRAY * ours + _DIGITS_OFF * digit[:, None]
    return found


def _digit(volume_m3: Floats, rows: Booleans) -> Floats:
    """Return the step in which a register counts: the largest decimal of which all hours are multiples.

    Where none is, since readings lie off the full hour, the smallest hour is taken, which is no less.
    """
    found: Floats = np.where(rows & (volume_m3 > 0), volume_m3, np.inf).min(axis=1, initial=np.inf)
    for digit in reversed(_DIGITS):
        steps = volume_m3 / digit
        whole = ~rows | (np.abs(steps - np.rint(steps)) < _GRID)
        found = np.where(whole.all(axis=1), digit, found)
    return found


def _without_z(past: History) -> Floats:
    """Return what Zb/Z is more than 1 where the platform leaves it out."""
    left_out = past.corrected & ~past.by_z
    most = _Z_PER_PA * np.maximum(row_medians(past.pressure_pa) - _BASE_PA, 0.0)
    return np.where(left_out.any(axis=1), most, 0.0)
