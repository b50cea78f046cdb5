"""Gas that leaves a zone through no meter: mains that leak."""

from dataclasses import replace
from typing import Final

import numpy as np

from simulators.days import DAY_S, HOUR_S
from simulators.labelled.happening import Happening, Loss, Target
from simulators.labelled.kind import Kind
from simulators.labelled.points import LOW_KPA
from simulators.labelled.scene import Scene, blamed, inside, ramp, strength

_TELLABLE_SHARE: Final = 0.02
"""Three standard deviations of a zone's daily balance: inlet and customers' meters each 0.3 % off."""


def zone_imbalance(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a main leak, suddenly or more and more, until it is found."""
    fit = lambda p: p.role == "zone_inlet"  # noqa: E731
    place = scene.place(
        fit, float(draw.uniform(4, 15)) * DAY_S, draw, learnt=True, points=scene.people.points
    )
    if place is None:
        return None
    zone = place.point.meter.zone
    stations = [s.station for s in scene.people.city.stations if s.zone == zone and s.set_kpa > LOW_KPA]
    stations = stations or [s.station for s in scene.people.city.stations if s.set_kpa > LOW_KPA]
    members = [n for n, c in enumerate(scene.people.city.customers) if c.meter.zone == zone]
    usual = float(scene.peace.burned[members].sum(axis=0).mean())
    plain, grows = strength(draw), bool(draw.random() < 0.4)  # noqa: PLR2004 (part of them)
    rate = plain * _TELLABLE_SHARE * usual
    full = place.start + (0.5 * (place.end - place.start) if grows else 1.0)
    grid = scene.span.centres
    lost = rate * ramp(grid, place.start, full) * inside(grid, place.start, place.end)
    target = Target("zone", zone)
    return replace(
        blamed("zone_imbalance", place),
        target=target,
        raises=(("zone_imbalance", target),),
        size=round(rate, 2),
        unit="m³/h",
        shape="growing" if grows else "step",
        strength=plain,
        detectable_from=max(place.start + DAY_S, place.start + (full - place.start) / plain),
        losses=(Loss(zone, str(draw.choice(stations)), lost),),
        note=f"{lost.sum() / 12:.0f} m³ lost in {(place.end - place.start) / HOUR_S:.0f} h",
    )


KINDS: Final = (Kind("zone_imbalance", zone_imbalance, 4),)
