"""What only time brings, looked at now and then: what falls due, and who deducts by an old price table."""

from dataclasses import replace
from typing import Final

from psycopg import Connection

from alerts.windows.dues import DueDates
from alerts.windows.price_tables import prices
from alerts.windows.window import Window
from telemetry.model import DAY, HOUR, MINUTE, Instant
from telemetry.registry import Registry
from telemetry.store.windows_cards import price_tables

_HEARD: Final[Instant] = 8 * DAY


class DueWatch:
    """Looks each minute at what is due, each hour at price tables, and at once when the registry changes."""

    def __init__(self, connection: Connection, registry: Registry) -> None:
        self._connection = connection
        self.learn(registry)

    def learn(self, registry: Registry) -> None:
        """Go by a new version of the registry."""
        self._registry = registry
        self._dues = DueDates(registry)
        self._devices = [
            device
            for device in registry.devices
            if any(
                registry.meters[one.meter].kind == "ic_card"
                for one in registry.installations_of_device(device)
            )
        ]
        self.card_devices = frozenset(registry.device_ids[device] for device in self._devices)
        self._dues_at = self._prices_at = 0

    def look(self, now: Instant) -> Window:
        """Return what is due and which price tables are held, as far as it is time to look."""
        window = Window()
        if now - self._dues_at >= MINUTE:
            self._dues_at = now
            window = self._dues.window(now)
        if self._devices and now - self._prices_at >= HOUR:
            self._prices_at = now
            held = price_tables(self._connection, self._devices, now - _HEARD)
            window = replace(window, prices=prices(held, self._registry, now))
        return window
