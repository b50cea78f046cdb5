"""Where sensors and correctors cannot be judged, and why: nothing is measured, or nothing stands beside."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from alerts.alarm import Target, TargetKind
from alerts.habits.line import FEWEST, MEASURED, sensor_groups
from alerts.reports.gap import NotWatched
from alerts.rule import Wording
from telemetry.model import Instant
from telemetry.registry import Meter, Registry

_NO_SENSORS: Final = Wording(
    "neither pressure nor temperature is measured at the meter", "表处未测量压力和温度"
)
_NOT_CORRECTED: Final = Wording(
    "it is not corrected for pressure and temperature: there is nothing to compare",
    "未作压力温度修正：无可比对",
)
_NOBODY_BESIDE: Final = Wording(
    "no station is on record, and fewer than five meters that measure are in its zone, or of its trade",
    "无供气调压站记录，且同区域、同行业有测量的表不足 5 台",
)


def sensors_not_watched(registry: Registry, at: Instant) -> Iterator[NotWatched]:
    """Yield the installed meters whose sensors or corrector no rule can judge."""
    measuring = [
        group
        for name, meter in registry.meters.items()
        if meter.correction in MEASURED
        for group in sensor_groups(registry, name)
    ]
    beside = Counter(measuring)
    for name, meter in registry.meters.items():
        if installed := registry.installation_of_meter_at(name, at):
            target = Target(TargetKind.METER, name)
            alone = registry.supplying_station_at(installed.site, at) is None and not any(
                beside[group] >= FEWEST for group in sensor_groups(registry, name)
            )
            yield from (NotWatched(rule, target, why) for rule, why in _reasons(meter, alone=alone))


def _reasons(meter: Meter, *, alone: bool) -> Iterator[tuple[str, Wording]]:
    """Yield rules that cannot judge a meter, and why."""
    if meter.correction == "none":
        yield from (("sensor_frozen", _NO_SENSORS), ("sensor_drift", _NO_SENSORS))
    elif alone:
        yield "sensor_drift", _NOBODY_BESIDE
    if meter.correction not in MEASURED:
        yield "corrector_mismatch", _NOT_CORRECTED
