"""What a stream's last minutes tell of it: shut, flowing again, climbing, or taken over by the standby."""

from typing import Final, NamedTuple

import numpy as np

from alerts.look_back import LOOK_BACK
from alerts.window import Pressures
from telemetry.model import MINUTE, Booleans, Floats, Stream

CARRYING_M3H: Final = 10.0
"""A flow that shows that a stream carries gas; less is a meter that does not quite stand still."""

LEAST_DROP_SHARE: Final = 0.15
LEAST_DROP_PA: Final = 5e3
"""What a regulator needs between inlet and outlet, as a share of its set point and at least."""

_SEEN_TWICE: Final = 2
_FLOWED: Final = 4.0  # times what is little
_THIRD: Final = LOOK_BACK // 3
_QUARTER: Final = 15 * MINUTE


def least_inlet_pa(
    outlet_pa: Floats,
    set_pa: Floats,
    share: float | Floats = LEAST_DROP_SHARE,
    least_pa: float | Floats = LEAST_DROP_PA,
) -> Floats:
    """Return what the inlet must have for the regulator to work."""
    needed: Floats = outlet_pa + np.maximum(share * set_pa, least_pa)
    return needed


def seems_shut(said: Pressures, little_m3h: float | Floats) -> Booleans:
    """Return where gas flowed and for a minute no longer does, the inlet is well and the outlet decays."""
    trailing, low_pa = said.trailing, said.limits.low_pa
    highest = trailing.largest(said.outlet_pa, LOOK_BACK)
    stopped = trailing.largest(said.flow_m3h, MINUTE) <= little_m3h
    stopped &= trailing.count(said.flow_m3h, MINUTE) >= _SEEN_TWICE
    flowed = trailing.largest(said.flow_m3h, LOOK_BACK) > _FLOWED * little_m3h
    decays = (highest >= low_pa) & (said.outlet_pa < low_pa)
    decays &= said.outlet_pa <= trailing.mean(said.outlet_pa, MINUTE)
    supplied = said.inlet_pa >= least_inlet_pa(highest, said.limits.set_pa)
    shut: Booleans = stopped & flowed & decays & supplied
    return shut


def flows_again(said: Pressures, little_m3h: float | Floats) -> Booleans:
    """Return where pressure and flow are well after neither was."""
    down = (said.outlet_pa < said.limits.low_pa) & (said.flow_m3h <= little_m3h)
    well = (said.outlet_pa >= said.limits.low_pa) & (said.flow_m3h > little_m3h)
    again: Booleans = well & (said.trailing.largest(down.astype(np.float64), LOOK_BACK) > 0)
    return again


def climb_pa(said: Pressures) -> Floats:
    """Return how far the outlet climbs in 15 min, at the slower of two paces: a step is no climb.

    NaN where one of the last three spans of 200 s is not known.
    """
    latest, middle, first = (
        said.trailing.mean(said.outlet_pa, (ago + 1) * _THIRD, ago * _THIRD) for ago in range(3)
    )
    climb: Floats = np.minimum(latest - middle, middle - first) * (_QUARTER / _THIRD)
    return climb


class Duty(NamedTuple):
    """What each row's station said last of its stream on duty, and of the outlet that both share."""

    flow_m3h: Floats
    slam_shut: Floats
    outlet_pa: Floats


def duty(said: Pressures) -> Duty:
    """Return what is known of the stream on duty, for the rows of the one in reserve."""
    on_duty = said.limits.standby == 0
    slam_shut = np.where(said.slam_shut < 0, np.nan, said.slam_shut)
    shared = said.trailing.latest_of_target(said.outlet_pa, said.part == Stream.SINGLE)
    return Duty(
        flow_m3h=said.trailing.latest_of_target(said.flow_m3h, on_duty),
        slam_shut=said.trailing.latest_of_target(slam_shut, on_duty),
        outlet_pa=np.where(np.isnan(said.outlet_pa), shared, said.outlet_pa),
    )
