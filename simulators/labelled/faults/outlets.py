"""Outlet pressures too high, too low, beyond the ceiling, creeping at lock-up, or falling fast."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeAlias

import numpy as np

from simulators.days import DAY_S, HOUR_S
from simulators.labelled.consequences import falling, like_leaking, like_shut
from simulators.labelled.happening import Alarm, Happening, Loss, StationEffect, Target
from simulators.labelled.kind import Kind
from simulators.labelled.limits import Bands, bands, too_low
from simulators.labelled.network import locked_up
from simulators.labelled.points import LOW_KPA
from simulators.labelled.scene import Post, Scene, blamed, inside, ramp, strength
from simulators.labelled.span import Booleans, Floats
from simulators.stations import Station, outlet_noise_kpa

_BORDER: Final = 0.005
"""A transmitter of class 0.5 tells no less from a limit, as a part of the set point."""
_LEAST_SAMPLES: Final = 6
_NARROW: Final = 0.004
_SIGMAS: Final = 3.0
"""An outlet this far beyond a limit shows it in every sample, whatever the noise."""
_OFTEN: Final = 0.1
_FAST_PCT_PER_MIN: Final = 1.0
Hold: TypeAlias = Callable[[Floats, Floats, Floats], Floats]
"""From instants, outlet pressures and loads to what the outlet is held at."""


def outlet_pressure_high(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a regulator hold too much, but less than would be too much by far."""
    return _level(scene, draw, "outlet_pressure_high", lambda b, _: (b.high, b.high_high), ())


def outlet_pressure_high_high(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a regulator hold too much by far, just below the slam-shut."""
    also = ("outlet_pressure_high", "overprotection_ceiling")
    return _level(scene, draw, "outlet_pressure_high_high", lambda b, s: (b.high_high, s.opso_kpa), also)


def overprotection_ceiling(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a regulator fail open with a slam-shut that does not close."""
    also = ("outlet_pressure_high", "outlet_pressure_high_high")
    return _level(scene, draw, "overprotection_ceiling", lambda b, _: (b.ceiling, 1.1 * b.ceiling), also)


def outlet_pressure_low(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a regulator hold too little, but enough not to be too little by far."""
    also = ("standby_stream_active",)
    return _level(scene, draw, "outlet_pressure_low", lambda b, s: (b.low_low, too_low(s, b)), also)


def outlet_pressure_low_low(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a regulator hold too little by far, just above the slam-shut's lower point."""
    also = ("outlet_pressure_low",)
    return _level(scene, draw, "outlet_pressure_low_low", lambda b, s: (s.upso_kpa, b.low_low), also)


def _level(
    scene: Scene,
    draw: np.random.Generator,
    rule: str,
    band: Callable[[Bands, Station], tuple[float, float]],
    also: tuple[str, ...],
) -> Happening | None:
    """Hold an outlet between two pressures, clear of the limits on either side."""
    lasting_h = float(np.exp(draw.uniform(np.log(0.3), np.log(12))))

    falls = rule.startswith("outlet_pressure_low")

    def between(station: Station) -> tuple[float, float]:
        low, high = band(bands(station, locks_up=_locks_up(scene, station)), station)
        beyond, clear = _beyond(station), _NARROW * station.set_kpa
        return (low + clear, high - beyond) if falls else (low + beyond, high - clear)

    def fit(station: Station) -> bool:
        low, high = between(station)
        deep = rule == "outlet_pressure_low_low" and station.kind == "gate"
        return high > low and not deep

    post = scene.post(fit, lasting_h * HOUR_S, draw, rule=rule)
    if post is None:
        return None
    station = post.station
    low, high = between(station)
    # Nearer the limit more often: what is far beyond it is easy.
    far = float(draw.random()) ** 2
    level = high - far * (high - low) if falls else low + far * (high - low)
    crossed = high + _beyond(station) if falls else low - _beyond(station)
    end = max(post.end, post.start + _LEAST_SAMPLES * scene.period_s(station))
    post = replace(post, end=end)
    within = float(draw.choice([0.0, 0.2])) * (end - post.start)

    def hold(at: Floats, kpa: Floats, _load: Floats) -> Floats:
        part = ramp(at, post.start - 1, post.start + within) * inside(at, post.start, end)
        return kpa + part * (level - kpa)

    at, kpa = _sampled(scene, post, hold)
    beyond = inside(at, post.start, end) & (kpa < crossed if falls else kpa > crossed)
    return replace(
        blamed(rule, post),
        also=(*_raised(post, *also), *_likewise(scene, post, kpa, falls=falls)),
        size=round(level, 3),
        unit="kPa",
        shape="ramp" if within else "step",
        strength=abs(level - crossed) / (_BORDER * station.set_kpa),
        detectable_from=float(at[beyond][0]) if beyond.any() else None,
        stations=(StationEffect(post.name, outlet=hold),),
    )


def _likewise(scene: Scene, post: Post, kpa: Floats, *, falls: bool) -> tuple[Alarm, ...]:
    """Return what a level looks like as well; a low outlet falls at its start, a high one at its end."""
    alike = like_shut(scene, post) if falls else like_leaking(scene, post)
    swift = falling(scene, post, float(-np.diff(kpa).min()))
    return (*alike, *swift, *_inlets_behind(scene, post.station, falls=falls))


def _beyond(station: Station) -> float:
    """Return by how much (kPa) an outlet must pass a limit for its samples to show it."""
    return max(_BORDER * station.set_kpa, _SIGMAS * outlet_noise_kpa(station))


def _sampled(scene: Scene, post: Post, hold: Hold) -> tuple[Floats, Floats]:
    """Return when a station samples from before a fault until after it, and the outlet it then has."""
    period, begin = scene.period_s(post.station), scene.span.begin
    first, last = (np.floor((t - begin) / period) for t in (post.start, post.end))
    at = begin + period * np.arange(first - 1, last + 2)
    return at, hold(at, scene.peace.outlet_at(scene.peace.index[post.name], at), np.ones(at.size))


def lockup_failure(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a regulator leak through its seat: the outlet creeps up whenever nothing flows.

    Where nobody is told the flow, a seat that leaks cannot be told from an outlet held too high.
    """
    often = lambda s: s.has_flow and float(np.mean(_stopped(scene, s))) > _OFTEN  # noqa: E731
    post = scene.post(often, float(draw.uniform(2.5, 10)) * DAY_S, draw, rule="lockup_failure")
    if post is None:
        return None
    station, plain = post.station, strength(draw)
    lawful = station.lockup_pct / 100 * station.set_kpa
    most = lawful * (0.3 + 0.1 * plain) + _BORDER * station.set_kpa
    rate = most / float(draw.uniform(0.7, 3))

    def creep(at: Floats, kpa: Floats, load: Floats) -> Floats:
        stopped = (load == 0) & inside(at, post.start, post.end)
        since = np.maximum.accumulate(np.where(stopped, -np.inf, at))
        hours = np.where(np.isfinite(since), at - since, 0.0) / HOUR_S
        return kpa + np.where(stopped, np.minimum(rate * hours, most), 0.0)

    grid = scene.span.centres
    number = scene.peace.index[station.station]
    part = np.where(_stopped(scene, station), 0.0, 1.0)
    above = creep(grid, scene.peace.outlet[number], part) > station.set_kpa + lawful
    seen = np.flatnonzero(above & inside(grid, post.start, post.end))
    if seen.size == 0:
        return None
    return replace(
        blamed("lockup_failure", post),
        also=(
            *_raised(post, "outlet_pressure_high", "outlet_pressure_high_high", "overprotection_ceiling"),
            # What has crept up falls back as soon as gas flows.
            *falling(scene, post, lawful + most),
        ),
        size=round(rate, 4),
        unit="kPa/h",
        shape="creep",
        strength=plain,
        detectable_from=float(grid[seen[0]]),
        stations=(StationEffect(post.name, outlet=creep),),
    )


def pressure_rate_of_fall(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a main behind a station be torn open: much gas goes, and the outlet falls within minutes."""

    def fit(station: Station) -> bool:
        return scene.period_s(station) <= 60 and station.kind != "gate" and station.set_kpa > LOW_KPA  # noqa: PLR2004

    post = scene.post(fit, float(draw.uniform(0.7, 5)) * HOUR_S, draw, rule="pressure_rate_of_fall")
    if post is None:
        return None
    fall, minutes = float(draw.uniform(0.08, 0.4)), float(draw.uniform(2, 7))
    station = post.station

    def give_way(at: Floats, kpa: Floats, _load: Floats) -> Floats:
        part = ramp(at, post.start, post.start + 60 * minutes) * inside(at, post.start, post.end)
        return kpa * (1 - fall * part)

    torn = inside(scene.span.centres, post.start, post.end)
    escaping: Floats = np.where(torn, station.capacity_m3h * fall, 0.0)
    rules = ("outlet_pressure_low", "outlet_pressure_low_low", "standby_stream_active")
    return replace(
        blamed("pressure_rate_of_fall", post),
        also=(
            *_raised(post, *rules),
            ("zone_imbalance", Target("zone", station.zone)),
            *_inlets_behind(scene, station, falls=True),
        ),
        size=round(100 * fall / minutes, 2),
        unit="% per minute",
        shape="fall",
        strength=100 * fall / minutes / _FAST_PCT_PER_MIN,
        detectable_from=post.start,
        stations=(StationEffect(post.name, outlet=give_way),),
        losses=(Loss(station.zone, post.name, escaping),),
    )


def _stopped(scene: Scene, station: Station) -> Booleans:
    return locked_up(station, scene.peace.flow[scene.peace.index[station.station]])


def _locks_up(scene: Scene, station: Station) -> bool:
    return bool(_stopped(scene, station).any())


def _raised(post: Post, *rules: str) -> tuple[Alarm, ...]:
    return tuple((rule, post.target) for rule in rules)


def _inlets_behind(scene: Scene, station: Station, *, falls: bool) -> tuple[Alarm, ...]:
    """Return what the stations that this one feeds may say of their inlets."""
    fed = [s for s in scene.people.city.stations if s.gate == station.station]
    return tuple(("inlet_pressure_low", Target("station", s.station)) for s in fed if falls)


KINDS: Final = (
    Kind("outlet_pressure_high", outlet_pressure_high, 5, "stations"),
    Kind("outlet_pressure_high_high", outlet_pressure_high_high, 4, "stations"),
    Kind("overprotection_ceiling", overprotection_ceiling, 4, "stations"),
    Kind("outlet_pressure_low", outlet_pressure_low, 5, "stations"),
    Kind("outlet_pressure_low_low", outlet_pressure_low_low, 4, "stations"),
    Kind("lockup_failure", lockup_failure, 4, "stations"),
    Kind("pressure_rate_of_fall", pressure_rate_of_fall, 4, "stations"),
)
