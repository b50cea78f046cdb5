"""What a stream's last minutes tell of it: shut, flowing again, falling, or taken over by the standby."""

from typing import Final, NamedTuple

import numpy as np

from alerts.windows.look_back import LOOK_BACK
from alerts.windows.window import Pressures
from telemetry.model import SECOND, Booleans, Floats, Instant, Stream

CARRYING_M3H: Final = 10.0
"""A flow that shows that a stream carries gas; less is a meter that does not quite stand still."""

LEAST_DROP_SHARE: Final = 0.15
LEAST_DROP_PA: Final = 5e3
"""What a regulator needs between inlet and outlet, as a share of its set point and at least."""

_SEEN_TWICE: Final = 2
_COLLAPSED: Final = 0.5
_FALLS: Final = 3  # samples: a fall and what was before
_A_WHILE: Final = 130 * SECOND  # two samples of one that speaks every minute


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
    """Return where nothing flows though the outlet is low and the inlet well: open, it would deliver.

    The outlet must not rise, and no flow be seen twice within two minutes; of a station that speaks more
    seldom one statement tells, once less than half of the set point is left.
    """
    trailing = said.trailing
    alone = trailing.count(said.flow_m3h, _A_WHILE) < _SEEN_TWICE
    stopped = trailing.largest(said.flow_m3h, _A_WHILE) <= little_m3h
    low = said.outlet_pa < np.where(alone, _COLLAPSED * said.limits.set_pa, said.limits.low_pa)
    decays = low & (said.outlet_pa <= trailing.mean(said.outlet_pa, _A_WHILE))
    supplied = said.inlet_pa >= least_inlet_pa(said.limits.set_pa, said.limits.set_pa)
    shut: Booleans = stopped & decays & supplied
    return shut


def flows_again(said: Pressures, little_m3h: float | Floats) -> Booleans:
    """Return where pressure and flow are well after neither was."""
    down = (said.outlet_pa < said.limits.low_pa) & (said.flow_m3h <= little_m3h)
    well = (said.outlet_pa >= said.limits.low_pa) & (said.flow_m3h > little_m3h)
    again: Booleans = well & (said.trailing.largest(down.astype(np.float64), LOOK_BACK) > 0)
    return again


def fall_pa(said: Pressures, since: Instant) -> Floats:
    """Return how far the outlet fell below its set point, or from below it; three samples tell."""
    highest = np.fmin(said.trailing.largest(said.outlet_pa, since), said.limits.set_pa)
    enough = said.trailing.count(said.outlet_pa, since) >= _FALLS
    return np.where(enough & ~np.isnan(said.limits.set_pa), highest - said.outlet_pa, np.nan)


def flow_rise(said: Pressures) -> Floats:
    """Return by what share the flow is larger than five to ten minutes before; a trickle's growth is none."""
    before = said.trailing.mean(said.flow_m3h, LOOK_BACK, LOOK_BACK // 2)
    rise: Floats = said.flow_m3h / np.where(before > 0, before, np.nan) - 1
    return np.where(said.flow_m3h - before > CARRYING_M3H, rise, np.minimum(rise, 0.0))


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
