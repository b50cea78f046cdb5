"""What other meters counted lately, hour by hour: those of a zone, and those that check or lie beside one."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np

from alerts.habits.history import History
from telemetry.model import HOUR, Booleans, Floats, Instant

SPAN: Final = 28 * 24
"""How many hours are kept of each: 3 kB a meter."""

_PRESSURES: Final = 48


class KnownHours:
    """Learns from every look at a meter's weeks; what it has not seen yet it can be told to fetch.

    ``least_m3h`` are the smallest flows [m³/h] of meters that check others: what they count below it, while
    anything flows, measures nobody.
    """

    def __init__(self, wanted: Iterable[str], least_m3h: Mapping[str, float] = MappingProxyType({})) -> None:
        self._wanted = frozenset(wanted)
        self._least_m3h = least_m3h
        self._base: dict[str, Floats] = {}
        self._good: dict[str, Booleans] = {}
        self._pressure: dict[str, Floats] = {}
        self._end: dict[str, Instant] = {}

    def learn(self, past: History, names: Sequence[str]) -> None:
        """Take in the weeks of some meters, as far as anybody is held against them."""
        for row, name in enumerate(names):
            if name in self._wanted and past.ends.item(row) >= self._end.get(name, 0):
                self._base[name] = past.base_m3[row, -SPAN:].astype(np.float32)
                volume = past.volume_m3[row, -SPAN:]
                trickles = (volume > 0) & (volume < self._least_m3h.get(name, 0.0))
                self._good[name] = past.good[row, -SPAN:] & ~trickles
                self._pressure[name] = past.pressure_pa[row, -_PRESSURES:].astype(np.float32)
                self._end[name] = past.ends.item(row)

    def missing(self, names: Iterable[str]) -> list[str]:
        """Return whom nothing is known of yet, of those that are held against others."""
        return [name for name in names if name in self._wanted and name not in self._end]

    def end(self, name: str) -> Instant | None:
        """Return where the newest hour ends that is known of a meter."""
        return self._end.get(name)

    def base_m3(self, names: Sequence[str], end: Instant, *, good: bool = False) -> Floats:
        """Return (m, SPAN) base volumes up to an instant; NaN where not known, or not ``good``."""
        found = np.full((len(names), SPAN), np.nan)
        for row, name in enumerate(names):
            if name in self._end:
                values = np.where(self._good[name], self._base[name], np.nan) if good else self._base[name]
                found[row] = _shifted(values, (end - self._end[name]) // HOUR)
        return found

    def pressure_pa(self, names: Sequence[str], end: Instant) -> Floats:
        """Return (m, 48) absolute pressures up to an instant; NaN where not known."""
        found = np.full((len(names), _PRESSURES), np.nan)
        for row, name in enumerate(names):
            if name in self._end:
                found[row] = _shifted(self._pressure[name], (end - self._end[name]) // HOUR)
        return found


def _shifted(values: Floats, later: int) -> Floats:
    """Return hours counted up to a later end, or an earlier one."""
    found = np.full(values.size, np.nan)
    if abs(later) < values.size:
        kept = slice(later, None) if later >= 0 else slice(None, later)
        place = slice(None, values.size - later) if later >= 0 else slice(-later, None)
        found[place] = values[kept]
    return found
