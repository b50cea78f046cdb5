"""Daily pressure and temperature of meters, apart from what their line and the weather explain."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from alerts.habits.calendar import HOLIDAY
from alerts.habits.days import ENOUGH_HOURS, by_day, medians, quantile, shift, whole_days
from alerts.habits.draw import (
    day_spread,
    deviation,
    drawn_hours,
    mean,
    means,
    without_outliers,
)
from alerts.habits.history import History
from alerts.habits.line import Line, beside, drawn, flowing, pressure_pct
from alerts.habits.patterns import RECENT_DAYS, Patterns, like_sunday, row_medians
from telemetry.model import Booleans, Floats

_LITTLE: Final = 1 / 3
_FEWEST: Final = 4
_FEWEST_OTHER: Final = 12
_TIMES_NOISE: Final = 3.0
_LIKE_ONE: Final = 6  # hours on end that differ from the usual alike
_SELDOM: Final = 0.1
_BUSY: Final = 0.8
_TIMES_USUAL: Final = 1.3


class Sensors(NamedTuple):
    """What sensors say beside those of others.

    ``pressure`` [%] and ``temperature`` [K] are how far they have moved, and how far their days lay about
    before; ``drawn_hours`` how many idle hours lie as low as when gas flows.
    """

    pressure: tuple[Floats, Floats]
    temperature: tuple[Floats, Floats]
    drawn_hours: Floats


def sensors_beside(
    past: History, usual: Patterns, idle: Booleans, lines: Mapping[int, tuple[Line, Line]]
) -> Sensors:
    """Hold sensors against those behind the same station, and temperatures against those of the same trade.

    Meters of a trade stand alike: what explained a meter's days better before, place or trade, counts.
    ``idle`` are the hours since each register last moved.
    """
    if not lines:
        nothing = np.full(past.meters.size, np.nan)
        return Sensors((nothing, nothing), (nothing, nothing), drawn_hours(past, usual, idle))
    near, alike = zip(*(lines[meter] for meter in past.meters.tolist()), strict=True)
    fall = drop(past, near)
    use = like_before(past, near)
    place, trade = (
        shift(np.where(use.like_before, temperature_apart(past, ones), np.nan)) for ones in (near, alike)
    )
    better = np.isnan(place[1]) | (trade[1] < place[1])
    pressure = pressure_apart(past, fall)
    return Sensors(
        pressure=shift(*(np.where(days, pressure, np.nan) for days in (use.busy_line, use.like_before))),
        temperature=(np.where(better, trade[0], place[0]), np.where(better, trade[1], place[1])),
        drawn_hours=_drawn(past, usual, idle, fall),
    )


class Use(NamedTuple):
    """Days on which about as much flowed as on days learned from; ``busy_line``: and past others, too."""

    like_before: Booleans
    busy_line: Booleans


def like_before(past: History, lines: Sequence[Line]) -> Use:
    """Return on which days, newest first, about as much flowed as on days learned from.

    Where far less flows, the gas takes the room's temperature and the pipe's loss is a guess; past a meter
    at which nothing flows, what a sensor says is its neighbour's doing. Where hardly anybody else draws, as
    on most holidays, the line is another one: that tells whether a pressure left step by step, and no more.
    """
    days = whole_days(past)
    volume, ordinary = days.volume_m3, days.day_type != HOLIDAY
    learned = np.where(ordinary, volume, np.nan)
    learned[:, :RECENT_DAYS] = np.nan
    low, high = (quantile(learned, share)[:, None] for share in (_SELDOM, 1 - _SELDOM))
    found = (volume > 0) & (volume >= low / _TIMES_USUAL) & (volume <= high * _TIMES_USUAL)
    drawn_beside = beside([(one.end, one.use) for one in lines], past)
    others = medians(by_day(drawn_beside, ~np.isnan(drawn_beside), past))
    usual = quantile(np.where(ordinary, others, np.nan), 0.5)[:, None]
    return Use(found, found & (ordinary | (others >= _BUSY * usual)))


class Drop(NamedTuple):
    """How each hour's pressure lies off the line's [%], and what a meter's own draw takes of it.

    ``off`` is 0 where nothing is drawn and ``slope`` where the largest draw of the meter is.
    """

    off: Floats
    draw: Floats
    slope: Floats
    learned: Booleans


def drop(past: History, lines: Sequence[Line]) -> Drop:
    """Hold pressures against the line's; neither holidays nor the newest seven days are learned from."""
    draw = drawn(past)
    off = pressure_pct(past) - beside([(one.end, one.pressure_pct) for one in lines], past)
    learned = ~np.isnan(off) & ~np.isnan(draw) & (past.day_type != HOLIDAY)
    learned[:, -RECENT_DAYS * 24 :] = False
    slope = _slope(off, draw, learned)
    level = row_medians(np.where(learned, off - slope[:, None] * draw, np.nan))
    return Drop(off - level[:, None], draw, slope, learned)


def pressure_apart(past: History, beside_line: Drop) -> Floats:
    """Return each day's pressure [%] off the line's, without what the meter's own flow takes, newest first.

    A day's is the median of the third of its hours in which least is drawn: there a sensor that is off shows
    as much as ever, and gas that goes uncounted, such as through a bypass, least.
    """
    off, draw, slope, _ = beside_line
    apart = off - slope[:, None] * draw
    return _least_drawn(apart, draw, past)


def _drawn(past: History, usual: Patterns, idle: Booleans, beside_line: Drop) -> Floats:
    """Return how many idle hours have the pressure of drawn gas: beside the line, else by the meter itself.

    A network that is fuller or emptier than usual is in the line, and not in what the meter knows alone.
    """
    told = (idle & ~np.isnan(beside_line.off)).sum(axis=1)
    return np.where(
        2 * told >= idle.sum(axis=1),
        drawn_beside_line(past, usual, idle, beside_line),
        drawn_hours(past, usual, idle),
    )


def drawn_beside_line(past: History, usual: Patterns, idle: Booleans, beside_line: Drop) -> Floats:
    """Return how many idle hours lie as far below the line as when gas flows.

    ``idle`` are the hours since the register last moved. Those in which gas usually flows are held against
    what is drawn in them, and the others against a mean hour with flow: gas may flow on a Saturday like no
    other, too. Nothing is said unless at least four, or twelve of the others, are known and what is drawn, or
    was in the day before if that was less, takes three times what days differ by. Half of it must be there,
    and be more than hours differ by chance, six of which are like one.
    """
    off, draw, slope, learned = beside_line
    usually = means(np.where(learned, draw, 0.0), learned, like_sunday(past) * 24 + past.local_hour)
    mean_hour = np.broadcast_to(mean(draw, learned & (draw > 0))[:, None], draw.shape)
    takes = (-slope * _of_usual(draw, usually, idle))[:, None]
    chance = without_outliers(off - slope[:, None] * draw, learned)
    noise = _Noise(day_spread(chance, learned, past.day), deviation(chance, learned))
    known = idle & ~np.isnan(off)
    ordinary = _as_low(off, takes * usually, known & usual.used, noise, _FEWEST)
    return ordinary + _as_low(off, takes * mean_hour, known & ~usual.used, noise, _FEWEST_OTHER)


class _Noise(NamedTuple):
    """What days and hours differ by where gas flows as ever [%]."""

    days: Floats
    hours: Floats


def _as_low(off: Floats, expected: Floats, run: Booleans, noise: _Noise, fewest: int) -> Floats:
    """Return how many hours of a run there are, where it lies half as low as is expected of it."""
    count = run.sum(axis=1).astype(np.float64)
    takes = mean(expected, run)
    by_chance = noise.hours / np.sqrt(np.maximum(count / _LIKE_ONE, 1.0))
    middle = row_medians(np.where(run, off, np.nan))
    clear = middle < -np.maximum(takes / 2, _TIMES_NOISE * by_chance)
    return np.where((count >= fewest) & (takes > _TIMES_NOISE * noise.days) & clear, count, 0.0)


def _of_usual(draw: Floats, usually: Floats, idle: Booleans) -> Floats:
    """Return what share of the usual was drawn in the day before the register stood still, 1 at most."""
    since = idle.sum(axis=1)
    back = np.arange(idle.shape[1] - 1, -1, -1)[None, :]
    day = (back >= since[:, None]) & (back < since[:, None] + 24) & ~np.isnan(draw) & ~np.isnan(usually)
    usual = mean(np.where(day, usually, 0.0), day)
    share = mean(draw, day) / np.where(usual > 0, usual, np.nan)
    return np.clip(np.nan_to_num(share, nan=1.0), 0.0, 1.0)


def temperature_apart(past: History, lines: Sequence[Line]) -> Floats:
    """Return each day's temperature [K] off the others', in hours with flow, newest day first."""
    common = beside([(one.end, one.temperature_k) for one in lines], past)
    return medians(by_day(past.temperature_k - common, flowing(past), past))


def _slope(off: Floats, draw: Floats, known: Booleans) -> Floats:
    """Return by least squares how far the pressure falls with a meter's own draw; it never rises."""
    count = np.maximum(known.sum(axis=1), 1)
    x, y = np.where(known, draw, 0.0), np.where(known, off, 0.0)
    x = np.where(known, x - (x.sum(axis=1) / count)[:, None], 0.0)
    spread = (x**2).sum(axis=1)
    found: Floats = np.minimum((x * y).sum(axis=1) / np.where(spread > 0, spread, 1.0), 0.0)
    return found


def _least_drawn(off: Floats, draw: Floats, past: History) -> Floats:
    """Return the median of the third of each day's hours with the least draw, of four at least."""
    known = ~np.isnan(off)
    values, drawn_then = by_day(off, known, past), by_day(draw, known, past)
    values = np.take_along_axis(values, np.argsort(drawn_then, axis=2, kind="stable"), axis=2)
    count = (~np.isnan(values)).sum(axis=2)
    kept = np.maximum(ENOUGH_HOURS, np.rint(count * _LITTLE))
    place = np.arange(values.shape[2])
    return medians(np.where(place < kept[:, :, None], values, np.nan))
