"""What the meter in series with one counted: all gas that passes one of both passes the other."""

from collections.abc import Callable, Collection, Mapping
from typing import Final, TypeAlias

import numpy as np

from alerts.evidence.relations import Relations
from alerts.habits.days import quantile
from alerts.habits.history import History
from alerts.habits.line import beside
from alerts.habits.trailing import still
from telemetry.model import Booleans, Floats, Instant
from telemetry.registry import FOREVER, Registry

_FLOWS: Final = 0.1  # of what passes in a busy hour: below it the other may not count what this one does
_NOT_READ: Final = (0, np.full(1, np.nan))

_Read: TypeAlias = Callable[[Mapping[int, Instant]], History]


class InSeries:
    """Knows which meter checks which, by one version of the registry, and which are in their bypasses."""

    def __init__(self, registry: Registry) -> None:
        relations, number = Relations(registry), registry.meter_ids
        pairs = [(number[main], number[check]) for main, check in relations.checks.items()]
        self._other = dict(pairs) | {check: main for main, check in pairs}
        self._around = {
            number[meter]: [number[one] for one in relations.beside(meter, FOREVER)]
            for pair in relations.checks.items()
            for meter in pair
        }

    def counted_m3(self, past: History, read: _Read) -> Floats:
        """Return what passed the other meter of each that stands, hour by hour.

        Parameters
        ----------
        past : History
            Of the meters asked for; those whose register moved in the newest hour are not looked at.
        read : callable
            Gives the history of some meters up to an instant each.

        Returns
        -------
        (m, h) [m³ at metering conditions]
            Of hours of the other meter that were read and in which a tenth or more of a busy hour passed
            (95 % of its hours with flow), and the meters in the bypass of the one that stands, if there are
            any, counted nothing: it stands rightly while gas passes those. NaN elsewhere.
        """
        stands = zip(past.meters.tolist(), past.ends.tolist(), still(past)[:, -1].tolist(), strict=True)
        asked = {meter: end for meter, end, idle in stands if idle and meter in self._other}
        if not asked:
            return np.full(past.volume_m3.shape, np.nan)
        others = read(
            {one: end for meter, end in asked.items() for one in (self._other[meter], *self._around[meter])}
        )
        mates = (self._other.get(meter, -1) for meter in past.meters.tolist())
        busy = _rows(others, _busy(others))
        passed = beside([busy.get(mate, _NOT_READ) for mate in mates], past)
        return np.where(self._bypass_at_rest(past, asked, others), passed, np.nan)

    def _bypass_at_rest(self, past: History, asked: Collection[int], others: History) -> Booleans:
        """Return the hours (m, h) in which it is known that nothing passed around those asked for."""
        counted = _rows(others, np.where(others.good, others.volume_m3, np.nan))
        found = np.ones(past.volume_m3.shape, dtype=np.bool_)
        for row, meter in enumerate(past.meters.tolist()):
            for one in self._around[meter] if meter in asked else ():
                found[row] &= beside([counted.get(one, _NOT_READ)], past.of([row]))[0] == 0
        return found


def _busy(others: History) -> Floats:
    """Return the volumes of hours in which a tenth or more of a busy hour passed, NaN elsewhere."""
    flows = np.where(others.good & (others.volume_m3 > 0), others.volume_m3, np.nan)
    return np.where(flows >= _FLOWS * quantile(flows, 0.95)[:, None], flows, np.nan)


def _rows(others: History, values: Floats) -> dict[int, tuple[Instant, Floats]]:
    """Return each meter's row with the end of its newest hour."""
    return dict(zip(others.meters.tolist(), zip(others.ends.tolist(), values, strict=True), strict=True))
