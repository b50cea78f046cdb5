"""What was injected, counted in elements while it is published: the other side of the platform's counters."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

Alarm: TypeAlias = tuple[str, str]
"""A rule and the target (meter, device or station) for which its condition was made to hold."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What must become of a publication's elements, and which alarms they complete."""

    committed: int = 0
    duplicates: int = 0
    refused: tuple[str, ...] = ()
    """One reason an element; a payload refused as a whole is one element."""
    alarms: tuple[Alarm, ...] = ()

    def repeated(self) -> "Outcome":
        """Return the outcome of the same bytes published again."""
        return Outcome(0, self.committed + self.duplicates, self.refused)


@dataclass(frozen=True, slots=True)
class Publication:
    """One message: where, what, when (epoch seconds), and what must become of it."""

    topic: str
    payload: bytes
    at: float
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Injected:
    """Totals of a run: received = committed + duplicates + refused."""

    received: int
    committed: int
    duplicates: int
    refused: dict[str, int]
    alarms: frozenset[Alarm]

    def to_json(self) -> str:
        """Return the totals as a JSON object."""
        return json.dumps(
            {
                "received": self.received,
                "committed": self.committed,
                "duplicates": self.duplicates,
                "refused": dict(sorted(self.refused.items())),
                "alarms": sorted(self.alarms),
            },
            ensure_ascii=False,
        )


@dataclass(slots=True)
class Truth:
    """Counts publications as they go out."""

    committed: int = 0
    duplicates: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    alarms: set[Alarm] = field(default_factory=set)

    def count(self, publication: Publication) -> None:
        """Add one publication."""
        outcome = publication.outcome
        self.committed += outcome.committed
        self.duplicates += outcome.duplicates
        self.refused.update(outcome.refused)
        self.alarms.update(outcome.alarms)

    def injected(self) -> Injected:
        """Return the totals so far."""
        refused = dict(self.refused)
        received = self.committed + self.duplicates + sum(refused.values())
        return Injected(received, self.committed, self.duplicates, refused, frozenset(self.alarms))


def count(publications: Iterable[Publication]) -> Injected:
    """Return the totals of some publications."""
    truth = Truth()
    for publication in publications:
        truth.count(publication)
    return truth.injected()
