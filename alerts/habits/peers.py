"""What the days of a zone's or a sector's meters have in common: weather, terms and holidays."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from alerts.habits.calendar import HOLIDAY
from alerts.habits.days import Days
from alerts.habits.history import History
from alerts.habits.usual_days import SEVEN, against_usual
from telemetry.model import Floats, Integers
from telemetry.registry import Registry

PEERS: Final = 12
"""How many meters of a zone or a sector are asked."""

_FEWEST: Final = 3
_AS_EVER: Final = 1.25  # times the usual, or as much less
_LEAST: Final = 0.05  # of the usual: what a sector that is shut does explains no more


@dataclass(frozen=True)
class Common:
    """How far the days of a group's meters lie off their own usual: median of the meters, newest day first.

    ``swing`` is of their daily volumes, less 1.
    """

    newest: int
    swing: Floats
    temperature_k: Floats


def common(days: Days) -> Common:
    """Return what some meters' days have in common; NaN on days that fewer than three know."""
    newest = int(days.newest.max(initial=0))
    swing = against_usual(days, np.zeros(days.newest.size))
    return Common(
        newest,
        _median_of_enough(_shifted(swing, days.newest, newest)),
        _middle(_shifted(days.temperature_k, days.newest, newest)),
    )


def groups_of(registry: Registry, meter: str) -> tuple[str, str]:
    """Return the zone and the sector that a meter is compared within; nothing where it never was anywhere."""
    installed = registry.installations_of_meter(meter)[-1:]
    if not installed:
        return "", ""
    row = installed[0]
    account = registry.account_at(row.site, row.valid_from)
    sector = registry.accounts[account].sector if account in registry.accounts else None
    return registry.sites[row.site].zone, f"sector {sector or ''}"


def peer_groups(registry: Registry) -> dict[str, list[int]]:
    """Return the meters that are asked what each zone and each sector have in common, by number."""
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for name in sorted(registry.meters):
        for group in groups_of(registry, name):
            if len(groups[group]) < PEERS:
                groups[group].append(registry.meter_ids[name])
    return dict(groups)


def swing_apart(ratio: Floats, days: Days, sectors: Sequence[str], commons: Mapping[str, Common]) -> Floats:
    """Return daily volumes by the usual, less 1, without what the meters of a sector have in common.

    Nobody is judged by a public holiday on which the sector does not draw as ever, or is not known.
    """
    apart, as_ever = ratio.copy(), np.zeros(ratio.shape, dtype=np.bool_)
    for row, (sector, newest) in enumerate(zip(sectors, days.newest.tolist(), strict=True)):
        if shared := commons.get(sector):
            times = np.maximum(1 + _laid(shared, newest, ratio.shape[1]), _LEAST)
            apart[row] = np.where(np.isnan(times), ratio[row], (1 + ratio[row]) / times - 1)
            as_ever[row] = np.abs(np.log(times)) < np.log(_AS_EVER)
    return np.where((days.day_type == HOLIDAY) & ~as_ever, np.nan, apart)


def swings(days: Days, sectors: Sequence[str], commons: Mapping[str, Common]) -> Floats:
    """Return how far the days of each meter's sector lie off their usual, newest first; NaN: not known."""
    found = np.full((len(sectors), SEVEN), np.nan)
    for row, (sector, newest) in enumerate(zip(sectors, days.newest.tolist(), strict=True)):
        if shared := commons.get(sector):
            found[row] = _laid(shared, newest, SEVEN)
    return found


def _laid(shared: Common, newest: int, days: int) -> Floats:
    """Return what is in common on so many days up to another newest one; NaN where not known."""
    found = np.full(days, np.nan)
    known = _shifted(shared.swing[None, :], np.array([shared.newest]), newest)[0][:days]
    found[: known.size] = known
    return found


def hourly_shift(past: History, zones: Sequence[str], commons: Mapping[str, Common]) -> Floats:
    """Return how far the zone's gas was off its usual temperature [K] on the day of each hour."""
    found = np.full(past.day.shape, np.nan)
    for row, zone in enumerate(zones):
        if shared := commons.get(zone):
            back = shared.newest - past.day[row]
            known = (back >= 0) & (back < shared.temperature_k.size)
            found[row, known] = shared.temperature_k[back[known]]
    return found


def _shifted(daily: Floats, newest: Integers, wanted: int) -> Floats:
    """Return days counted back from another newest day."""
    days = daily.shape[1]
    place = np.arange(days)[None, :] + (newest - wanted)[:, None]
    known = (place >= 0) & (place < days)
    found = np.take_along_axis(daily, np.clip(place, 0, days - 1), axis=1)
    return np.where(known, found, np.nan)


def _middle(daily: Floats) -> Floats:
    """Return the median of what each row lies off its own median, where enough rows are known."""
    return _median_of_enough(daily - _medians(daily.T)[:, None])


def _median_of_enough(daily: Floats) -> Floats:
    """Return each day's median, where enough rows are known."""
    if not daily.shape[0]:
        return np.full(daily.shape[1], np.nan)
    enough = (~np.isnan(daily)).sum(axis=0) >= _FEWEST
    return np.where(enough, _medians(daily), np.nan)


def _medians(values: Floats) -> Floats:
    """Return each column's median without NaN; NaN for a column that has nothing else."""
    if not values.size:
        return np.full(values.shape[1], np.nan)
    ordered = np.sort(values, axis=0)
    count = (~np.isnan(ordered)).sum(axis=0)
    columns = np.arange(values.shape[1])
    low, high = np.maximum((count - 1) // 2, 0), np.minimum(count // 2, values.shape[0] - 1)
    return np.where(count > 0, (ordered[low, columns] + ordered[high, columns]) / 2, np.nan)
