"""What the meter in series with one counted: all gas that passes one of both passes the other."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from alerts.evidence.relations import Relations
from alerts.habits.days import quantile
from alerts.habits.history import History
from alerts.habits.line import beside
from alerts.habits.trailing import still
from telemetry.model import Floats, Instant
from telemetry.registry import FOREVER, Registry

_FLOWS: Final = 0.1  # of what passes in a busy hour: below it the other may not count what this one does
_NOT_READ: Final = (0, np.full(1, np.nan))


class InSeries:
    """Knows which meter checks which, by one version of the registry.

    A main meter whose bypass has a meter of its own stands rightly while gas passes that one: it is left out.
    """

    def __init__(self, registry: Registry) -> None:
        relations, number = Relations(registry), registry.meter_ids
        pairs = [
            (number[main], number[check])
            for main, check in relations.checks.items()
            if not relations.beside(main, FOREVER)
        ]
        self._other = dict(pairs) | {check: main for main, check in pairs}

    def counted_m3(self, past: History, read: Callable[[Mapping[int, Instant]], History]) -> Floats:
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
            (95 % of its hours with flow); NaN elsewhere.
        """
        stands = still(past)[:, -1]
        asked = zip(past.meters.tolist(), past.ends.tolist(), stands.tolist(), strict=True)
        until = {self._other[meter]: end for meter, end, idle in asked if idle and meter in self._other}
        if not until:
            return np.full(past.volume_m3.shape, np.nan)
        others = read(until)
        flows = np.where(others.good & (others.volume_m3 > 0), others.volume_m3, np.nan)
        busy = np.where(flows >= _FLOWS * quantile(flows, 0.95)[:, None], flows, np.nan)
        known = dict(zip(others.meters.tolist(), zip(others.ends.tolist(), busy, strict=True), strict=True))
        mates = (self._other.get(meter, -1) for meter in past.meters.tolist())
        return beside([known.get(mate, _NOT_READ) for mate in mates], past)
