"""What meters' last hours show: how long something has lasted, how little flows."""

from typing import Final, NamedTuple

import numpy as np

from alerts.habits.history import History
from alerts.habits.patterns import CLOSED_SHARE, Patterns, row_medians
from telemetry.model import Booleans, Floats
from telemetry.quality import Flag

NIGHTS: Final = 7
_SMALL_HOURS: Final = 4 * 24
_CARRIES: Final = 0.1  # of a usual hour: less may be below the register's last digit
_DIGITS: Final = 2.0
_MOVED: Final = 1e-9  # of a value: less is the rounding of a mean of equal values
_FEW_HOURS: Final = 3
_VARIED_HOURS: Final = 72
_LONG_REST_HOURS: Final = 72


def lasting(rows: Booleans) -> Floats:
    """Return for how many of the newest columns on end each row is true.

    >>> lasting(np.array([[True, False, True, True], [True, True, True, False]])).tolist()
    [2.0, 0.0]
    """
    found: Floats = np.cumprod(rows[:, ::-1], axis=1).sum(axis=1).astype(np.float64)
    return found


def still(past: History) -> Booleans:
    """Return the hours since each register last moved; it did not in a gap that it was the same after."""
    at_rest = (past.volume_m3 == 0) & ~past.estimated
    found: Booleans = np.cumprod(at_rest[:, ::-1], axis=1)[:, ::-1] == 1
    return found


def long_rests(past: History) -> Booleans:
    """Return the hours of rests longer than a weekend, whose ends are hours with flow or those of the weeks.

    A customer was shut then, or the register stood although gas flowed: which of both, they do not tell.
    """
    hours = past.hours
    place = np.arange(hours)[None, :]
    flows = past.volume_m3 > 0
    before = np.maximum.accumulate(np.where(flows, place, -1), axis=1)
    after = np.minimum.accumulate(np.where(flows, place, hours)[:, ::-1], axis=1)[:, ::-1]
    found: Booleans = ~flows & (after - before > _LONG_REST_HOURS)
    return found


def idle_hours(past: History, usual: Patterns, idle: Booleans) -> tuple[Floats, Floats]:
    """Return hours in which gas usually flows, and is shown to flow, since each register last moved."""
    shown = usual.used & ((past.flags & int(Flag.REGISTER_STUCK)) != 0)  # displays spike at any hour
    shown |= (past.device_base_m3 > _CARRIES * _usual_base_m3(past)[:, None]) & _carries(past, idle)[:, None]
    return tuple((idle & hours).sum(axis=1).astype(np.float64) for hours in (usual.used, shown))


def _carries(past: History, idle: Booleans) -> Booleans:
    """Return whose device counted more at base conditions than a register can owe that has not moved yet.

    That is the least that it ever counts in an hour, its last digit, twice: what flowed before adds to it.
    """
    flows = past.good & (past.volume_m3 > 0)
    least = np.nan_to_num(np.where(flows, past.base_m3, np.nan), nan=np.inf).min(axis=1)
    counted = np.nansum(np.where(idle, past.device_base_m3, 0.0), axis=1)
    found: Booleans = counted > _DIGITS * least
    return found


def _usual_base_m3(past: History) -> Floats:
    """Return the median base volume of each meter's hours with flow; NaN where none is known."""
    return row_medians(np.where(past.good & (past.volume_m3 > 0), past.base_m3, np.nan))


class Frozen(NamedTuple):
    """For how long a value has stayed the same to the last digit; (m,) each.

    ``hours`` in all, ``flowing`` of them with flow, among which ``flows`` different ones; ``usual`` is
    in how many hours with flow it stayed the same before, but for the longest time, which may have been a
    fault, too; a sensor may rest for days while nothing flows. ``rest`` is the same of all hours.
    """

    hours: Floats
    flowing: Floats
    flows: Floats
    usual: Floats
    rest: Floats


def frozen(values: Floats, volume_m3: Floats) -> Frozen:
    """Return for how long a value has stayed the same while gas flowed.

    What has never varied, such as a pressure that the contract states, is not frozen. Hours of which nothing
    is known neither count nor part what is the same on both sides of them.
    """
    known, values = ~np.isnan(values), _last_known(values)
    same = np.abs(np.diff(values, axis=1)) <= _MOVED * np.abs(values[:, 1:])
    place = np.arange(values.shape[1])[None, :]
    within = place >= (values.shape[1] - 1 - lasting(same))[:, None]
    flowing = known & (volume_m3 > 0)
    flows = np.array(
        [np.unique(row[inside]).size for row, inside in zip(volume_m3, within & flowing, strict=True)],
        dtype=np.float64,
    )
    varied = (known & ~within).sum(axis=1) >= _VARIED_HOURS
    return Frozen(
        hours=np.where(varied, (known & within).sum(axis=1), 0.0),
        flowing=(flowing & within).sum(axis=1).astype(np.float64),
        flows=flows,
        usual=_longest_but_one(same & ~within[:, 1:], flowing),
        rest=_longest_but_one(same & ~within[:, 1:], known),
    )


def _last_known(values: Floats) -> Floats:
    """Return each hour's value, of an unknown hour the last one known before; NaN before the first."""
    place = np.where(np.isnan(values), 0, np.arange(values.shape[1])[None, :])
    found: Floats = np.take_along_axis(values, np.maximum.accumulate(place, axis=1), axis=1)
    return found


def _longest_but_one(same: Booleans, counts: Booleans) -> Floats:
    """Return how many hours count in the longest run but one of hours that say the same as the one before."""
    meters, hours = same.shape
    run = np.cumsum(~same, axis=1) + np.arange(meters)[:, None] * (hours + 1)
    length = np.bincount(run[counts[:, 1:] & same], minlength=meters * (hours + 1))
    by_run = length.reshape(meters, hours + 1)
    by_run[np.arange(meters), by_run.argmax(axis=1)] = 0
    found: Floats = by_run.max(axis=1).astype(np.float64)
    return found


def nights(past: History, usual: Patterns) -> Floats:
    """Return each of the last days' smallest flow in hours in which nothing usually flows, newest first."""
    closed = np.take_along_axis(usual.idle >= CLOSED_SHARE, past.local_hour, axis=1) & past.good
    found = np.full((past.meters.size, NIGHTS), np.nan)
    newest = past.day[:, -1]
    for back in range(NIGHTS):
        tonight = closed & (past.day == (newest - back)[:, None])
        lowest = np.where(tonight, past.volume_m3, np.inf).min(axis=1, initial=np.inf)
        found[:, back] = np.where(tonight.sum(axis=1) >= _FEW_HOURS, lowest, np.nan)
    return found


def small_flows(past: History, qmin_m3h: Floats) -> tuple[Floats, Floats]:
    """Return the share of four days' volume that passed below Qmin, and in how many hours."""
    volume = np.where(past.good, past.volume_m3, 0.0)[:, -_SMALL_HOURS:]
    small = (volume > 0) & (volume < qmin_m3h[:, None])
    total = volume.sum(axis=1)
    share = np.where(small, volume, 0.0).sum(axis=1) / np.where(total > 0, total, np.nan)
    return share, small.sum(axis=1).astype(np.float64)
