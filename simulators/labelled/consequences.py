"""What else may lawfully ring when a meter misses gas, a site burns other than usual, or an outlet sinks."""

from typing import Final

import numpy as np

from simulators.labelled.happening import Alarm, Target
from simulators.labelled.points import Point
from simulators.labelled.scene import Place, Post, Scene
from simulators.stations import LITTLE_FLOW

_HARDLY_ANY: Final = 5 * LITTLE_FLOW
"""Of its capacity: so little flow is what a station shows whose slam-shut has closed."""
_MINUTE_S: Final = 60
_FAST_PCT_PER_MIN: Final = 0.5
"""Half of the fall that a torn main makes at least: whoever watches how fast an outlet falls may see it."""


def check_alarms(scene: Scene, point: Point) -> tuple[Alarm, ...]:
    """Return what the meter in series may raise, on either of the two."""
    beside = [p.name for p in scene.people.points if p.checks == point.name]
    return tuple(("check_meter_deviation", Target("meter", name)) for name in (*beside, point.name))


def echoed(scene: Scene, place: Place, *rules: str) -> tuple[Alarm, ...]:
    """Return what a change of load may raise on the meter itself and on the one in series with it."""
    names = [place.name, *(p.name for p in scene.people.points if p.checks == place.name)]
    return tuple((rule, Target("meter", name)) for name in names for rule in rules)


def missed(scene: Scene, place: Place, *rules: str) -> tuple[Alarm, ...]:
    """Return what may ring when a meter misses gas that was burned."""
    usual = ("consumption_swing", "bypass_suspected", *rules)
    return (
        *((rule, place.target) for rule in usual),
        scene.zone_alarm(place.point),
        *check_alarms(scene, place.point),
    )


def uncounted(scene: Scene, place: Place, *rules: str) -> tuple[Alarm, ...]:
    """Return what may ring when gas flows that the register does not count.

    The pipe loses pressure by all the gas: beside its peers, and for the flow that it shows, the sensor
    seems to have drifted.
    """
    sensed = ("sensor_drift",) if place.point.has_corrector else ()
    return missed(scene, place, *sensed, *rules)


def burned_otherwise(scene: Scene, place: Place, *rules: str) -> tuple[Alarm, ...]:
    """Return what may ring when a site really burns more or less than usual.

    The meter in series sees the same gas, and may say the same.
    """
    return (
        *echoed(scene, place, "consumption_swing", "bypass_suspected", *rules),
        scene.zone_alarm(place.point),
        *check_alarms(scene, place.point),
    )


def like_shut(scene: Scene, post: Post) -> tuple[Alarm, ...]:
    """Return what a low outlet may be taken for while hardly any gas flows: a slam-shut that has closed."""
    return (("slam_shut_tripped", post.target),) if _rests(scene, post) else ()


def like_leaking(scene: Scene, post: Post) -> tuple[Alarm, ...]:
    """Return what a high outlet may be taken for while hardly any gas flows: a seat that does not lock up."""
    return (("lockup_failure", post.target),) if _rests(scene, post) else ()


def falling(scene: Scene, post: Post, by_kpa: float) -> tuple[Alarm, ...]:
    """Return what an outlet may raise that sinks by so much from one sample to the next."""
    minutes = max(scene.period_s(post.station), _MINUTE_S) / _MINUTE_S
    fast = 100 * by_kpa / post.station.set_kpa / minutes > _FAST_PCT_PER_MIN
    return (("pressure_rate_of_fall", post.target),) if fast else ()


def carried_from(scene: Scene, post: Post, share: float = 1.0) -> float | None:
    """Return when a stream that carries this share of the gas is first seen to carry any, if ever."""
    slots = scene.span.between(post.start, post.end)
    flow = share * scene.peace.flow[scene.peace.index[post.name]][slots]
    clear = np.flatnonzero(flow > _HARDLY_ANY * post.station.capacity_m3h)
    return None if clear.size == 0 else max(post.start, float(scene.span.centres[slots.start + clear[0]]))


def _rests(scene: Scene, post: Post) -> bool:
    """Return whether hardly any gas flows through a station for part of a time."""
    flow = scene.peace.flow[scene.peace.index[post.name]]
    during = flow[scene.span.between(post.start, post.end)]
    return bool((during < _HARDLY_ANY * post.station.capacity_m3h).any())
