"""Notices to customers: balance low, statement ready, planned outage; each contact once."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from psycopg import Connection

from alerts.alarm import TargetKind
from alerts.delivery import customer_texts
from alerts.delivery.routes import Hours
from alerts.delivery.telling import Why, why
from telemetry.model import instant
from telemetry.registry import Registry
from telemetry.store.affected import affected_sites
from telemetry.store.alarms import alarm
from telemetry.store.customer_notices import PlannedWork, begin_telling, untold_bills, untold_outages
from telemetry.store.outbox import UntoldEvent, add_notice

ROUTE: Final = "customers"
_EVERY: Final = timedelta(minutes=1)
_NEWS: Final = timedelta(days=3)
"""What was closed longer ago is no news, even if nobody could be told meanwhile."""

_CONTACT: Final = re.compile(r"([a-z][a-z0-9+.-]*):([^\s,;，；]+)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Customers:
    """How customers are told, and of what.

    Attributes
    ----------
    channels : mapping of str to str
        The channel for each scheme of `accounts.csv`'s contacts, such as ``mailto``; nobody is told without.
    of : collection of str
        Some of balance_low, statement_ready and planned_outage.
    hours : Hours or None
        The only time of day at which anybody is told; None: always.
    """

    channels: Mapping[str, str] = field(default_factory=dict)
    of: frozenset[str] = frozenset({"balance_low", "statement_ready", "planned_outage"})
    hours: Hours | None = None


class CustomerNotices:
    """Puts what concerns customers into the outbox."""

    def __init__(self, connection: Connection, customers: Customers, zone: ZoneInfo) -> None:
        """``zone`` is that of the times of day and of the times in texts."""
        self._connection = connection
        self._customers = customers
        self._zone = zone
        self._looked_at: datetime | None = None

    def hear(self, event: UntoldEvent, registry: Registry, now: datetime) -> None:
        """Tell of an alarm that a meter's credit is low, in the transaction that takes its event away."""
        concerns = event.rule == "credit_low" and event.target_kind == TargetKind.METER
        if not (self._tells("balance_low") and concerns and why(event) is Why.FIRST):
            return
        site = self._site(event.target_id, registry, now)
        account = registry.account_at(site, instant(now)) if site else None
        if account is not None:
            row = alarm(self._connection, event.alarm_id)
            said = customer_texts.balance_low(event.target_id, row.value, row.limit_value)
            contacts = registry.accounts[account].contacts
            self._tell(f"balance_low/{event.event_id}", account, contacts, said, now)

    def due(self, now: datetime) -> bool:
        """Tell whether it is time to look for statements and planned work: once a minute."""
        lately = self._looked_at is not None and now - self._looked_at < _EVERY
        return bool(self._customers.channels) and not lately

    def look(self, registry: Registry, now: datetime) -> None:
        """Tell of statements that were closed and of work that was planned."""
        self._looked_at = now
        begin_telling(self._connection, now)
        if self._tells("statement_ready"):
            for bill in untold_bills(self._connection, ROUTE, now - _NEWS):
                said = customer_texts.statement_ready(bill)
                self._tell(bill.key, bill.account, bill.contacts, said, now)
        if self._tells("planned_outage"):
            for work in untold_outages(self._connection, ROUTE, now):
                self._tell_of_work(work, registry, now)

    def _tell_of_work(self, work: PlannedWork, registry: Registry, now: datetime) -> None:
        for account, places in self._concerned(work, registry, now).items():
            said = customer_texts.planned_outage(work, places, self._zone)
            self._tell(work.key, account, registry.accounts[account].contacts, said, now)

    def _concerned(self, work: PlannedWork, registry: Registry, now: datetime) -> dict[str, list[str]]:
        """Return whose gas may fail, and where."""
        found: dict[str, list[str]] = {}
        for account, site in self._sites(work, registry, now):
            if account in registry.accounts:
                found.setdefault(account, []).append(registry.sites[site].name or site if site else "")
        return found

    def _sites(
        self, work: PlannedWork, registry: Registry, now: datetime
    ) -> Iterator[tuple[str | None, str | None]]:
        if work.target_kind == TargetKind.STATION:
            for row in affected_sites(self._connection, work.target_id, now):
                yield row.account, row.site
        elif work.target_kind == TargetKind.ACCOUNT:
            yield work.target_id, None
        elif site := self._site(work.target_id, registry, now):
            yield registry.account_at(site, instant(now)), site

    def _site(self, meter: str, registry: Registry, now: datetime) -> str | None:
        """Return where a meter is; what is none is nowhere."""
        installed = registry.installation_of_meter_at(meter, instant(now))
        return installed.site if installed else None

    def _tell(
        self, key: str, account: str, contacts: str | None, said: Mapping[str, Any], now: datetime
    ) -> None:
        """Put one notice to each contact of an account into the outbox, unless it is there already."""
        for scheme, address in _CONTACT.findall(contacts or ""):
            if channel := self._customers.channels.get(scheme.lower()):
                add_notice(
                    self._connection,
                    route=ROUTE,
                    channel=channel,
                    group_key=key,
                    content={**said, "to": address},
                    now=now,
                    next_at=self._opens(now),
                    once=f"{key}/{account}/{address}",
                )

    def _tells(self, of: str) -> bool:
        return bool(self._customers.channels) and of in self._customers.of

    def _opens(self, now: datetime) -> datetime:
        """Return when somebody may be told at the earliest."""
        local, hours = now.astimezone(self._zone), self._customers.hours
        return now if hours is None or hours.hold(local) else hours.opens(local)
