"""Base volumes, what is disturbed of a step by itself: as the contract says of a corrector at fault."""

from typing import Final

import numpy as np
from msgspec.structs import replace

from telemetry.batch import NULL
from telemetry.model import Floats, Integers
from telemetry.quality import Flag
from telemetry.volumes.base_volume import BaseVolumes, base_volumes
from telemetry.volumes.disturbed_registers import undisturbed_register
from telemetry.volumes.state import Ends
from telemetry.volumes.steps import Steps, take
from telemetry.volumes.terms import TermsTable

_OF_GAS: Final = Flag.GAS_QUALITY_MISSING | Flag.Z_OUT_OF_RANGE | Flag.Z_WIDER_RANGE


def corrected(steps: Steps, usual_factor: Floats, table: TermsTable) -> BaseVolumes:
    """Return the base volumes of steps: of the undisturbed part in its own way, of the rest by the rule.

    Both parts' volumes sum to the step's, and their base volumes to its base volume.
    """
    part = np.minimum(steps.disturbed_um3, steps.volume_um3)
    rows = np.flatnonzero(part > 0)
    if not len(rows):
        return base_volumes(steps, steps, usual_factor, table)
    rest = steps.volume_um3.copy()
    rest[rows] -= part[rows]
    sound = replace(steps, volume_um3=rest, base_register_um3=undisturbed_register(steps))
    whole = base_volumes(sound, steps, usual_factor, table)
    return _together(whole, base_volumes(_at_fault(steps, rows), steps, usual_factor, table), rows, steps)


def metered(steps: Steps, base: BaseVolumes) -> Steps:
    """Return the steps with what those by base register alone come to at metering conditions: ΔVb by C.

    Where no C is known the volume is the base volume.
    """
    rows = np.flatnonzero(steps.by_base)
    if not len(rows):
        return steps
    volume, factor = steps.volume_um3.copy(), base.factor[rows]
    known = np.where(np.isnan(factor), 1.0, factor)
    volume[rows] = np.rint(base.base_volume_um3[rows] / known)
    return replace(steps, volume_um3=volume)


def _at_fault(steps: Steps, rows: Integers) -> Steps:
    """Return the disturbed parts as steps of which the device says nothing but the volume."""
    parts = take(steps, rows)
    null = np.full(len(rows), NULL)
    return replace(
        parts,
        volume_um3=np.minimum(parts.disturbed_um3, parts.volume_um3),
        disturbed_um3=null,
        base_register_um3=null,
        pressure_pa=_unmeasured(parts.pressure_pa),
        temperature_k=_unmeasured(parts.temperature_k),
        flags=np.full(len(rows), int(Flag.ON_DEFAULT_VALUES)),
    )


def _unmeasured(state: Ends) -> Ends:
    """Return a quantity of which the device itself says nothing in its steps."""
    unknown = np.full(len(state.first), np.nan)
    return Ends(unknown, unknown, unknown, state.before, unknown)


def _together(whole: BaseVolumes, part: BaseVolumes, rows: Integers, steps: Steps) -> BaseVolumes:
    """Return both parts as one: integers summed, the rest weighted by volume."""
    disturbed = np.minimum(steps.disturbed_um3, steps.volume_um3)[rows]
    weights = (steps.volume_um3[rows] - disturbed, disturbed)
    for name in ("pressure_pa", "temperature_k", "z_ratio"):
        column = getattr(whole, name)
        column[rows] = _mean((column[rows], getattr(part, name)), weights)
    sound = weights[0] > 0
    whole.base_volume_um3[rows] += part.base_volume_um3
    whole.factor[rows] = whole.base_volume_um3[rows] / steps.volume_um3[rows]
    whole.method[rows] = np.where(sound, np.maximum(whole.method[rows], part.method), part.method)
    whole.quality[rows] = np.maximum(whole.quality[rows], part.quality)
    whole.flags[rows] |= part.flags & int(_OF_GAS)
    whole.replaced_um3[rows], whole.replaced_by[rows] = part.base_volume_um3, part.method
    return whole


def _mean(values: tuple[Floats, Floats], weights: tuple[Integers, Integers]) -> Floats:
    """Return the mean of two columns by weight; where only one is known or weighs anything, that one."""
    first, second = (
        np.where(np.isnan(value), 0, weight) for value, weight in zip(values, weights, strict=True)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (np.nan_to_num(values[0]) * first + np.nan_to_num(values[1]) * second) / (first + second)
    return np.where(second == 0, values[0], np.where(first == 0, values[1], mean))
