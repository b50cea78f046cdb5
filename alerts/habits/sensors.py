"""Daily pressure and temperature of meters, apart from what their line and the weather explain."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from alerts.habits.calendar import HOLIDAY
from alerts.habits.days import ENOUGH_HOURS, by_day, medians, quantile, whole_days
from alerts.habits.draw import drawn_hours
from alerts.habits.drawn_beside import drawn_while_idle
from alerts.habits.drift import shift
from alerts.habits.drop import Drop, drop
from alerts.habits.history import History
from alerts.habits.line import Line, beside, flowing
from alerts.habits.patterns import RECENT_DAYS, Patterns
from telemetry.model import Booleans, Floats

_LITTLE: Final = 1 / 3
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
    use = like_before(past, fall)
    place, trade = (
        shift(np.where(use.like_before, temperature_apart(past, ones), np.nan)) for ones in (near, alike)
    )
    better = np.isnan(place[1]) | (trade[1] < place[1])
    pressure = pressure_apart(past, fall)
    return Sensors(
        pressure=shift(*(np.where(days, pressure, np.nan) for days in (use.busy_line, use.like_before))),
        temperature=(np.where(better, trade[0], place[0]), np.where(better, trade[1], place[1])),
        drawn_hours=drawn_while_idle(past, usual, idle, fall),
    )


class Use(NamedTuple):
    """Days on which about as much flowed as on days learned from; ``busy_line``: and past others, too."""

    like_before: Booleans
    busy_line: Booleans


def like_before(past: History, beside_line: Drop) -> Use:
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
    others = medians(by_day(beside_line.others, ~np.isnan(beside_line.others), past))
    return Use(found, found & (ordinary | (others >= _BUSY)))


def pressure_apart(past: History, beside_line: Drop) -> Floats:
    """Return each day's pressure [%] off the line's, without what the meter's own flow takes, newest first.

    A day's is the median of the third of its hours in which least is drawn: there a sensor that is off shows
    as much as ever, and gas that goes uncounted, such as through a bypass, least.
    """
    apart = beside_line.off - beside_line.slope[:, None] * beside_line.draw
    return _least_drawn(apart, beside_line.draw, past)


def temperature_apart(past: History, lines: Sequence[Line]) -> Floats:
    """Return each day's temperature [K] off the others', in hours with flow, newest day first."""
    common = beside([(one.end, one.temperature_k) for one in lines], past)
    return medians(by_day(past.temperature_k - common, flowing(past), past))


def _least_drawn(off: Floats, draw: Floats, past: History) -> Floats:
    """Return the median of the third of each day's hours with the least draw, of four at least."""
    known = ~np.isnan(off)
    values, drawn_then = by_day(off, known, past), by_day(draw, known, past)
    values = np.take_along_axis(values, np.argsort(drawn_then, axis=2, kind="stable"), axis=2)
    count = (~np.isnan(values)).sum(axis=2)
    kept = np.maximum(ENOUGH_HOURS, np.rint(count * _LITTLE))
    place = np.arange(values.shape[2])
    return medians(np.where(place < kept[:, :, None], values, np.nan))
