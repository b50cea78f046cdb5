"""Slam-shuts, standbys and bypasses of stations, hunting regulators, low inlets, escaping gas."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from simulators.days import HOUR_S
from simulators.labelled.consequences import carried_from, like_shut
from simulators.labelled.happening import (
    Alarm,
    Event,
    Happening,
    MeterEffect,
    SampleColumns,
    StationEffect,
    Target,
)
from simulators.labelled.kind import Kind
from simulators.labelled.limits import STANDBY_PART
from simulators.labelled.runs import MeterRun, Stage
from simulators.labelled.scene import Post, Scene, blamed, inside, ramp, strength
from simulators.labelled.span import Booleans, Floats
from simulators.stations import Station

_HUNTING_PERIOD_S: Final = 10
_LEAK_LEL_PCT: Final = 20.0
_FALL_RULES: Final = ("outlet_pressure_low", "outlet_pressure_low_low", "pressure_rate_of_fall")


def slam_shut_tripped(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let the only stream of a district's station shut: the outlet decays and nobody behind it has gas."""
    fit = lambda s: not s.two_streams and s.kind != "gate"  # noqa: E731
    post = scene.post(fit, float(draw.uniform(1.2, 6)) * HOUR_S, draw, rule="slam_shut_tripped")
    if post is None:
        return None
    decay_s, switch = float(draw.uniform(3, 20)) * 60, bool(draw.random() < 0.7)  # noqa: PLR2004 (part of them)
    # With neither switch nor flow it could not be told from an outlet that sinks.
    told = switch or not post.station.has_flow

    def left(at: Floats) -> Floats:
        part = np.exp(-np.maximum(at - post.start, 0) / decay_s)
        return np.where(inside(at, post.start, post.end), part, 1.0)

    def shut(at: Floats, columns: Mapping[str, SampleColumns]) -> None:
        during = inside(at, post.start, post.end)
        columns[""]["slam_shut"][during] = 1.0 if told else np.nan
        columns[""]["flow_m3h"][during] = 0.0 * columns[""]["flow_m3h"][during]

    def starve(run: MeterRun) -> None:
        run.burned *= left(run.span.centres)

    downstream = scene.people.downstream(post.name)
    return replace(
        blamed("slam_shut_tripped", post),
        also=(*_raised(post, *_FALL_RULES), *scene.starved(post.station)),
        size=round(decay_s / 60, 1),
        unit="min to a third",
        shape="decay" if told else "decay, no switch",
        strength=(post.end - post.start) / (3 * decay_s),
        detectable_from=post.start if told else post.start + decay_s,
        stations=(StationEffect(post.name, outlet=lambda at, kpa, _load: kpa * left(at), said=shut),),
        meters=tuple(MeterEffect(point.name, Stage.LOAD, starve) for point in downstream),
        events=_switched(post, "slam_shut") if told else (),
    )


def standby_stream_active(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let the duty stream fail, by its slam-shut or its regulator, and the standby take over."""
    # Where the truth says that nobody has seen the standby work, it must not work before everybody's eyes.
    fit = lambda s: s.two_streams and ("standby_unproven", s.station) not in scene.overdue  # noqa: E731
    lasting_s = float(draw.uniform(2, 60)) * HOUR_S
    trips, part = bool(draw.random() < 0.5), float(draw.uniform(0.7, 1))  # noqa: PLR2004 (half of them)
    carried = 1.0 if trips else part
    # Which stream carries nothing, nobody can see while nothing flows.
    flows = lambda post: carried_from(scene, post, carried) is not None  # noqa: E731
    post = scene.post(fit, lasting_s, draw, rule="standby_stream_active", when=flows)
    if post is None:
        return None
    scene.proven.setdefault(post.name, []).append(post.start)

    def take_over(at: Floats, columns: Mapping[str, SampleColumns]) -> None:
        during = inside(at, post.start, post.end)
        swap_streams(columns, during, carried)
        if trips:
            columns["A"]["slam_shut"][during] = 1.0

    tripped = (("slam_shut_tripped", post.target),) if trips else ()
    alike = () if trips else like_shut(scene, post)
    return replace(
        blamed("standby_stream_active", post),
        raises=(("standby_stream_active", post.target), *tripped),
        also=(*_raised(post, *_FALL_RULES, "setpoint_test_due"), *alike, *_fed(scene, post)),
        size=round(100 * carried, 0),
        unit="% carried by the standby",
        shape="duty shut" if trips else "duty weak",
        strength=carried / 0.1,
        detectable_from=post.start if trips else carried_from(scene, post, carried),
        stations=(StationEffect(post.name, outlet=to_standby(post), said=take_over),),
        events=_switched(post, "slam_shut") if trips else (),
    )


def regulator_bypass_open(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a station be run on its bypass by hand, without an order."""
    post = scene.post(
        lambda _: True,
        float(np.exp(draw.uniform(np.log(0.6), np.log(20)))) * HOUR_S,
        draw,
        rule="regulator_bypass_open",
    )
    if post is None:
        return None
    end = max(post.end, post.start + 4 * scene.period_s(post.station))
    post = replace(post, end=end)
    return replace(
        blamed("regulator_bypass_open", post),
        strength=(end - post.start) / (2 * scene.period_s(post.station)),
        size=round((end - post.start) / HOUR_S, 2),
        unit="h",
        detectable_from=post.start,
        stations=(StationEffect(post.name, said=bypass_said_open(post)),),
        events=_switched(post, "bypass_valve"),
    )


def regulator_hunting(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a regulator swing several times a minute; only a station sampled often enough shows how often."""
    fit = lambda s: scene.period_s(s) <= _HUNTING_PERIOD_S  # noqa: E731
    post = scene.post(fit, float(draw.uniform(12, 90)) * 60, draw, rule="regulator_hunting")
    if post is None:
        return None
    station, times = post.station, float(draw.uniform(1.15, 2.5))
    amplitude, period = times * station.accuracy_pct / 100 * station.set_kpa, float(draw.uniform(22, 29))

    def swing(at: Floats, kpa: Floats, _load: Floats) -> Floats:
        wave = amplitude * np.sin(2 * np.pi * (at - post.start) / period)
        return kpa + wave * inside(at, post.start, post.end)

    def widen(at: Floats, columns: Mapping[str, SampleColumns]) -> None:
        during = inside(at, post.start, post.end)
        columns[""]["outlet_min_gauge_pressure_kpa"][during] -= 0.3 * amplitude
        columns[""]["outlet_max_gauge_pressure_kpa"][during] += 0.3 * amplitude

    rules = (
        "outlet_pressure_high",
        "outlet_pressure_low",
        "outlet_pressure_high_high",
        "pressure_rate_of_fall",
    )
    return replace(
        blamed("regulator_hunting", post),
        also=_raised(post, *rules),
        size=round(amplitude, 3),
        unit="kPa",
        shape=f"{120 / period:.1f} crossings a minute",
        strength=times,
        detectable_from=post.start + 300,
        stations=(StationEffect(post.name, outlet=swing, said=widen, brief=True),),
    )


def inlet_pressure_low(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let the supply before a station sink to where its regulator can hardly hold the outlet."""
    post = scene.post(lambda _: True, float(draw.uniform(0.7, 10)) * HOUR_S, draw, rule="inlet_pressure_low")
    if post is None:
        return None
    end = max(post.end, post.start + 6 * scene.period_s(post.station))
    above = float(draw.uniform(0.005, 0.05))
    sunk = post.station.set_kpa * (1 + above)

    def sink(at: Floats, kpa: Floats, _load: Floats) -> Floats:
        part = ramp(at, post.start - 1, post.start + 300) * inside(at, post.start, end)
        return kpa + part * (sunk - kpa)

    def follow(at: Floats, kpa: Floats, _load: Floats) -> Floats:
        return np.where(inside(at, post.start + 300, end), np.minimum(kpa, sunk * 0.985), kpa)

    return replace(
        blamed("inlet_pressure_low", post),
        end=end,
        also=(*_raised(post, *_FALL_RULES, "standby_stream_active"), *_fed(scene, post)),
        size=round(sunk, 3),
        unit="kPa",
        shape="ramp of 5 min",
        strength=0.1 / above,
        detectable_from=post.start + 300,
        stations=(StationEffect(post.name, inlet=sink, outlet=follow),),
    )


def gas_detected(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let gas escape inside a station that has a detector."""
    post = scene.post(has_detector, float(draw.uniform(0.6, 8)) * HOUR_S, draw, rule="gas_detected")
    if post is None:
        return None
    plain = 1 + (strength(draw) - 1) * 0.6
    level = min(plain * _LEAK_LEL_PCT, 95.0)
    end = max(post.end, post.start + 4 * scene.period_s(post.station))
    full = post.start + float(draw.uniform(0.05, 0.5)) * (end - post.start)

    def escape(at: Floats, columns: Mapping[str, SampleColumns]) -> None:
        columns[""]["gas_lel_pct"] += level * ramp(at, post.start, full) * inside(at, post.start, end)

    return replace(
        blamed("gas_detected", post),
        end=end,
        size=round(level, 1),
        unit="% LEL",
        shape="ramp",
        strength=plain,
        detectable_from=post.start + (full - post.start) * _LEAK_LEL_PCT / level,
        stations=(StationEffect(post.name, said=escape),),
    )


def has_detector(station: Station) -> bool:
    """Return whether a station has a gas detector: every one that is not a gate."""
    return station.kind != "gate"


def swap_streams(columns: Mapping[str, SampleColumns], during: Booleans, carried: float) -> None:
    """Let the standby carry part of what the duty carried."""
    for name in ("flow_m3h", "filter_differential_kpa"):
        duty = columns["A"][name][during]
        columns["B"][name][during] = carried * duty
        columns["A"][name][during] = (1 - carried) * duty


def to_standby(post: Post) -> Callable[[Floats, Floats, Floats], Floats]:
    """Return what lets an outlet settle at the standby's set point."""

    def settle(at: Floats, kpa: Floats, _load: Floats) -> Floats:
        return np.where(inside(at, post.start, post.end), STANDBY_PART * kpa, kpa)

    return settle


def bypass_said_open(post: Post) -> Callable[[Floats, Mapping[str, SampleColumns]], None]:
    """Return what lets a station say that its bypass is open."""

    def say(at: Floats, columns: Mapping[str, SampleColumns]) -> None:
        columns[""]["bypass_valve"][inside(at, post.start, post.end)] = 1.0

    return say


def _switched(post: Post, code: str) -> tuple[Event, ...]:
    return (Event(post.name, post.start, code, "on"), Event(post.name, post.end, code, "off"))


def _raised(post: Post, *rules: str) -> tuple[Alarm, ...]:
    return tuple((rule, post.target) for rule in rules)


def _fed(scene: Scene, post: Post) -> tuple[Alarm, ...]:
    """Return what the stations behind a gate may say of their inlets and outlets."""
    fed = [s for s in scene.people.city.stations if s.gate == post.name]
    rules = ("inlet_pressure_low", *_FALL_RULES)
    return tuple((rule, Target("station", s.station)) for s in fed for rule in rules)


KINDS: Final = (
    Kind("slam_shut_tripped", slam_shut_tripped, 4, "stations"),
    Kind("standby_stream_active", standby_stream_active, 4, "stations"),
    Kind("regulator_bypass_open", regulator_bypass_open, 4, "stations"),
    Kind("regulator_hunting", regulator_hunting, 4, "stations"),
    Kind("inlet_pressure_low", inlet_pressure_low, 4, "stations"),
    Kind("gas_detected", gas_detected, 4, "stations"),
)
