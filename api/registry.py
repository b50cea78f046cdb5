"""The registry, read once for each of its versions."""

import threading

from psycopg import Connection

from alerts.alarm import TargetKind
from telemetry.registry import Registry
from telemetry.store.registry_tables import load_registry, registry_version


class RegistryCache:
    """Keeps the last registry that was read, as long as no import has changed it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._registry: Registry | None = None

    def registry(self, connection: Connection) -> Registry:
        """Return the registry as it stands."""
        with self._lock:
            kept = self._registry
            if kept is None or kept.version != registry_version(connection):
                kept = load_registry(connection)
                self._registry = kept
            return kept


def is_known(registry: Registry, kind: str, name: str) -> bool:
    """Tell whether there is such a target."""
    known = {
        TargetKind.METER: set(registry.meters),
        TargetKind.STATION: set(registry.stations),
        TargetKind.DEVICE: set(registry.devices),
        TargetKind.ZONE: set(registry.zones),
        TargetKind.ACCOUNT: set(registry.accounts),
    }
    return name in known[TargetKind(kind)]
