"""From what happened to alarms to notices: routed, grouped, repeated, and dropped where there is no point."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from psycopg import Connection

from alerts.alarm import Target, TargetKind
from alerts.catalogue import catalogue
from alerts.delivery.customers import CustomerNotices, Customers
from alerts.delivery.digest import due, make_digest
from alerts.delivery.notice import content
from alerts.delivery.routes import Route
from alerts.delivery.telling import Why, dropped, why
from alerts.ringing.neighbours import Neighbours
from telemetry.model import instant
from telemetry.store.outbox import (
    Occasion,
    UntoldEvent,
    add_notice,
    add_occasions,
    add_repeats,
    due_groups,
    settle_occasions,
    take_occasions,
    take_untold,
)
from telemetry.store.registry_tables import load_registry, registry_version

_EVENTS: Final = 5000  # of one pass; what is left is taken in the next, at once


@dataclass(frozen=True, kw_only=True)
class Telling:
    """Who is told, in which time zone days begin and end for them, and where the operator page is."""

    routes: tuple[Route, ...] = ()
    zone: ZoneInfo
    link: str = ""
    customers: Customers = field(default_factory=Customers)


class Outbox:
    """Turns events into occasions, and occasions that are due into notices."""

    def __init__(self, connection: Connection, telling: Telling) -> None:
        """Read the registry: where a target is decides who is told."""
        self._connection = connection
        self._telling = telling
        self._customers = CustomerNotices(connection, telling.customers, telling.zone)
        self._digested: dict[str, datetime] = {}
        self._version = -1
        self._learn()

    def route(self, now: datetime) -> bool:
        """Take away what happened and store what follows from it; True when there is more."""
        with self._connection.transaction():
            events = take_untold(self._connection, _EVENTS)
            if events:
                self._learn()
            for event in events:
                self._customers.hear(event, self._registry, now)
            occasions = [one for event in events for one in self._occasions(event, now)]
            if occasions:
                add_occasions(self._connection, occasions)
        return len(events) == _EVENTS

    def gather(self, now: datetime) -> None:
        """Make notices of all that is due, one for each group and channel."""
        local = now.astimezone(self._telling.zone)
        for route in self._telling.routes:
            if route.repeat is not None and (priorities := route.repeated(local)):
                add_repeats(
                    self._connection,
                    route.name,
                    priorities=priorities,
                    before=now - route.repeat,
                    now=now,
                    due_at=now + route.wait,
                )
            groups = due_groups(self._connection, route.name, now=now, not_since=now - route.again)
            for group in groups:
                with self._connection.transaction():
                    self._gather(route, group, now)

    def sum_up(self, now: datetime) -> None:
        """Make the digests that are due."""
        local = now.astimezone(self._telling.zone)
        for route in self._telling.routes:
            at = due(route.digest, local) if route.digest else None
            if at is not None and at != self._digested.get(route.name):
                with self._connection.transaction():
                    self._learn()
                    make_digest(self._connection, route, at, partial(self._zones, at=now), now)
                self._digested[route.name] = at

    def tell_customers(self, now: datetime) -> None:
        """Tell customers what is no alarm: of statements and planned work."""
        if not self._customers.due(now):
            return
        with self._connection.transaction():
            self._learn()
            self._customers.look(self._registry, now)

    def _gather(self, route: Route, group: str, now: datetime) -> None:
        ready = take_occasions(self._connection, route.name, group, now)
        verdicts = dropped(ready)
        told = [one for one in ready if verdicts[one.occasion_id] is None]
        if told:
            rule = catalogue().get(told[0].rule)
            said = content(rule, told, self._telling.link, self._telling.zone)
            for channel in route.channels:
                add_notice(
                    self._connection,
                    route=route.name,
                    channel=channel,
                    group_key=group,
                    content=said,
                    now=now,
                )
        settle_occasions(self._connection, verdicts, now)

    def _occasions(self, event: UntoldEvent, now: datetime) -> Iterator[Occasion]:
        """Yield whom an event concerns."""
        reason = why(event)
        if reason is Why.NOTHING_NEW:
            return
        zones = self._zones(Target(TargetKind(event.target_kind), event.target_id), now)
        local = now.astimezone(self._telling.zone)
        for route in self._telling.routes:
            if not route.takes(event.rule, event.priority, zones):
                continue
            if reason is not Why.RETURNED and not route.open(local):
                continue
            ready = route.ready(event.priority, local, rings=reason is not Why.RETURNED)
            yield Occasion(
                route=route.name,
                event_id=event.event_id,
                alarm_id=event.alarm_id,
                reason=reason,
                priority=event.priority,
                zone=zones[0] if zones else None,
                group_key=f"{zones[0] if zones else ''}/{event.rule}",
                created_at=now,
                ready_at=ready,
                due_at=route.due(event.priority, ready),
            )

    def _zones(self, target: Target, at: datetime) -> Sequence[str]:
        """Return the zone that something lies in, and those around it."""
        around = self._neighbours.around(target, instant(at))
        return [one.id for one in around if one.kind is TargetKind.ZONE]

    def _learn(self) -> None:
        """Read the registry again when it is no longer the one we know."""
        version = registry_version(self._connection)
        if version != self._version:
            self._registry = load_registry(self._connection)
            self._neighbours = Neighbours(self._registry)
            self._version = version
