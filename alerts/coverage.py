"""What is not watched, and why."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from alerts.alarm import Target, TargetKind
from alerts.catalogue import catalogue
from alerts.limits import Limits, station_limits
from alerts.rule import Rule, Wording
from alerts.track import STANDS
from telemetry.model import SECOND, Instant, Stream
from telemetry.registry import Registry


@dataclass(frozen=True)
class NotWatched:
    """A rule that is not armed for a target."""

    rule: str
    target: Target
    reason: Wording


_LIMIT: Final[dict[str, Callable[[Limits], float | None]]] = {
    "outlet_pressure_high_high": lambda limits: limits.high_high_gauge_pa,
    "outlet_pressure_high": lambda limits: limits.high_flowing_gauge_pa,
    "outlet_pressure_low": lambda limits: limits.low_gauge_pa,
    "outlet_pressure_low_low": lambda limits: limits.low_low_gauge_pa,
}
_NO_LIMIT: Final = Wording(
    "neither a limit of the company's own nor a set point to compute one from",
    "既无公司限值，也无可用于计算的设定值",
)
_TOO_SLOW: Final = Wording(
    "a delay needs two statements that agree, and this one speaks too seldom",
    "延时判断需要两次一致的上报，该站上报间隔过长",
)
_NOT_INSTALLED: Final = Wording("speaks for no meter", "未安装在任何表具上")
_NO_INSTALLATION: Final = Wording("is not installed", "未安装")
_NOT_EXPECTED: Final = Wording(
    "no expected interval is given: watched from its first message on", "未给出上报周期：自首次上报起监视"
)


def not_watched(registry: Registry, at: Instant) -> list[NotWatched]:
    """Return every rule and target that is not armed at an instant, with the reason."""
    return [*_stations(registry, at), *_devices(registry, at), *_meters(registry, at)]


def _stations(registry: Registry, at: Instant) -> Iterator[NotWatched]:
    """Yield the stations without a limit, or too slow for a delay."""
    limits = station_limits(registry, at)
    for station in registry.stations:
        target = Target(TargetKind.STATION, station)
        for name, limit in _LIMIT.items():
            if limit(limits[station][Stream.SINGLE]) is None:
                yield NotWatched(name, target, _NO_LIMIT)
            elif _too_slow(registry, station, catalogue()[name]):
                yield NotWatched(name, target, _TOO_SLOW)


def _too_slow(registry: Registry, station: str, rule: Rule) -> bool:
    """Tell whether a station speaks too seldom for a rule with an on-delay."""
    device = registry.devices.get(station)
    interval_s = device.expected_interval_s if device else None
    return rule.delays.on > 0 and interval_s is not None and interval_s * SECOND > STANDS


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
    """Yield the meters that nothing speaks for."""
    for meter in registry.meters:
        if registry.installation_of_meter_at(meter, at) is None:
            yield NotWatched("register_regression", Target(TargetKind.METER, meter), _NO_INSTALLATION)
