"""Whether the pressure beside the line says that gas is drawn while a register stands still."""

from typing import Final, NamedTuple

import numpy as np

from alerts.habits.calendar import HOLIDAY
from alerts.habits.day_and_night import drawn_day_and_night
from alerts.habits.days_before import Standstill, drawn_unlike_before
from alerts.habits.draw import day_spread, deviation, drawn_hours, mean, means, off_day, without_outliers
from alerts.habits.drop import Drop
from alerts.habits.history import History
from alerts.habits.patterns import Patterns, like_sunday, row_medians
from telemetry.model import Booleans, Floats, Integers

_FEWEST: Final = 4
_FEWEST_OTHER: Final = 12
_FEWEST_LIKELY: Final = 6
_OFTEN: Final = 0.3  # of what a mean hour with flow draws, in the mean
_FEWEST_LEARNED: Final = 120
_TIMES_NOISE: Final = 3.0
_OF_ONE_DAY: Final = 2.0  # times the same, of each of two days that agree
_HALF: Final = 0.5
_LESS: Final = 0.4
_ON_HOLIDAYS: Final = 0.2  # of what is drawn on Sundays: 45 % of the flow
_LIKE_ONE: Final = 6  # hours on end that differ from the usual alike
_DAY: Final = 24
_LATELY: Final = 2 * _DAY


def drawn_while_idle(past: History, usual: Patterns, idle: Booleans, beside_line: Drop) -> Floats:
    """Return how many idle hours have the pressure of drawn gas: beside the line, else by the meter itself.

    A network that is fuller or emptier than usual is in the line, and not in what the meter knows alone.
    Most registers have just moved: nothing is worked out for them.
    """
    found = np.zeros(past.meters.size)
    rows = np.flatnonzero(idle.sum(axis=1) >= _FEWEST)
    if rows.size:
        found[rows] = _of_standing(past.of(rows), usual.of(rows), idle[rows], beside_line.of(rows))
    return found


def _of_standing(past: History, usual: Patterns, idle: Booleans, beside_line: Drop) -> Floats:
    """Return the same of registers that stand; the line speaks where it knows half of the hours."""
    told = (idle & ~np.isnan(beside_line.off)).sum(axis=1)
    return np.where(
        2 * told >= idle.sum(axis=1),
        drawn_beside_line(past, usual, idle, beside_line),
        drawn_hours(past, usual, idle),
    )


def drawn_beside_line(past: History, usual: Patterns, idle: Booleans, beside_line: Drop) -> Floats:
    """Return how many idle hours lie as far below the line as when gas flows.

    ``idle`` are the hours since the register last moved; those of a gap, whose pressure nobody read, say
    nothing. Those in which gas usually flows are held against what is drawn in them, the others against a
    mean hour with flow, as gas may flow on a Saturday like no other; of these, too, the hours in which it
    often flows by themselves. What was drawn in the day before, if that was less, will do as well. Nothing is
    said unless at least four, twelve of the others or six of those in which it often flows are known and what
    is drawn takes three times what days differ by. Half of it must be there, of a holiday's twelve hours a
    fifth, as nobody knows what is drawn on one, and be more than hours differ by chance, six of which are
    like one. A register may have stood at rest for weeks when gas begins to flow: so the two newest days are
    asked for themselves, each of which must say so, since behind a poor regulator one day may be low by
    chance. Of one that has stood for two days at most the newest day's hours are held against each other,
    too, as the level may have moved (`drawn_day_and_night`), and that against the days before it stood
    (`drawn_unlike_before`). Nor is anything said after fewer than five days.
    """
    off, draw, slope, learned = beside_line
    usually = means(np.where(learned, draw, 0.0), learned, like_sunday(past) * 24 + past.local_hour)
    mean_hour = np.broadcast_to(mean(draw, learned & (draw > 0))[:, None], draw.shape)
    chance = without_outliers(off - slope[:, None] * draw, learned)
    known = idle & ~np.isnan(off) & ~np.isnan(draw)
    noise = _Noise.of(chance, learned, past.day)
    other, often = known & ~usual.used, usually > _OFTEN * mean_hour
    used = known & usual.used
    run = _Run(off, used, used & (past.day_type == HOLIDAY), other, other & often, noise)
    lately = known & (idle.sum(axis=1)[:, None] <= _LATELY)
    stand = Standstill(idle, lately, off, slope[:, None] * draw, -slope[:, None] * usually)
    found = drawn_unlike_before(past, stand)
    for share in (np.ones(slope.size), _of_usual(draw, usually, idle)):
        takes = (-slope * share)[:, None]
        found = np.maximum(found, _drawn(run, takes * usually, takes * mean_hour))
        apart = drawn_day_and_night(off, takes * usually, lately, noise.of_a_day)
        found = np.maximum(found, apart)
    return np.where(learned.sum(axis=1) >= _FEWEST_LEARNED, found, 0.0)


class _Noise(NamedTuple):
    """What days, hours, and hours of one day differ by where gas flows as ever [%]."""

    days: Floats
    hours: Floats
    of_a_day: Floats

    @staticmethod
    def of(chance: Floats, learned: Booleans, day: Integers) -> "_Noise":
        return _Noise(
            days=day_spread(chance, learned, day),
            hours=deviation(chance, learned),
            of_a_day=deviation(off_day(chance, learned, day), learned),
        )


class _Run(NamedTuple):
    """Hours since a register last moved: how far off the line, and in which of them gas usually flows.

    Of those some are of a ``holiday``; of the ``other`` ones it often does in the ``likely`` ones.
    """

    off: Floats
    used: Booleans
    holiday: Booleans
    other: Booleans
    likely: Booleans
    noise: _Noise


def _drawn(run: _Run, usually: Floats, mean_hour: Floats) -> Floats:
    """Return how many hours of a run, or of its newest day and the one before, are as low as expected."""
    used = _stretch(run, run.used, usually).as_low(_FEWEST, _HALF, _TIMES_NOISE)
    holiday = _stretch(run, run.holiday, usually).as_low(_FEWEST_OTHER, _ON_HOLIDAYS, _TIMES_NOISE)
    other = _stretch(run, run.other, mean_hour).as_low(_FEWEST_OTHER, _HALF, _TIMES_NOISE)
    likely = _stretch(run, run.likely, mean_hour).as_low(_FEWEST_LIKELY, _HALF, _TIMES_NOISE)
    return np.maximum(used + np.maximum(other, likely), np.maximum(holiday, _two_days(run, usually)))


def _two_days(run: _Run, usually: Floats) -> Floats:
    """Return how many hours of the newest day there are, where it and the one before are low alike.

    Two days that agree tell of a smaller draw than one: each need be less clear than both together.
    """
    back = np.arange(run.off.shape[1] - 1, -1, -1)[None, :] // _DAY
    days = [run.used & (back == day) for day in (0, 1)]
    both = _stretch(run, days[0] | days[1], usually).as_low(_FEWEST, _LESS, _TIMES_NOISE)
    newest, before = (_stretch(run, day, usually).as_low(_FEWEST, _LESS, _OF_ONE_DAY) for day in days)
    return np.where((both > 0) & (before > 0), newest, 0.0)


class _Stretch(NamedTuple):
    """Some hours of each run: how many, what is drawn in them takes, where they lie, how far by chance."""

    hours: Floats
    takes: Floats
    middle: Floats
    by_chance: Floats
    days: Floats

    def as_low(self, fewest: int, share: float, times: float) -> Floats:
        """Return how many hours there are, where they lie as low as by a share of what is drawn in them."""
        clear = self.middle < -np.maximum(self.takes * share, times * self.by_chance)
        tells = self.takes > _TIMES_NOISE * self.days
        return np.where((self.hours >= fewest) & tells & clear, self.hours, 0.0)


def _stretch(run: _Run, which: Booleans, expected: Floats) -> _Stretch:
    count = which.sum(axis=1).astype(np.float64)
    return _Stretch(
        hours=count,
        takes=mean(expected, which),
        middle=row_medians(np.where(which, run.off, np.nan)),
        by_chance=run.noise.hours / np.sqrt(np.maximum(count / _LIKE_ONE, 1.0)),
        days=run.noise.days,
    )


def _of_usual(draw: Floats, usually: Floats, idle: Booleans) -> Floats:
    """Return what share of the usual was drawn in the day before the register stood still, 1 at most."""
    since = idle.sum(axis=1)
    back = np.arange(idle.shape[1] - 1, -1, -1)[None, :]
    day = (back >= since[:, None]) & (back < since[:, None] + _DAY) & ~np.isnan(draw) & ~np.isnan(usually)
    usual = mean(np.where(day, usually, 0.0), day)
    share = mean(draw, day) / np.where(usual > 0, usual, np.nan)
    return np.clip(np.nan_to_num(share, nan=1.0), 0.0, 1.0)
