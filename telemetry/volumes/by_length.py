"""How good a volume can be by the length of its step alone."""

import numpy as np

from telemetry.model import Integers
from telemetry.quality import Quality
from telemetry.volumes.method import INTERPOLATED_AT_MOST, MEASURED_AT_MOST
from telemetry.volumes.steps import Steps


def quality_by_length(steps: Steps) -> Integers:
    """Return how well a step's length tells when its volume flowed; no volume flowed at any time."""
    still = steps.volume_um3 == 0
    longer = np.where(
        still | (steps.duration <= INTERPOLATED_AT_MOST), Quality.INTERPOLATED, Quality.ESTIMATED
    )
    return np.where(steps.duration <= MEASURED_AT_MOST, int(Quality.MEASURED), longer)
