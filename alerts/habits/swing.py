"""Whether a furnace's gas flows while its register stands, by the temperature: at rest it follows the air."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from alerts.habits.days import MAD, quantile
from alerts.habits.draw import off_day
from alerts.habits.history import History
from alerts.habits.line import BUSY, Line, beside, flowing, others_draw
from alerts.habits.patterns import RECENT_DAYS, row_medians
from alerts.habits.trailing import long_rests
from telemetry.model import Booleans, Floats

_FEWEST: Final = 24
_FEWEST_LEARNED: Final = 120
_FEWEST_OF_A_DAY: Final = 8
_LIKE_ONE: Final = 4  # hours on end that differ from the usual alike
_SIGMAS: Final = 3.0
_AT_REST: Final = 1.25  # times the swing while gas flows, at least
_FLOWS: Final = (1 + _AT_REST) / 2
_SWINGS: Final = 0.75
_STEADY: Final = 0.5  # of a median hour, in all hours with flow but a tenth
_FEW_RESTS: Final = 12  # hours
_LIKE_AIR: Final = 1.5  # times the swing of the gas of others


def flowing_by_swing(past: History, idle: Booleans, near: Sequence[Line], alike: Sequence[Line]) -> Floats:
    r"""Return how many idle hours have the daily swing of temperature of gas that flows.

    Parameters
    ----------
    past : History
        (m, h) hours.
    idle : (m, h)
        Hours since each register last moved.
    near, alike : sequence of Line
        (m,) what each meter's temperature is held against: its station's meters, and those of its trade.

    Returns
    -------
    Floats
        (m,) [h], 0 where the temperature does not tell.

    Notes
    -----
    Flowing gas brings the ground's temperature along, resting gas takes on the air's: at rest it swings more
    from night to day. Beside the temperature :math:`c` that others have while their gas flows, each local
    day's mean taken off both,

    .. math:: \beta = \frac{\sum (T - \bar T_d)(c - \bar c_d)}{\sum (c - \bar c_d)^2}

    is learned from hours with flow, without the newest seven days. At rest it is taken to be 1.25 times that
    at least (seen in simulated gas only, unverified). Gas flows where beta of the idle hours lies below the
    middle of both by three standard deviations, but above 0.75 times: a sensor that stands does not swing.
    Of at least 24 hours both lines must say so where both are known; hours in which others draw less than
    four fifths of their usual are left out, as who is left then is no measure.
    It is told of meters that never rested but for longer than a weekend, and flow as steadily as a furnace:
    where little flows at night, the temperature swings with the flow. Nor is anything told of a sensor that
    swings 1.5 times as much as its neighbours': it follows the air while gas flows as well.
    """
    found = np.zeros(past.meters.size)
    rows = np.flatnonzero(idle.sum(axis=1) >= _FEWEST)
    rows = rows[_never_rests(past.of(rows), idle[rows])]
    if rows.size:
        chosen, still = past.of(rows), idle[rows]
        by = [_Swings.of(chosen, still, [lines[row] for row in rows.tolist()]) for lines in (near, alike)]
        agree = np.all([one.flows() | ~one.known() for one in by], axis=0)
        hours = np.max([np.where(one.flows(), one.hours, 0.0) for one in by], axis=0)
        found[rows] = np.where(agree & ~(by[0].flowing > _LIKE_AIR), hours, 0.0)
    return found


def _never_rests(past: History, idle: Booleans) -> Booleans:
    """Return who flowed steadily at all hours before its register stood."""
    learned = ~idle & past.good & ~long_rests(past)
    rests = learned & (past.volume_m3 == 0)
    flows = np.where(learned & (past.volume_m3 > 0), past.volume_m3, np.nan)
    found: Booleans = quantile(flows, 0.1) >= _STEADY * quantile(flows, 0.5)
    found &= rests.sum(axis=1) < _FEW_RESTS
    return found


class _Swings(NamedTuple):
    """How much meters' temperatures swing by what others' do: with flow, and while idle; (m,).

    ``sigma`` is that of ``idle``, of so many ``hours``.
    """

    flowing: Floats
    idle: Floats
    sigma: Floats
    hours: Floats

    @staticmethod
    def of(past: History, idle: Booleans, lines: Sequence[Line]) -> "_Swings":
        """Hold temperatures against some lines."""
        common = beside([(one.end, one.temperature_k) for one in lines], past)
        known = ~np.isnan(common) & ~np.isnan(past.temperature_k) & (others_draw(past, lines) >= BUSY)
        learned = known & flowing(past)
        learned[:, -RECENT_DAYS * 24 :] = False
        flow, now = (_Swing.of(past, common, hours) for hours in (learned, known & idle))
        noise_k = np.where(flow.hours >= _FEWEST_LEARNED, flow.noise_k(), np.nan)
        sigma = noise_k * np.sqrt(_LIKE_ONE / np.where(now.squares > 0, now.squares, np.nan))
        return _Swings(flow.slope, now.slope, sigma, now.hours)

    def known(self) -> Booleans:
        """Return whose swing is known, of flow and of enough idle hours."""
        found: Booleans = ~np.isnan(self.sigma) & (self.hours >= _FEWEST)
        return found

    def flows(self) -> Booleans:
        """Return whose idle hours swing as gas that flows, and not as gas that rests."""
        found: Booleans = self.known() & (self.idle + _SIGMAS * self.sigma < _FLOWS * self.flowing)
        found &= self.idle > _SWINGS * self.flowing
        return found


class _Swing(NamedTuple):
    """One slope of a meter's temperature by others', of some hours; ``squares`` [K²] of what others swung."""

    slope: Floats
    squares: Floats
    hours: Floats
    apart: Floats
    used: Booleans

    @staticmethod
    def of(past: History, common: Floats, hours: Booleans) -> "_Swing":
        """Take some hours of each meter, of days of which enough are among them."""
        used = hours & (_per_day(past, hours.astype(np.float64)) >= _FEWEST_OF_A_DAY)
        own, others = (off_day(one, used, past.day) for one in (past.temperature_k, common))
        squares = (others**2).sum(axis=1)
        slope = (own * others).sum(axis=1) / np.where(squares > 0, squares, np.nan)
        return _Swing(
            slope, squares, used.sum(axis=1).astype(np.float64), own - slope[:, None] * others, used
        )

    def noise_k(self) -> Floats:
        """Return by how much hours lie apart from what others' swing explains."""
        found: Floats = MAD * row_medians(np.where(self.used, np.abs(self.apart), np.nan))
        return found


def _per_day(past: History, values: Floats) -> Floats:
    """Return for each hour the sum of its local day."""
    meters = values.shape[0]
    back = past.day[:, -1:] - past.day
    width = int(back.max(initial=0)) + 1
    cell = np.arange(meters)[:, None] * width + back
    total = np.bincount(cell.ravel(), values.ravel(), meters * width)
    found: Floats = total.astype(np.float64)[cell]
    return found
