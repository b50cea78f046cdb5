"""What is usual for each meter, learned robustly from its own hours; a new meter starts from its sector."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from alerts.habits.calendar import HOLIDAY, SUNDAY
from alerts.habits.history import History
from telemetry.model import Booleans, Floats, Integers

RECENT_DAYS: Final = 7
"""What is newer is not learned from: a fault must not teach that it is usual."""

SEED_DAYS: Final = 7.0
"""A sector's pattern weighs as much as so many days of the meter's own."""

CLOSED_SHARE: Final = 0.6
GAS_SHARE: Final = 0.8
_ENOUGH_DAYS: Final = 3
_UNKNOWN: Final = 0.3

# Local hours in which a sector's customers usually take no gas, after the hours of use measured in
# restaurants (9.5 to 13.6 a day), canteens (9) and hotels (11.6 to 14.4, spread over the day).
_CLOSED_HOURS: Final[dict[str, frozenset[int]]] = {
    "restaurant": frozenset(range(1, 8)),
    "catering": frozenset(range(1, 8)),
    "canteen": frozenset({20, 21, 22, 23, 0, 1, 2, 3, 4}),
    "school": frozenset({20, 21, 22, 23, 0, 1, 2, 3, 4}),
    "餐饮": frozenset(range(1, 8)),
    "食堂": frozenset({20, 21, 22, 23, 0, 1, 2, 3, 4}),
    "学校": frozenset({20, 21, 22, 23, 0, 1, 2, 3, 4}),
}
_SEED_CLOSED: Final = 0.95
_SEED_OPEN: Final = 0.1


@dataclass(frozen=True)
class Patterns:
    """What is usual.

    Attributes
    ----------
    idle : (m, 24)
        Share of days on which nothing flows in a local hour, shrunk toward the sector's.
    used : (m, h)
        Hours of the history in which, by hour and type of day, gas usually flows; on holidays as on Sundays.
    typical_m3h : (m,) [m³/h]
        Median of the hours in which anything flows; NaN where none did.
    days : (m,)
        How many days it was learned from.
    """

    idle: Floats
    used: Booleans
    typical_m3h: Floats
    days: Floats

    def of(self, rows: Integers) -> "Patterns":
        """Return some of the meters."""
        return Patterns(**{one.name: getattr(self, one.name)[rows] for one in fields(self)})


def sector_idle(sector: str | None) -> Floats:
    """Return how likely nothing flows in each local hour of a sector; 30 % where nothing is known of it."""
    known = next((hours for word, hours in _CLOSED_HOURS.items() if word in (sector or "").lower()), None)
    if known is None:
        return np.full(24, _UNKNOWN)
    return np.array([_SEED_CLOSED if hour in known else _SEED_OPEN for hour in range(24)])


def learned(past: History, sectors: Sequence[str | None]) -> Patterns:
    r"""Return what is usual for each meter, from all but its newest seven days.

    Parameters
    ----------
    past : History
        (m, h) hourly volumes.
    sectors : (m,)
        What kind of customer each is.

    Returns
    -------
    Patterns
        Of each meter.

    Notes
    -----
    Shares of days, not means: a fault of some days moves a share of 35 days little, and nothing by its size.
    The share of idle days in hour :math:`k` is

    .. math:: s_k = \frac{7\, s_{k,sector} + i_k}{7 + n_k}

    with :math:`i_k` idle ones of the :math:`n_k` good hours seen, holidays left out.
    """
    meters = past.meters.size
    learning = past.good & (past.day_type != HOLIDAY)
    learning[:, -RECENT_DAYS * 24 :] = False
    flows = past.volume_m3 > 0
    seeds = np.array([sector_idle(one) for one in sectors]).reshape(meters, 24)
    seen = _by_hour(past.local_hour, learning)
    idle = (SEED_DAYS * seeds + _by_hour(past.local_hour, learning & ~flows)) / (SEED_DAYS + seen)
    cell = like_sunday(past) * 24 + past.local_hour
    seen_in_cell = _by(cell, learning, 96)
    used_in_cell = _by(cell, learning & flows, 96) / np.maximum(seen_in_cell, 1)
    used = np.take_along_axis((used_in_cell >= GAS_SHARE) & (seen_in_cell >= _ENOUGH_DAYS), cell, axis=1)
    return Patterns(
        idle=idle,
        used=used,
        typical_m3h=row_medians(np.where(learning & flows, past.volume_m3, np.nan)),
        days=seen.max(axis=1, initial=0.0),
    )


def like_sunday(past: History) -> Integers:
    """Return each hour's type of day, holidays taken as Sundays: of neither enough are seen for their own."""
    return np.where(past.day_type == HOLIDAY, SUNDAY, past.day_type)


def _by_hour(local_hour: Integers, rows: Booleans) -> Floats:
    return _by(local_hour, rows, 24)


def _by(cell: Integers, rows: Booleans, cells: int) -> Floats:
    """Return how many hours of each meter fall into each cell."""
    meters = cell.shape[0]
    flat = (np.arange(meters)[:, None] * cells + cell)[rows]
    return np.bincount(flat, minlength=meters * cells).reshape(meters, cells).astype(np.float64)


def row_medians(values: Floats) -> Floats:
    """Return each row's median without NaN; NaN for a row that has nothing else."""
    ordered = np.sort(values, axis=1)
    count = (~np.isnan(ordered)).sum(axis=1)
    rows = np.arange(values.shape[0])
    low, high = np.maximum((count - 1) // 2, 0), np.maximum(count // 2, 0)
    middle = (ordered[rows, low] + ordered[rows, np.minimum(high, values.shape[1] - 1)]) / 2
    return np.where(count > 0, middle, np.nan)
