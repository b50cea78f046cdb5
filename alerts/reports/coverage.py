"""What is not watched, and why."""

from collections.abc import Iterator, Mapping
from typing import Final

from alerts.alarm import Target, TargetKind
from alerts.evidence.relations import COUNTS_USE
from alerts.reports.bypass_coverage import bypasses_not_watched
from alerts.reports.gap import NotWatched
from alerts.reports.sensor_coverage import sensors_not_watched
from alerts.reports.station_coverage import stations_not_watched
from alerts.rule import Wording
from telemetry.model import Instant
from telemetry.registry import Registry
from telemetry.store.station_signals import StationSignals

_NOT_INSTALLED: Final = Wording("speaks for no meter", "未安装在任何表具上")
_NO_INSTALLATION: Final = Wording("is not installed", "未安装")
_NO_CUSTOMER: Final = Wording(
    "it measures no customer's use: the meter that bills it is watched", "非客户用气计量表：由结算表监视"
)
_OF_CUSTOMERS: Final = ("consumption_swing", "night_leak")
_NOT_EXPECTED: Final = Wording(
    "no expected interval is given: watched from its first message on", "未给出上报周期：自首次上报起监视"
)


def not_watched(
    registry: Registry, at: Instant, said: Mapping[str, StationSignals] | None = None
) -> list[NotWatched]:
    """Return every rule and target that is not armed at an instant, with the reason.

    ``said`` tells what stations say; without it, they may say anything.
    """
    return [
        *stations_not_watched(registry, at, said or {}),
        *_devices(registry, at),
        *_meters(registry, at),
        *bypasses_not_watched(registry, at),
        *sensors_not_watched(registry, at),
    ]


def _devices(registry: Registry, at: Instant) -> Iterator[NotWatched]:
    """Yield the devices whose silence nobody would notice, or not yet."""
    for device, row in registry.devices.items():
        target = Target(TargetKind.DEVICE, device)
        if device in registry.stations or device in registry.gateways:
            continue
        if registry.installation_at(device, at) is None:
            yield NotWatched("device_silent", target, _NOT_INSTALLED)
        elif row.expected_interval_s is None:
            yield NotWatched("device_silent", target, _NOT_EXPECTED)


def _meters(registry: Registry, at: Instant) -> Iterator[NotWatched]:
    """Yield the meters that nothing speaks for, and those whose use is no customer's."""
    for name, meter in registry.meters.items():
        target = Target(TargetKind.METER, name)
        if registry.installation_of_meter_at(name, at) is None:
            yield NotWatched("register_regression", target, _NO_INSTALLATION)
        elif meter.role not in COUNTS_USE:
            yield from (NotWatched(rule, target, _NO_CUSTOMER) for rule in _OF_CUSTOMERS)
