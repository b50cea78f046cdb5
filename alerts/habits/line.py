"""What several meters' sensors have in common hour by hour: the pressure of their line, and the weather."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np

from alerts.habits.calendar import HOLIDAY
from alerts.habits.draw import means
from alerts.habits.history import History
from alerts.habits.patterns import like_sunday, row_medians
from alerts.habits.pipe import drawn, pct_of_median, pressure_pct
from telemetry.model import HOUR, Booleans, Floats, Instant, Integers
from telemetry.registry import FOREVER, Registry

MEASURED: Final = frozenset({"pt", "ptz", "device"})
"""Corrections of meters whose p and T are measured."""

FEWEST: Final = 5
"""Meters that measure, so that two that are off are outvoted."""

BUSY: Final = 0.8
"""Of what others usually draw: when many are shut, the line is another one, and who is left is no measure."""

_ASKED: Final = 30
_KNOWN_HOURS: Final = 72
_KEPT_HOURS: Final = 6
_STATION: Final = "station "

_Read: TypeAlias = Callable[[Mapping[int, Instant]], History]

Supply: TypeAlias = Callable[[str, Instant, int], Floats]
"""A station's outlet pressure [Pa absolute] in so many hours up to an instant."""


@dataclass(frozen=True)
class Line:
    """What the sensors of some meters have in common up to ``end``, oldest hour first; NaN where unknown.

    ``pressure_pct`` is what the line's pressure lies off its mean, without what each meter's own flow takes
    of it; ``outlet_pct`` the same of the station's outlet, as its own sensor says; ``temperature_k`` how far
    the gas is off each meter's usual; ``use`` what they draw by what each draws in the mean.
    """

    end: Instant
    pressure_pct: Floats
    outlet_pct: Floats
    temperature_k: Floats
    use: Floats


class Lines:
    """Keeps what each station's and each sector's meters have in common, worked out anew every six hours."""

    def __init__(self, registry: Registry, supply: Supply) -> None:
        self._supply = supply
        self._groups = {number: sensor_groups(registry, name) for name, number in registry.meter_ids.items()}
        self._asked: defaultdict[str, list[int]] = defaultdict(list)
        for name in sorted(registry.meters):
            meter = registry.meters[name]
            for group in self._groups[meter.meter_id] if meter.correction in MEASURED else ():
                self._asked[group].append(meter.meter_id)
        self._lines: dict[str, Line] = {}

    def beside(self, meters: Iterable[int], now: Instant, read: _Read) -> dict[int, tuple[Line, Line]]:
        """Return what each meter is held against: its station's meters, and those of its sector."""
        end = line_end(now)
        found = {}
        for meter in meters:
            place, sector = self._groups[meter]
            found[meter] = self._line(place, end, read), self._line(sector, end, read)
        return found

    def _line(self, group: str, end: Instant, read: _Read) -> Line:
        if group not in self._lines or self._lines[group].end != end:
            found = line(read(dict.fromkeys(self._asked[group][:_ASKED], end)), end)
            if group.startswith(_STATION):
                outlet = self._supply(group.removeprefix(_STATION), end, found.outlet_pct.size)
                found = replace(found, outlet_pct=pct_of_median(outlet[None, :])[0])
            self._lines[group] = found
        return self._lines[group]


def line_end(now: Instant) -> Instant:
    """Return up to when lines are known."""
    return now // (_KEPT_HOURS * HOUR) * _KEPT_HOURS * HOUR


def sensor_groups(registry: Registry, meter: str) -> tuple[str, str]:
    """Return whose sensors a meter's are held against: its station's, else its zone's; and its sector's."""
    installed = registry.installations_of_meter(meter)[-1:]
    if not installed:
        return "", ""
    site = installed[0].site
    station = registry.supplying_station_at(site, FOREVER)
    account = registry.account_at(site, installed[0].valid_from)
    sector = registry.accounts[account].sector if account in registry.accounts else None
    place = f"{_STATION}{station}" if station else f"zone {registry.sites[site].zone}"
    return place, f"sector {sector or ''}"


def line(past: History, end: Instant) -> Line:
    r"""Return what some meters' sensors have in common in the hours up to an instant.

    Notes
    -----
    Squares of absolute pressures add up along a pipe, :math:`p_1^2 - p_2^2 = k\, Q_b^{1.82}`. Of meter *i* in
    hour *h* is therefore :math:`y_{ih} = c_h + a_i - k_i Q_{ih}^{1.82}`: all :math:`a_i` and :math:`k_i` are
    found together by least squares, since a line falls when all of its customers draw; :math:`c_h` is then
    the median of what the meters say of it, so that one that drifts moves it little. Unknown where fewer than
    five say so: two that are off would not be outvoted.
    """
    offset = (past.ends - end) // HOUR
    pressure = _ending(pressure_pct(past), offset)
    draw = _ending(drawn(past), offset)
    warmth = _ending(np.where(flowing(past), past.temperature_k, np.nan), offset)
    known = ~np.isnan(pressure) & ~np.isnan(draw)
    known &= (known.sum(axis=1) >= _KNOWN_HOURS)[:, None]
    known &= (known.sum(axis=0) >= FEWEST)[None, :]
    own, slope = _drops(pressure, draw, known)
    says = np.where(known, pressure - own[:, None] - slope[:, None] * draw, np.nan)
    base = _ending(np.where(past.good, past.base_m3, np.nan), offset)
    return Line(
        end=end,
        pressure_pct=_middle(says),
        outlet_pct=np.full(past.hours, np.nan),
        temperature_k=_middle(warmth - row_medians(warmth)[:, None]),
        use=_use(base),
    )


def flowing(past: History) -> Booleans:
    """Return the hours in which gas flows past the sensors."""
    found: Booleans = past.good & (past.volume_m3 > 0)
    return found


def _drops(pressure: Floats, draw: Floats, known: Booleans) -> tuple[Floats, Floats]:
    """Return each meter's own level and slope against its draw, once what the hours have in common is out."""
    meters = pressure.shape[0]
    one = known.astype(np.float64)
    design = np.concatenate((one, np.where(known, draw, 0.0)))  # levels, then slopes: (2m, h)
    value = np.where(known, pressure, 0.0)
    share = 1 / np.maximum(known.sum(axis=0), 1)
    normal = -np.einsum("ih,jh,h->ij", design, design, share)
    for first, second in ((0, 0), (0, 1), (1, 0), (1, 1)):
        rows, columns = (np.arange(meters) + half * meters for half in (first, second))
        normal[rows, columns] += (design[rows] * design[columns]).sum(axis=1)
    right = (design * np.tile(value, (2, 1))).sum(axis=1) - (design * share * value.sum(axis=0)).sum(axis=1)
    found = np.linalg.lstsq(normal, right, rcond=None)[0]
    return found[:meters], np.minimum(found[meters:], 0.0)


def others_draw(past: History, lines: Sequence[Line]) -> Floats:
    """Return what the meters of each line draw by what they usually do in such an hour; NaN where unknown."""
    use = beside([(one.end, one.use) for one in lines], past)
    usual = means(use, ~np.isnan(use) & (past.day_type != HOLIDAY), like_sunday(past) * 24 + past.local_hour)
    found: Floats = use / np.where(usual > 0, usual, np.nan)
    return found


def _use(base_m3: Floats) -> Floats:
    """Return what meters draw in each hour, each by its own mean, in the mean; NaN where nobody is known."""
    known = ~np.isnan(base_m3)
    total, count = np.nansum(base_m3, axis=1), known.sum(axis=1)
    mean = total / np.where(count > 0, count, 1)
    share = np.where(known & (mean > 0)[:, None], base_m3 / np.where(mean > 0, mean, 1.0)[:, None], 0.0)
    found: Floats = share.sum(axis=0) / np.where(known.any(axis=0), known.sum(axis=0), np.nan)
    return found


def _middle(says: Floats) -> Floats:
    """Return the median of what the meters say of each hour, where enough do."""
    enough = (~np.isnan(says)).sum(axis=0) >= FEWEST
    return np.where(enough, row_medians(says.T), np.nan) if says.size else np.full(says.shape[1], np.nan)


def _ending(values: Floats, offset: Integers) -> Floats:
    """Return rows so that their last column lies ``offset`` hours before where it did."""
    hours = values.shape[1]
    place = np.arange(hours)[None, :] - offset[:, None]
    inside = (place >= 0) & (place < hours)
    return np.where(inside, np.take_along_axis(values, np.clip(place, 0, hours - 1), axis=1), np.nan)


def _last(values: Floats, hours: int) -> Floats:
    """Return the newest hours of a line, NaN for those that it does not go back to."""
    known = values[-hours:]
    return np.concatenate((np.full(hours - known.size, np.nan), known))


def beside(lines: Iterable[tuple[Instant, Floats]], past: History) -> Floats:
    """Return what is in common, (m, h), laid beside meters whose newest hours end at other instants."""
    ends, rows = zip(*lines, strict=True)
    offset = (np.array(ends) - past.ends) // HOUR
    return _ending(np.array([_last(values, past.hours) for values in rows]), offset)
