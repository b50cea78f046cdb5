"""The limits that stations are shown against: those that the alarm rules use."""

import threading
import time
from collections.abc import Mapping
from typing import Final, TypeAlias

from psycopg import Connection

from alerts.windows.limits import Limits, station_limits
from telemetry.model import Stream, instant
from telemetry.store.readings import database_now
from telemetry.store.registry_tables import registry_version
from telemetry.store.station_registry import load_station_registry

StationLimits: TypeAlias = Mapping[str, Mapping[Stream, Limits]]
_KEPT_SECONDS: Final = 10.0


class LimitCache:
    """Works the limits out anew with each registry, and every few seconds: set points begin at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._version = -1
        self._until = 0.0
        self._limits: StationLimits = {}

    def limits(self, connection: Connection) -> StationLimits:
        """Return the limits in force, by station and stream."""
        version = registry_version(connection)
        with self._lock:
            if version != self._version or time.monotonic() > self._until:
                now = instant(database_now(connection))
                self._limits = station_limits(load_station_registry(connection), now)
                self._version, self._until = version, time.monotonic() + _KEPT_SECONDS
            return self._limits
