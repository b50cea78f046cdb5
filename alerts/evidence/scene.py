"""What stands around meters, by one version of the registry and what was seen so far."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np

from alerts.evidence.balance import Counted, filled
from alerts.evidence.known_hours import SPAN, KnownHours
from alerts.evidence.outlets import OutletHours
from alerts.evidence.relations import Relations
from alerts.habits.line import MEASURED
from telemetry.model import HOUR, Booleans, Floats, Instant, Integers
from telemetry.registry import Registry

_USUAL_CLASS: Final = 1.5  # of a meter that gives none
_CORRECTOR: Final = 0.5  # % of a converted volume, at reference conditions (EN 12405-1, unverified)


Spans: TypeAlias = Sequence[tuple[Instant, Instant]]


def within(spans: Spans, starts: Integers) -> Booleans:
    """Return which hours lie in one of some spans, or within an hour of one."""
    found = np.zeros(starts.size, dtype=np.bool_)
    for begin, end in spans:
        found |= (starts > begin - 2 * HOUR) & (starts < end + HOUR)
    return found


@dataclass(frozen=True)
class Scene:
    """Registry, relations, and the hours of meters and stations."""

    registry: Registry
    relations: Relations
    known: KnownHours
    outlets: OutletHours
    residuals: dict[tuple[str, Instant], Floats] = field(default_factory=dict)
    """Of each zone, as it was worked out last."""

    @cached_property
    def names(self) -> dict[int, str]:
        """Every meter's name by its number."""
        return {number: name for name, number in self.registry.meter_ids.items()}

    def classes(self, names: Iterable[str]) -> Floats:
        """Return accuracy classes [%]."""
        found = (self.registry.meters[one].accuracy_class or _USUAL_CLASS for one in names)
        return np.array(list(found), dtype=np.float64)

    def allowed_pct(self, name: str) -> float:
        """Return what base volumes may err by [%]: the class, and 0.5 % where p and T are measured."""
        corrector = _CORRECTOR if self.corrects(name) else 0.0
        return float(np.hypot(self.registry.meters[name].accuracy_class or _USUAL_CLASS, corrector))

    def corrects(self, name: str) -> bool:
        """Tell whether p and T are measured at a meter."""
        return self.registry.meters[name].correction in MEASURED

    def counted(self, names: Sequence[str], end: Instant) -> Counted:
        """Return (m, SPAN) what meters counted; what is not known is guessed."""
        start = end - HOUR * np.arange(SPAN, 0, -1)
        absent = np.zeros((len(names), SPAN), dtype=np.bool_)
        for row, name in enumerate(names):
            spans = self.registry.installations_of_meter(name)
            if not (spans and spans[0].valid_from <= start[0] and spans[-1].until >= end):
                there = [(one.valid_from < start + HOUR) & (start < one.until) for one in spans]
                absent[row] = ~np.any(there, axis=0)
        return filled(self.known.base_m3(names, end), absent)

    def zone_residual(self, zone: str, end: Instant) -> Floats:
        """Return (SPAN,) what a zone took in beyond what was counted [m³ at base conditions]."""
        if (zone, end) not in self.residuals:
            for old in [key for key in self.residuals if key[0] == zone]:
                del self.residuals[old]
            inlets = self.known.base_m3(self.relations.inlets(zone), end)
            counted = self.counted(self.relations.members(zone, end), end)
            self.residuals[zone, end] = inlets.sum(axis=0) - counted.base_m3.sum(axis=0)
        return self.residuals[zone, end]

    def with_bypasses_m3(self, name: str, end: Instant, permitted: Spans = ()) -> Floats:
        """Return (1, SPAN) what a meter was read to count, together with those in its bypasses.

        NaN in hours in which a job let its bypass be open.
        """
        counted = self.known.base_m3([name], end, good=True)
        counted[0, within(permitted, end - HOUR * np.arange(SPAN, 0, -1))] = np.nan
        if beside := self.relations.beside(name, end):
            counted = counted + np.nan_to_num(self.known.base_m3(beside, end)).sum(axis=0)
        return counted
