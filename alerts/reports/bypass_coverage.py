"""Where gas around a meter cannot be told, and why: no pressure, no station, too few weeks, no inlet."""

from collections.abc import Iterator
from typing import Final

from alerts.alarm import Target, TargetKind
from alerts.evidence.relations import COUNTS_USE, Relations
from alerts.habits.line import MEASURED
from alerts.reports.gap import NotWatched
from alerts.rule import Wording
from telemetry.model import DAY, Instant
from telemetry.registry import Meter, Registry

_WEEKS: Final[Instant] = 17 * DAY
"""Ten days to learn from, and the seven newest, of which nothing is learned."""

_NO_PRESSURE: Final = Wording(
    "no pressure is measured at the meter: its habit and its zone's balance alone can tell",
    "表处无压力测量：仅能依据用气习惯和区域平衡判断",
)
_NO_STATION: Final = Wording(
    "no station supplies its site by supplied_by.csv: what the pipe loses is not known",
    "supplied_by.csv 未给出供气调压站：管道压降未知",
)
_TOO_NEW: Final = Wording(
    "installed for less than 17 days: nothing is usual yet", "安装不足 17 天：尚无可比的通常值"
)
_NO_INLET: Final = Wording("no meter of role zone_inlet stands in it", "区内无 role 为 zone_inlet 的表")
_NOT_CHECKED: Final = Wording(
    "the meter that checks it, or it itself, is not installed", "该表或其检查表未安装"
)


def bypasses_not_watched(registry: Registry, at: Instant) -> Iterator[NotWatched]:
    """Yield the meters and zones that the rules about gas around meters cannot judge, each with why."""
    relations = Relations(registry)
    for name, meter in registry.meters.items():
        if meter.role in COUNTS_USE and (reason := _suspected(registry, meter, at)):
            yield NotWatched("bypass_suspected", Target(TargetKind.METER, name), reason)
    for main, check in relations.checks.items():
        if not all(registry.installation_of_meter_at(one, at) for one in (main, check)):
            yield NotWatched("check_meter_deviation", Target(TargetKind.METER, main), _NOT_CHECKED)
    for zone in registry.zones:
        if relations.members(zone, at + 1) and not relations.inlets(zone):
            yield NotWatched("zone_imbalance", Target(TargetKind.ZONE, zone), _NO_INLET)


def _suspected(registry: Registry, meter: Meter, at: Instant) -> Wording | None:
    """Return what is missing to tell whether gas goes around a meter that is installed."""
    installed = registry.installation_of_meter_at(meter.meter, at)
    if installed is None:
        return None
    if meter.correction not in MEASURED:
        return _NO_PRESSURE
    if registry.supplying_station_at(installed.site, at) is None:
        return _NO_STATION
    return _TOO_NEW if at - installed.valid_from < _WEEKS else None
