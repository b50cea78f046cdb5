"""Where a day that a register of papers names begins: at midnight of the place."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from telemetry.registry import Registry

NOWHERE: Final = "UTC"
"""The time zone of what stands in no zone."""


def day_begins(text: str, zone: str) -> datetime:
    """Return where a day begins in a time zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def station_time_zone(registry: Registry, station: str) -> str:
    """Return the time zone of the nearest zone around a station that has one."""
    chain = (registry.zones[one].time_zone for one in registry.zone_chain(registry.stations[station].zone))
    return next(filter(None, chain), NOWHERE)
