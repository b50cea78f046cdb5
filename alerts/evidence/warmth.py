"""What the gas temperature says: gas that stands in the meter takes the warmth of the air around it."""

from typing import Final

import numpy as np

from alerts.evidence.blocks import HOURS, NEWEST, RECENT, in_blocks, newest_blocks, now, standing, usual
from alerts.evidence.finding import Finding
from alerts.habits.days import quantile
from telemetry.model import Booleans, Floats

_LEAST_SPREAD_K: Final = 0.5
_LEAST_SPREAD: Final = 0.2
_FEWEST: Final = 3
_HALVES: Final = 2


def warmth(temperature_k: Floats, common_k: Floats, used: Booleans, metered_m3: Floats) -> Finding:
    """Return how far each meter's gas, in hours in which it usually flows, has become like gas that stands.

    Parameters
    ----------
    temperature_k, common_k : (m, h) [K]
        At the meter, and of the zone's meters, hour by hour; NaN where not known.
    used : (m, h)
        Hours in which gas usually flows.
    metered_m3 : (m, h) [m³]
        What was counted.

    Returns
    -------
    Finding
        Of the newest three days; it does not say how much went around the meter.

    Notes
    -----
    On trusted days hours with much flow differ from those with little by the warmth that the gas brings
    along from the pipe. Where that difference is clear, the newest hours of usual flow are held against it:
    0 as ever, 1 as if next to nothing flowed. It tells of bypasses that take almost all of the gas.
    """
    off = np.where(used, temperature_k - common_k, np.nan)
    trusted = off.copy()
    trusted[:, -RECENT * HOURS :] = np.nan
    flow = np.where(np.isnan(trusted), np.nan, metered_m3)
    little, much = quantile(flow, 0.1)[:, None], quantile(flow, 0.5)[:, None]
    standing_k = quantile(np.where(flow <= little, trusted, np.nan), 0.5)
    flowing_k = quantile(np.where(flow >= much, trusted, np.nan), 0.5)
    reach = standing_k - flowing_k
    toward = np.where(np.abs(reach) > _HALVES * _LEAST_SPREAD_K, reach, np.nan)
    known = in_blocks((~np.isnan(off)).astype(np.float64)).sum(axis=2) >= _FEWEST
    total, count = np.nansum(in_blocks(off), axis=2), np.maximum((~np.isnan(in_blocks(off))).sum(axis=2), 1)
    daily = np.where(known, (total / count - flowing_k[:, None]) / toward[:, None], np.nan)
    what_is_usual = usual(daily, _LEAST_SPREAD)
    share = quantile(np.where(newest_blocks(daily), daily, np.nan), 0.5) - what_is_usual.middle
    days = np.maximum(standing(daily, what_is_usual).sum(axis=1), NEWEST).astype(np.float64)
    nothing = np.full(share.size, np.nan)
    return Finding(now(daily, what_is_usual), np.minimum(share, 1.0), days, nothing, nothing)
