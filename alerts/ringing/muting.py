"""Why an alarm does not ring: what people, the design, planned work and other alarms say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import msgspec

from alerts.alarm import Alarm, Muted, Permit, Priority, Reason, Target
from alerts.lifecycle import State
from alerts.overrides import NOTHING_SET, SUPPRESS, Overrides
from alerts.ringing.neighbours import Neighbours
from alerts.rule import Rule
from telemetry.model import Instant, moment
from telemetry.registry import Registry, RegistryRows

STANDS: Final = frozenset({State.ACTIVE, State.ACKNOWLEDGED})
"""The states in which an alarm's condition holds, so that it may be another one's cause."""

EXPIRED: Final = "expired"
PRIORITY_ROSE: Final = "priority rose"

AlarmKey = tuple[str, Target]
"""A rule and a target."""


class Shelving(msgspec.Struct, frozen=True, kw_only=True):
    """An operator put a rule's alarm about a target aside for a time."""

    shelving_id: int
    rule: str
    target: Target
    priority: Priority
    reason: Reason

    def ends(self, priority: Priority, now: Instant) -> str | None:
        """Return why it ends now, None where it goes on."""
        ranks = list(Priority)
        if self.reason.until is not None and self.reason.until <= moment(now):
            return EXPIRED
        return PRIORITY_ROSE if ranks.index(priority) < ranks.index(self.priority) else None


@dataclass(frozen=True, kw_only=True)
class Situation:
    """All that decides whether alarms ring, beside their states."""

    neighbours: Neighbours = field(default_factory=lambda: Neighbours(Registry(RegistryRows())))
    overrides: Overrides = NOTHING_SET
    shelvings: Mapping[AlarmKey, Shelving] = field(default_factory=dict)
    out_of_service: Mapping[Target, Reason] = field(default_factory=dict)
    permits: Mapping[tuple[Permit, Target], Reason] = field(default_factory=dict)

    def reasons(
        self, rule: Rule, alarm: Alarm, standing: Mapping[str, Mapping[Target, Alarm]], now: Instant
    ) -> tuple[Reason, ...]:
        """Return every reason for which an alarm does not ring now; one that goes on keeps its beginning.

        ``standing`` are the alarms whose condition holds, by rule and target.
        """
        before = {_identity(one): one.since for one in alarm.muted_by}
        found = [
            *self._shelved(alarm, now),
            *self._suppressed(rule, alarm, now),
            *(
                self.out_of_service[one]
                for one in self.neighbours.around(alarm.target, now)
                if one in self.out_of_service
            ),
            *self._permitted(rule, alarm, now),
            *self._inhibited(rule, alarm, standing, now),
        ]
        return tuple(
            msgspec.structs.replace(one, since=before.get(key) or one.since or moment(now))
            for key, one in {_identity(one): one for one in found}.items()
        )

    def _shelved(self, alarm: Alarm, now: Instant) -> Iterator[Reason]:
        shelving = self.shelvings.get((alarm.rule, alarm.target))
        if shelving and shelving.ends(alarm.priority, now) is None:
            yield shelving.reason

    def _suppressed(self, rule: Rule, alarm: Alarm, now: Instant) -> Iterator[Reason]:
        setting = self.overrides.setting(rule, SUPPRESS, alarm.target, now)
        if setting and setting.value not in {None, "0"}:
            yield Reason(kind=Muted.SUPPRESSED, reason=setting.reason, by=setting.set_by)

    def _permitted(self, rule: Rule, alarm: Alarm, now: Instant) -> Iterator[Reason]:
        if rule.permit is None:
            return
        for one in self.neighbours.around(alarm.target, now):
            if reason := self.permits.get((rule.permit, one)):
                yield reason

    def _inhibited(
        self, rule: Rule, alarm: Alarm, standing: Mapping[str, Mapping[Target, Alarm]], now: Instant
    ) -> Iterator[Reason]:
        """Yield the causes that stand, and those that went a little while ago."""
        for inhibition in rule.inhibited_by:
            causes = standing.get(inhibition.rule, {})
            cause = self.neighbours.explains(inhibition.relation, alarm, causes, now)
            if cause is not None:
                yield Reason(kind=Muted.INHIBITED, rule=cause.rule, target=cause.target)
                continue
            for one in alarm.muted_by:
                if one.kind is Muted.INHIBITED and one.rule == inhibition.rule:
                    until = one.until or moment(now) + timedelta(seconds=inhibition.lingers_s)
                    if moment(now) < until:
                        yield msgspec.structs.replace(one, until=until)


def _identity(reason: Reason) -> tuple[object, ...]:
    return (reason.kind, reason.rule, reason.target, reason.job)
