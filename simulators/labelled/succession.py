"""Which meter hangs on a site when: after an exchange, the truth is about the one that followed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from simulators.labelled.happening import Alarm, Happening, Row, Target

EXCHANGE: Final = "meter_exchange"


def successor(meter: str) -> str:
    """Return the name of the meter that takes another's place."""
    return f"{meter}-2"


@dataclass(frozen=True, slots=True)
class Succession:
    """When each exchanged meter was taken down."""

    exchanged_at: Mapping[str, float]

    @classmethod
    def of(cls, happenings: Iterable[Happening]) -> "Succession":
        """Return the exchanges among what has happened."""
        return cls({h.target.id: h.start for h in happenings if h.kind == EXCHANGE})

    def named(self, happening: Happening) -> Happening:
        """Return it with every meter under the name it has then; both names if it is exchanged meanwhile."""
        if happening.kind == EXCHANGE:
            return happening
        start, end = happening.start, happening.end
        return replace(
            happening,
            target=self._hanging(happening.target, start),
            raises=tuple((rule, self._hanging(target, start)) for rule, target in happening.raises),
            also=tuple(alarm for said in happening.also for alarm in self._meanwhile(said, start, end)),
            jobs=tuple(self._job(job, happening.target, start) for job in happening.jobs),
        )

    def _hanging(self, target: Target, at: float) -> Target:
        exchanged = self.exchanged_at.get(target.id) if target.kind == "meter" else None
        return target if exchanged is None or at < exchanged else replace(target, id=successor(target.id))

    def _meanwhile(self, alarm: Alarm, start: float, end: float) -> Iterable[Alarm]:
        rule, target = alarm
        return ((rule, each) for each in dict.fromkeys(self._hanging(target, at) for at in (start, end)))

    def _job(self, job: Row, target: Target, at: float) -> Row:
        hanging = self._hanging(target, at)
        return job if hanging == target else {**job, "target": {"kind": hanging.kind, "id": hanging.id}}
