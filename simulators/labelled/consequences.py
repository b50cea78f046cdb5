"""What else may lawfully ring when a meter misses gas, a site burns other than usual, or an outlet sinks."""

from typing import Final

from simulators.labelled.happening import Alarm, Target
from simulators.labelled.points import Point
from simulators.labelled.scene import Place, Post, Scene
from simulators.stations import LITTLE_FLOW

_HARDLY_ANY: Final = 5 * LITTLE_FLOW
"""Of its capacity: so little flow is what a station shows whose slam-shut has closed."""


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
    flow = scene.peace.flow[scene.peace.index[post.name]]
    during = flow[scene.span.between(post.start, post.end)]
    little = bool((during < _HARDLY_ANY * post.station.capacity_m3h).any())
    return (("slam_shut_tripped", post.target),) if little else ()
