"""How clearly the pressure at a meter tells of gas that its register does not count."""

from typing import Final

import numpy as np

from simulators.labelled.calendar import WORKSHOP
from simulators.labelled.metering import RESTLESS, SITE_DROOP_KPA, SWELL
from simulators.labelled.network import EXPONENT
from simulators.labelled.points import Point
from simulators.labelled.scene import IN_USE, Scene
from simulators.stations import outlet_noise_kpa

INTERVALS: Final = 3
"""Readings that agree before anybody believes them."""
_SENSOR_NOISE: Final = 0.0004


def clearness(scene: Scene, point: Point, share: float, slots: slice) -> float:
    """Return by how many standard deviations the drop before a meter exceeds what its register explains.

    Parameters
    ----------
    scene
        The city in peace.
    point
        A metering point with a corrector.
    share
        The part of the gas that is not counted, 0 to 1.
    slots
        When: its usual use in that time counts.

    Returns
    -------
    float
        Standard deviations, three readings taken together; 0 where nothing is burned.

    Notes
    -----
    p1² - p2² = k · Q^1.82 with all the gas against the same with what is counted; behind a workshop's own
    regulator its droop too, and its wander as noise, which three readings do not lessen.
    """
    load = scene.load(point)
    during = load[slots]
    used = during[during > IN_USE * np.quantile(load, 0.95)]
    if used.size == 0:
        return 0.0
    flow = float(np.median(used))
    supply = point.meter.set_kpa + point.meter.atmospheric_kpa
    explained: float = point.k * (flow * (1 - share)) ** EXPONENT
    unexplained_kpa: float = (point.k * flow**EXPONENT - explained) / (2 * supply)
    station = scene.peace.stations[scene.peace.index[point.meter.station]]
    noise = float(np.hypot(_SENSOR_NOISE * supply, outlet_noise_kpa(station))) / float(np.sqrt(INTERVALS))
    customer = scene.people.of(point)
    if customer.sector.name == WORKSHOP:
        droop = SITE_DROOP_KPA * point.meter.set_kpa / 400
        unexplained_kpa += droop * float(np.sqrt(flow / customer.design_m3h) * (1 - np.sqrt(1 - share)))
        noise = float(np.hypot(noise, _wander_kpa(point)))
    return unexplained_kpa / noise


def _wander_kpa(point: Point) -> float:
    """Return the standard deviation of the pressure behind a workshop's regulator while gas is burned."""
    # The second moment of exp(s · z) is exp(2 s²).
    return point.surge_kpa * (1 + SWELL) * float(np.exp(RESTLESS**2))
