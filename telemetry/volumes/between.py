"""What registers advanced by from reading to reading, cut where its terms change or people say otherwise."""

from collections.abc import Sequence

import msgspec
import numpy as np

from telemetry.batch import NULL
from telemetry.model import HOUR, MINUTE, Booleans, Floats, Integers
from telemetry.quality import Flag
from telemetry.volumes.by_hand import read_by_hand
from telemetry.volumes.check_meter import by_check_meter
from telemetry.volumes.displayed_flow import flow_flags
from telemetry.volumes.disturbed_registers import disturbed_advance, disturbed_part
from telemetry.volumes.edits import edited, mark_excluded, with_unread
from telemetry.volumes.elsewhere import nearby, nothing_near
from telemetry.volumes.layout import Layout
from telemetry.volumes.mechanical_register import mechanical_flags
from telemetry.volumes.profile import along_profile
from telemetry.volumes.readings import Readings, Stretch
from telemetry.volumes.registers import ROLLOVER_FLOW, Advance, Register, advance
from telemetry.volumes.sensor_range import in_range
from telemetry.volumes.state import ends
from telemetry.volumes.steps import REGISTER, Edited, Steps, cut, inside, take
from telemetry.volumes.terms import TermsTable, absolute_pressure, terms_at
from telemetry.volumes.unmetered import estimated


def steps_between(readings: Readings, stretches: Sequence[Stretch], table: TermsTable) -> Steps:
    """Return the steps between readings, cut where hand reads, terms and edits say so."""
    steps = _between(readings, stretches, table)
    mark_excluded(steps, stretches)
    steps = by_check_meter(along_profile(steps, stretches), stretches)
    steps = estimated(steps, stretches, table)
    steps = with_unread(read_by_hand(steps, stretches), stretches)
    return edited(_cut_at_terms(steps, table), stretches, table)


def _between(readings: Readings, stretches: Sequence[Stretch], table: TermsTable) -> Steps:
    """Return one step from each reading to the next."""
    volume, base = _advances(readings, stretches)
    regressed = (base.flags & (Flag.REGISTER_REGRESSION | Flag.INDEX_MISMATCH)) != 0
    largest = np.array([one.qmax_m3h for one in stretches])[readings.stretch]
    contradicted = flow_flags(readings, volume, largest) | mechanical_flags(readings, volume, largest)
    disturbed = disturbed_part(readings, volume)
    untold = (readings.index_um3[1:] == NULL) & (readings.base_index_um3[1:] == NULL)
    by_base = ((readings.index_um3[:-1] == NULL) | (readings.index_um3[1:] == NULL)) & ~untold
    counted = _by_either(volume, base, by_base)
    rows = len(volume.flags)
    absolute, ranges = absolute_pressure(table, readings), [one.pressure_range_pa for one in stretches]
    near = nearby(readings, stretches, table) or nothing_near(rows + 1)
    whole = Steps(
        stretch=readings.stretch[1:],
        start=readings.measured_at[:-1],
        end=readings.measured_at[1:],
        duration=np.diff(readings.measured_at),
        terms=np.zeros(rows, np.int64),
        index_um3=readings.index_um3[:-1],
        base_index_um3=readings.base_index_um3[:-1],
        volume_um3=counted.volume_um3,
        base_register_um3=np.where(regressed, NULL, base.volume_um3),
        disturbed_um3=disturbed,
        base_disturbed_um3=disturbed_advance(readings.base_disturbed_index_um3),
        base_given_um3=np.full(rows, NULL),
        pressure_pa=ends(readings, in_range(absolute, readings.stretch, ranges), near.pressure_pa),
        temperature_k=ends(readings, readings.temperature_k, near.temperature_k),
        flags=readings.flags[:-1] | readings.flags[1:] | counted.flags | contradicted,
        edited=np.full(rows, Edited.NOT, np.int64),
        by_base=by_base,
        layout=Layout.even(rows),
        basis=np.full(rows, REGISTER),
        in_series=near.in_series[:-1] | near.in_series[1:],
    )
    return take(whole, readings.joined & (untold | (counted.volume_um3 != NULL)))


def _by_either(volume: Advance, base: Advance, by_base: Booleans) -> Advance:
    """Return what the register advanced by, or where it does not say the base register."""
    if not by_base.any():
        return volume
    flags = base.flags | (volume.flags & Flag.DISTURBED_VOLUME)
    return Advance(
        np.where(by_base, base.volume_um3, volume.volume_um3), np.where(by_base, flags, volume.flags)
    )


def _advances(readings: Readings, stretches: Sequence[Stretch]) -> tuple[Advance, Advance]:
    """Return what the register and the device's base register advanced by."""
    largest = np.array([one.qmax_m3h for one in stretches])
    base_largest = largest * np.array([one.usual_factor[1] for one in stretches])
    whole = np.array([one.range_um3 for one in stretches], np.int64)
    base_whole = np.array([one.base_range_um3 for one in stretches], np.int64)
    which = readings.stretch
    return (
        _advance(readings, readings.index_um3, whole[which], largest[which]),
        _advance(readings, readings.base_index_um3, base_whole[which], base_largest[which]),
    )


def _advance(readings: Readings, index: Integers, whole: Integers, largest: Floats) -> Advance:
    """Return what one register advanced by, the step from an opening statement for itself.

    So the state of the register never depends on what was stated before its first reading.
    """
    opening = readings.opens[:-1]
    found = advance(Register(readings.measured_at, index, readings.joined & ~opening, whole, largest))
    if opening.any():
        alone = advance(Register(readings.measured_at, index, readings.joined & opening, whole, largest))
        found.volume_um3[opening], found.flags[opening] = alone.volume_um3[opening], alone.flags[opening]
    hours = (np.diff(readings.measured_at) + MINUTE) / HOUR
    jumped = found.volume_um3 > ROLLOVER_FLOW * largest[1:] * hours * 1e6
    found.flags[jumped] |= Flag.REGISTER_JUMP
    impossible = jumped & opening
    found.volume_um3[impossible] = 0
    found.flags[impossible] |= Flag.INDEX_MISMATCH
    return found


def _cut_at_terms(steps: Steps, table: TermsTable) -> Steps:
    """Cut steps at changes of terms, as they are laid on time, and say which terms hold in each."""
    which, at = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for stretch in np.flatnonzero(np.diff(table.first) > 1).tolist():
        found, instants = inside(steps, stretch, table.cuts(stretch))
        which.append(found)
        at.append(instants)
    pieces = cut(steps, np.concatenate(which), np.concatenate(at))
    return msgspec.structs.replace(pieces, terms=terms_at(table, pieces.stretch, pieces.start))
