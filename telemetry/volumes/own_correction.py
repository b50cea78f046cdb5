"""The correction of the device itself, held against the platform's: rule R9."""

from typing import Final

import numpy as np

from telemetry.batch import NULL
from telemetry.model import Booleans, Floats
from telemetry.quality import Flag
from telemetry.volumes.method import MEASURED_AT_MOST
from telemetry.volumes.steps import Edited, Steps

MISMATCH: Final = 0.01
"""Twice what a corrector may err; a difference of its Z settings comes to 0.3 to 0.9 %."""

LEAST_UM3: Final = 1_000_000
"""Less volume than this may differ by the last digits of the registers alone."""

STEADY_PRESSURE: Final = 0.01
STEADY_K: Final = 3.0
"""Where p or T moves by more between the ends, their mean is no measure of what the device saw."""

_NOT_ASKED: Final = Flag.ON_DEFAULT_VALUES | Flag.DISTURBED_VOLUME | Flag.REGISTER_REGRESSION


def mismatches(steps: Steps, factor: Floats) -> Booleans:
    """Say in which steps ΔVb/ΔV of the device lies off the platform's own ``factor``.

    Only steps are asked that are at most 90 minutes long, in which p and T hardly moved, no edit has a
    say and the device's corrector was not at fault.
    """
    asked: Booleans = (steps.base_register_um3 != NULL) & (steps.volume_um3 >= LEAST_UM3)
    asked &= (steps.duration <= MEASURED_AT_MOST) & (steps.edited < Edited.STATE)
    asked &= ~steps.by_base
    asked &= (steps.flags & int(_NOT_ASKED)) == 0
    pressure, temperature = steps.pressure_pa, steps.temperature_k
    with np.errstate(invalid="ignore", divide="ignore"):
        asked &= np.abs(pressure.first / pressure.last - 1) <= STEADY_PRESSURE
        asked &= np.abs(temperature.first - temperature.last) <= STEADY_K
        asked &= np.abs(steps.base_register_um3 / (steps.volume_um3 * factor) - 1) > MISMATCH
    return asked
