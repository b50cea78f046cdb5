"""The flow that a device displays, held against what its register counted: advice, never a volume."""

from typing import Final

import numpy as np

from telemetry.batch import NULL
from telemetry.model import HOUR, Floats, Integers
from telemetry.quality import Flag
from telemetry.volumes.method import MEASURED_AT_MOST
from telemetry.volumes.readings import Readings
from telemetry.volumes.registers import ROLLOVER_FLOW, Advance

TIMES: Final = 2.0
"""By so much both ends must display more than the register counted."""

NOTICEABLE: Final = 0.05
"""Less than this share of Qmax is not noticed: a display creeps and trembles."""


def flow_flags(readings: Readings, counted: Advance, qmax_m3h: Floats) -> Integers:
    """Flag the steps between readings whose displayed flow cannot be what the register counted.

    ``counted`` is of each step and ``qmax_m3h`` of each reading. Steps longer than 90 minutes are not
    asked: between their ends anything may have flowed.
    """
    flow = readings.flow_m3h
    if np.isnan(flow).all():
        return np.zeros(len(counted.flags), np.int64)
    duration = np.maximum(np.diff(readings.measured_at), 1)
    asked = (duration <= MEASURED_AT_MOST) & (counted.volume_um3 != NULL)
    asked &= (counted.flags & Flag.REGISTER_REGRESSION) == 0
    mean_m3h = counted.volume_um3 / 1e6 / (duration / HOUR)
    with np.errstate(invalid="ignore"):
        impossible = flow > ROLLOVER_FLOW * qmax_m3h
        both = np.minimum(flow[:-1], flow[1:])
        more = asked & (both > TIMES * mean_m3h + NOTICEABLE * qmax_m3h[1:])
    stuck = more & (counted.volume_um3 == 0)
    contradicts = asked & ~stuck & (more | impossible[:-1] | impossible[1:])
    flags: Integers = stuck * int(Flag.REGISTER_STUCK) + contradicts * int(Flag.FLOW_CONTRADICTS)
    return flags
