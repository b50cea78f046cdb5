"""What else may lawfully ring when a meter misses gas, or a station gives none."""

from simulators.labelled.happening import Alarm, Target
from simulators.labelled.points import Point
from simulators.labelled.scene import Place, Scene


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
