"""Whose a meter's gas is and where its gas days begin, as of any date."""

from datetime import time
from typing import Final

import msgspec
import numpy as np

from telemetry.billing.gas_day import GasCalendar
from telemetry.model import Instant, Integers
from telemetry.registry import Installation, Registry

_UTC: Final = GasCalendar("UTC")


class Accounts(msgspec.Struct, frozen=True, eq=False):
    """Who pays for a meter's gas from each instant on; the first also before it."""

    starts: Integers
    accounts: tuple[str | None, ...]

    def at(self, instants: Integers) -> list[str | None]:
        """Return who pays at each of some instants."""
        places = np.maximum(np.searchsorted(self.starts, instants, side="right") - 1, 0)
        return [self.accounts[place] for place in places.tolist()]


def accounts_of(registry: Registry, meter: str) -> Accounts:
    """Return who pays for a meter's gas: the account of its site's contract, else the site's own."""
    found: dict[Instant, str | None] = {}
    for row in registry.installations_of_meter(meter):
        starts = [
            contract.valid_from
            for contract in registry.contracts_of_site(row.site)
            if row.valid_from < contract.valid_from < row.until
        ]
        for start in (row.valid_from, *starts):
            found[start] = registry.account_at(row.site, start)
    starts = sorted(found) or [0]
    return Accounts(np.array(starts, np.int64), tuple(found.get(start) for start in starts))


def calendar_of(registry: Registry, meter: str, before: Instant) -> GasCalendar:
    """Return the gas calendar of the site where a meter is, or was last, before an instant."""
    rows = registry.installations_of_meter(meter)
    if not rows:
        return _UTC
    last: Installation = next((row for row in reversed(rows) if row.valid_from < before), rows[0])
    hour = registry.gas_day_start_hour(last.site)
    return GasCalendar(registry.sites[last.site].time_zone, time(hour))
