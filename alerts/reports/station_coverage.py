"""What is not watched of stations, and why: no limit, no set point, too seldom, not said."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Final

from alerts.alarm import Target, TargetKind
from alerts.catalogue import catalogue
from alerts.reports.gap import NotWatched
from alerts.rule import Rule, Wording
from alerts.track import STANDS
from alerts.windows.limits import Limits, station_limits
from telemetry.model import SECOND, Instant, Stream
from telemetry.registry import Registry, Setpoint
from telemetry.store.station_signals import StationSignals

_LIMIT: Final[Mapping[str, Callable[[Limits], float | None]]] = {
    "outlet_pressure_high_high": lambda limits: limits.high_high_gauge_pa,
    "outlet_pressure_high": lambda limits: limits.high_flowing_gauge_pa,
    "outlet_pressure_low": lambda limits: limits.low_gauge_pa,
    "outlet_pressure_low_low": lambda limits: limits.low_low_gauge_pa,
}
_BY_SET_POINT: Final = (
    "overprotection_ceiling",
    "inlet_pressure_low",
    "lockup_failure",
    "pressure_rate_of_fall",
    "regulator_hunting",
)
_BY_TEST: Final = ("setpoint_test_due", "standby_unproven")
_OUTLET: Final = "outlet_gauge_pressure_kpa"
_SAYS: Final[Mapping[str, tuple[frozenset[str], ...]]] = {
    **dict.fromkeys(
        (*_LIMIT, "overprotection_ceiling", "pressure_rate_of_fall", "regulator_hunting"),
        (frozenset({_OUTLET}),),
    ),
    "filter_blocked": (frozenset({"filter_differential_kpa"}),),
    "gas_detected": (frozenset({"gas_lel_pct"}),),
    "inlet_pressure_low": (frozenset({"inlet_gauge_pressure_kpa", _OUTLET}),),
    "lockup_failure": (frozenset({"flow_m3h", _OUTLET}),),
    "regulator_bypass_open": (frozenset({"bypass_valve"}),),
    "slam_shut_tripped": (
        frozenset({"slam_shut"}),
        frozenset({"flow_m3h", "inlet_gauge_pressure_kpa", _OUTLET}),
    ),
}
"""What a station must say for a rule: any of the sets."""

_NO_LIMIT: Final = Wording(
    "neither a limit of the company's own nor a set point to compute one from",
    "既无公司限值，也无可用于计算的设定值",
)
_NO_SET_POINT: Final = Wording("no set point is given", "未给出设定值")
_NO_ROLE: Final = Wording(
    "of two streams, none is given the role standby", "两路调压均未标明备用（role = standby）"
)
_NO_INTERVAL: Final = Wording("no test_interval_days is given", "未给出 test_interval_days")
_TOO_SLOW: Final = Wording(
    "a delay needs two statements that agree, and this one speaks too seldom",
    "延时判断需要两次一致的上报，该站上报间隔过长",
)


def stations_not_watched(
    registry: Registry, at: Instant, said: Mapping[str, StationSignals]
) -> Iterator[NotWatched]:
    """Yield the rules that are not armed for each station; each with the first reason there is."""
    limits = station_limits(registry, at)
    for station in registry.stations:
        reasons = {
            **_unsaid(said.get(station)),
            **_too_slow(_interval_s(registry, station, said.get(station))),
            **_unset(limits[station][Stream.SINGLE], registry.setpoints_at(station, at)),
        }
        for rule, reason in sorted(reasons.items()):
            yield NotWatched(rule, Target(TargetKind.STATION, station), reason)


def _unset(limits: Limits, setpoints: Mapping[Stream, Setpoint]) -> dict[str, Wording]:
    """Return what cannot be judged for want of a limit, a set point, a role or a test interval."""
    roles = {one.role for one in setpoints.values()}
    pair = len(setpoints) > 1
    tested = [one.test_interval_days is not None for one in setpoints.values()]
    rules = {name: _NO_LIMIT for name, limit in _LIMIT.items() if limit(limits) is None}
    if limits.set_gauge_pa is None:
        rules |= dict.fromkeys(_BY_SET_POINT, _NO_SET_POINT)
    if not all(tested) or not tested:
        rules |= {name: _NO_INTERVAL for name in _BY_TEST if name == "setpoint_test_due" or pair}
    if pair and "standby" not in roles:
        rules |= dict.fromkeys(("standby_stream_active", "standby_unproven"), _NO_ROLE)
    return rules


def _too_slow(interval_s: float | None) -> dict[str, Wording]:
    """Return what a station speaks too seldom for."""
    if interval_s is None:
        return {}
    found = {}
    for name, rule in catalogue().items():
        if rule.kind is TargetKind.STATION and rule.needs_every_s and interval_s > rule.needs_every_s:
            found[name] = _seldom(rule.needs_every_s, interval_s)
        elif rule.kind is TargetKind.STATION and _delayed(rule) and interval_s * SECOND > STANDS:
            found[name] = _TOO_SLOW
    return found


def _delayed(rule: Rule) -> bool:
    return rule.delays.on > 0 and not rule.lasting


def _seldom(needed_s: float, interval_s: float) -> Wording:
    return Wording(
        f"needs a statement every {needed_s:g} s, and this one speaks every {interval_s:g} s",
        f"需要每 {needed_s:g} s 上报一次，该站每 {interval_s:g} s 上报一次",
    )


def _interval_s(registry: Registry, station: str, said: StationSignals | None) -> float | None:
    """Return how often a station really speaks, else how often it should."""
    if said and said.interval_s is not None:
        return said.interval_s
    device = registry.devices.get(station)
    return device.expected_interval_s if device else None


def _unsaid(said: StationSignals | None) -> dict[str, Wording]:
    """Return what a station never says, if it said anything lately."""
    if said is None:
        return {}
    missing = {name: _missing(sets, said.signals) for name, sets in _SAYS.items()}
    return {name: _never_says(words) for name, words in missing.items() if words}


def _missing(sets: Collection[frozenset[str]], signals: frozenset[str]) -> list[str]:
    """Return what is missing of the first set, unless one of them is there."""
    lacking = [sorted(one - signals) for one in sets]
    return [] if [] in lacking else lacking[0]


def _never_says(words: list[str]) -> Wording:
    named = ", ".join(words)
    return Wording(f"has not said {named} for a day", f"一天内未上报 {named}")
