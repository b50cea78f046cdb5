"""Daily pressure and temperature of meters, apart from what their line and the weather explain."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from alerts.habits.calendar import HOLIDAY
from alerts.habits.days import ENOUGH_HOURS, DayGrid, medians, quantile, whole_days
from alerts.habits.draw import drawn_hours
from alerts.habits.drawn_beside import drawn_while_idle
from alerts.habits.drift import shift
from alerts.habits.drop import Drop, drop
from alerts.habits.history import History
from alerts.habits.line import BUSY, Line, beside, flowing, others_draw
from alerts.habits.patterns import RECENT_DAYS, Patterns
from alerts.habits.swing import flowing_by_swing
from telemetry.model import Booleans, Floats

_LITTLE: Final = 1 / 3
_SELDOM: Final = 0.1
_TIMES_USUAL: Final = 1.3
_FLOWS: Final = 0.25


class Sensors(NamedTuple):
    """What sensors say beside those of others.

    ``pressure`` [%] and ``temperature`` [K] are how far they have moved, and how far their days lay about
    before; ``low_hours`` and ``steady_hours`` how many idle hours lie as low, and swing as little from
    night to day, as when gas flows.
    """

    pressure: tuple[Floats, Floats]
    temperature: tuple[Floats, Floats]
    low_hours: Floats
    steady_hours: Floats


def sensors_beside(
    past: History, usual: Patterns, idle: Booleans, lines: Mapping[int, tuple[Line, Line]]
) -> Sensors:
    """Hold pressures against others behind the station or its outlet, temperatures against place or trade.

    Meters of a trade stand alike, and before a plant that has a station of its own stands its outlet: of two,
    what explained a meter's days better before counts. ``idle`` are the hours since each register last moved.
    """
    if not lines:
        nothing = np.full(past.meters.size, np.nan)
        alone = drawn_hours(past, usual, idle)
        return Sensors((nothing, nothing), (nothing, nothing), alone, np.zeros(past.meters.size))
    near, alike = zip(*(lines[meter] for meter in past.meters.tolist()), strict=True)
    falls = [
        drop(past, near, [getattr(one, name) for one in near]) for name in ("pressure_pct", "outlet_pct")
    ]
    others, grid = others_draw(past, near), DayGrid(past)
    use = days_of_use(past, others, grid)
    pressures = [_moved(pressure_apart(fall, grid), use.busy_line, use.like_before) for fall in falls]
    outlet = _second_is_better(*pressures)
    temperatures = [
        _moved(temperature_apart(past, ones, grid), use.flowing, use.flowing) for ones in (near, alike)
    ]
    return Sensors(
        pressure=_either(outlet, *pressures),
        temperature=_either(_second_is_better(*temperatures), *temperatures),
        low_hours=drawn_while_idle(past, usual, idle, _known_of(idle, outlet, *falls)),
        steady_hours=flowing_by_swing(past, idle, near, alike),
    )


_Moved: TypeAlias = tuple[Floats, Floats]


def _moved(daily: Floats, days: Booleans, meanwhile: Booleans) -> _Moved:
    """Return how far a daily value has drifted and lies about, by some days and by others in between."""
    return shift(np.where(days, daily, np.nan), np.where(meanwhile, daily, np.nan))


def _second_is_better(first: _Moved, second: _Moved) -> Booleans:
    """Return where days lay about less by the second of two, or by the first nothing is known."""
    found: Booleans = np.isnan(first[1]) | (second[1] < first[1])
    return found


def _either(second: Booleans, one: _Moved, other: _Moved) -> _Moved:
    return np.where(second, other[0], one[0]), np.where(second, other[1], one[1])


def _known_of(idle: Booleans, second: Booleans, one: Drop, other: Drop) -> Drop:
    """Return the better of two drops, else the one that knows half of the idle hours: lines fall silent."""
    silent = [2 * (idle & ~np.isnan(fall.off)).sum(axis=1) < idle.sum(axis=1) for fall in (one, other)]
    chosen = ~silent[1] & (second | silent[0])
    return Drop(
        *(np.where(chosen[:, None] if a.ndim > 1 else chosen, b, a) for a, b in zip(one, other, strict=True))
    )


class Use(NamedTuple):
    """Days on which about as much flowed as on days learned from; ``busy_line``: and past others, too.

    On ``flowing`` ones a quarter of that was enough.
    """

    flowing: Booleans
    like_before: Booleans
    busy_line: Booleans


def days_of_use(past: History, others: Floats, grid: DayGrid) -> Use:
    """Return on which days, newest first, about as much flowed as on days learned from.

    Where next to nothing flows, the gas takes the room's temperature; where far less does, the pipe's loss
    is a guess, and past a meter at which nothing flows, what a sensor says is its neighbour's doing. Where
    hardly anybody else draws, as on most holidays, the line is another one: that tells whether a pressure
    left step by step, and no more. ``others`` is what they draw by their usual, hour by hour.
    """
    days = whole_days(past)
    volume, ordinary = days.volume_m3, days.day_type != HOLIDAY
    learned = np.where(ordinary, volume, np.nan)
    learned[:, :RECENT_DAYS] = np.nan
    low, high = (quantile(learned, share)[:, None] for share in (_SELDOM, 1 - _SELDOM))
    flowing = (volume > 0) & (volume >= _FLOWS * low) & (volume <= high * _TIMES_USUAL)
    found = flowing & (volume >= low / _TIMES_USUAL)
    busy = medians(grid.lay(others, ~np.isnan(others))) >= BUSY
    return Use(flowing, found, found & (ordinary | busy))


def pressure_apart(beside_line: Drop, grid: DayGrid) -> Floats:
    """Return each day's pressure [%] off the line's, without what the meter's own flow takes, newest first.

    A day's is the median of the third of its hours in which least is drawn: there a sensor that is off shows
    as much as ever, and gas that goes uncounted, such as through a bypass, least.
    """
    apart = beside_line.off - beside_line.slope[:, None] * beside_line.draw
    return _least_drawn(apart, beside_line.draw, grid)


def temperature_apart(past: History, lines: Sequence[Line], grid: DayGrid) -> Floats:
    """Return each day's temperature [K] off the others', in hours with flow, newest day first."""
    common = beside([(one.end, one.temperature_k) for one in lines], past)
    return medians(grid.lay(past.temperature_k - common, flowing(past)))


def _least_drawn(off: Floats, draw: Floats, grid: DayGrid) -> Floats:
    """Return the median of the third of each day's hours with the least draw, of four at least."""
    known = ~np.isnan(off)
    values, drawn_then = grid.lay(off, known), grid.lay(draw, known)
    values = np.take_along_axis(values, np.argsort(drawn_then, axis=2, kind="stable"), axis=2)
    count = (~np.isnan(values)).sum(axis=2)
    kept = np.maximum(ENOUGH_HOURS, np.rint(count * _LITTLE))
    place = np.arange(values.shape[2])
    return medians(np.where(place < kept[:, :, None], values, np.nan))
