"""What the sensors of a zone have in common: weather and line pressure, which are no meter's fault."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from alerts.days import DAYS, Days
from telemetry.model import Floats, Integers

PEERS: Final = 12
"""How many meters of a zone are asked."""

_FEWEST: Final = 3


@dataclass(frozen=True)
class Common:
    """How far the days of a zone's meters lie off their own usual: median of the meters, newest day first."""

    newest: int
    log_pressure: Floats
    temperature_k: Floats


def common(days: Days) -> Common:
    """Return what some meters' days have in common; NaN on days that fewer than three know."""
    newest = int(days.newest.max(initial=0))
    return Common(
        newest,
        _middle(_shifted(days.log_pressure, days.newest, newest)),
        _middle(_shifted(days.temperature_k, days.newest, newest)),
    )


def apart(days: Days, zones: Sequence[str], commons: Mapping[str, Common]) -> tuple[Floats, Floats]:
    """Return each meter's daily log pressure and temperature without what its zone has in common."""
    pressure, temperature = days.log_pressure.copy(), days.temperature_k.copy()
    for row, (zone, newest) in enumerate(zip(zones, days.newest.tolist(), strict=True)):
        shared = commons.get(zone)
        if shared is None:
            pressure[row], temperature[row] = np.nan, np.nan
            continue
        there = np.array([shared.newest])
        pressure[row] -= _shifted(shared.log_pressure[None, :], there, newest)[0]
        temperature[row] -= _shifted(shared.temperature_k[None, :], there, newest)[0]
    return pressure, temperature


def _shifted(daily: Floats, newest: Integers, wanted: int) -> Floats:
    """Return days counted back from another newest day."""
    place = np.arange(DAYS)[None, :] + (newest - wanted)[:, None]
    known = (place >= 0) & (place < DAYS)
    found = np.take_along_axis(daily, np.clip(place, 0, DAYS - 1), axis=1)
    return np.where(known, found, np.nan)


def _middle(daily: Floats) -> Floats:
    """Return the median of what each row lies off its own median, where enough rows are known."""
    if not daily.size:
        return np.full(DAYS, np.nan)
    off = daily - _medians(daily.T)[:, None]
    enough = (~np.isnan(off)).sum(axis=0) >= _FEWEST
    return np.where(enough, _medians(off), np.nan)


def _medians(values: Floats) -> Floats:
    """Return each column's median without NaN; NaN for a column that has nothing else."""
    ordered = np.sort(values, axis=0)
    count = (~np.isnan(ordered)).sum(axis=0)
    columns = np.arange(values.shape[1])
    low, high = np.maximum((count - 1) // 2, 0), np.minimum(count // 2, values.shape[0] - 1)
    return np.where(count > 0, (ordered[low, columns] + ordered[high, columns]) / 2, np.nan)
