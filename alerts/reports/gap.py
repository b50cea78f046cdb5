"""A rule that is not armed for a target, and why."""

from dataclasses import dataclass

from alerts.alarm import Target
from alerts.rule import Wording


@dataclass(frozen=True)
class NotWatched:
    """A rule that is not armed for a target."""

    rule: str
    target: Target
    reason: Wording
