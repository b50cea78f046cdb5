"""What a device counted while its corrector was at fault: what its registers of that say of each step."""

from typing import Final

import numpy as np

from telemetry.batch import NULL
from telemetry.model import Integers
from telemetry.quality import Flag
from telemetry.volumes.readings import Readings
from telemetry.volumes.registers import JITTER_UM3, Advance
from telemetry.volumes.steps import Steps

NEAR_UM3: Final = 1_000_000
"""Registers latch whole cubic metres: by so much the disturbed one may advance more than the total."""


def disturbed_advance(index_um3: Integers) -> Integers:
    """Return by how much a disturbed register advanced in each step; `NULL` where it does not say.

    What it trembles by is nothing; where it went back it says nothing. It decides how a step's volume
    is corrected, never how much that is, so that nothing before the step matters.
    """
    known = (index_um3[:-1] != NULL) & (index_um3[1:] != NULL)
    advance = np.where(known, index_um3[1:] - np.where(known, index_um3[:-1], 0), NULL)
    advance[known & (np.abs(advance) <= JITTER_UM3)] = 0
    return np.where(advance < 0, NULL, advance)


def disturbed_part(readings: Readings, counted: Advance) -> Integers:
    """Return what of each step's volume is disturbed, all of it at most; flag the steps that have any.

    The register is the total: a disturbed one that advanced by more contradicts it.
    """
    advance = disturbed_advance(readings.disturbed_index_um3)
    base = disturbed_advance(readings.base_disturbed_index_um3)
    counted.flags[(advance > 0) | (base > 0)] |= Flag.DISTURBED_VOLUME
    contradicts = (advance > 0) & (advance > counted.volume_um3 + NEAR_UM3)
    counted.flags[contradicts & readings.joined] |= Flag.INDEX_MISMATCH
    return np.where(advance > 0, np.minimum(advance, counted.volume_um3), advance)


def undisturbed_register(steps: Steps) -> Integers:
    """Return what the device's base register counted by a corrector that was not at fault, else `NULL`."""
    register, disturbed = steps.base_register_um3, steps.base_disturbed_um3
    told = (register != NULL) & (disturbed != NULL) & (register >= disturbed)
    rest = np.where(told, register - np.where(told, disturbed, 0), NULL)
    return np.where(steps.disturbed_um3 > 0, rest, register)
