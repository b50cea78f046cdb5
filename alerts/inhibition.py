"""What keeps an alarm from ringing: another alarm that is its cause."""

from dataclasses import dataclass
from enum import StrEnum


class Relation(StrEnum):
    """Where the cause stands, seen from what it inhibits."""

    SAME = "same"
    """At the same target."""

    SAME_STREAM = "same_stream"
    """At the same station, on every stream on which the inhibited alarm stands."""

    GATEWAY = "gateway"
    """At a gateway that speaks for the device."""

    ZONE = "zone"
    """At the zone in which this lies, or one around it."""

    UPSTREAM = "upstream"
    """At every station that feeds this station's zone, on all of its streams."""


@dataclass(frozen=True)
class Inhibition:
    """A rule whose standing alarm explains this one.

    ``lingers_s``: for so long the inhibition goes on when the cause has gone; what follows from it may
    take its time to come back, too.
    """

    rule: str
    relation: Relation
    lingers_s: float = 0.0
