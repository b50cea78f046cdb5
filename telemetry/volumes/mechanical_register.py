"""The meter's own register, held against the electronic one that its pulses move: advice, never a volume."""

from typing import Final

import numpy as np

from telemetry.batch import NULL
from telemetry.model import HOUR, Floats, Integers
from telemetry.quality import Flag
from telemetry.volumes.displayed_flow import NOTICEABLE
from telemetry.volumes.readings import Readings
from telemetry.volumes.registers import ROLLOVER_FLOW, Advance

_UNIT_UM3: Final = 1_000_000
"""The step in which mechanical registers are read."""


def mechanical_flags(readings: Readings, counted: Advance, qmax_m3h: Floats) -> Integers:
    """Flag the steps between readings in which the mechanical register moves and the electronic one stands.

    ``counted`` is of each step and ``qmax_m3h`` of each reading. What the mechanical one moves by must be
    more than its unit, so much that no pulse is as large (a twentieth of Qmax), and no more than can flow.
    """
    index = readings.mechanical_index_um3
    if (index == NULL).all():
        return np.zeros(len(counted.flags), np.int64)
    known = (index[:-1] != NULL) & (index[1:] != NULL) & (counted.volume_um3 == 0)
    moved_um3 = np.where(known, index[1:] - np.where(known, index[:-1], 0), 0)
    most_um3 = qmax_m3h[1:] * np.diff(readings.measured_at) / HOUR * 1e6
    clear = np.maximum(_UNIT_UM3, NOTICEABLE * most_um3)
    stuck = known & (moved_um3 > clear) & (moved_um3 <= ROLLOVER_FLOW * most_um3)
    flags: Integers = stuck * int(Flag.REGISTER_STUCK)
    return flags
