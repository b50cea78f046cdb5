"""Steps: what lies between two successive readings of one installation, cut where its terms change."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec
import numpy as np

from telemetry.batch import NULL
from telemetry.model import Booleans, Integers
from telemetry.quality import Flag
from telemetry.volumes.readings import Readings, Stretch
from telemetry.volumes.registers import Advance, Register, advance
from telemetry.volumes.shares import share
from telemetry.volumes.state import Ends, ends
from telemetry.volumes.terms import TermsTable, absolute_pressure, terms_at


class Steps(msgspec.Struct, frozen=True, eq=False):
    """Columns in order of stretch and time. Volumes are whole numbers of 10⁻⁶ m³.

    ``duration`` is that of the whole step, also where a change of terms has cut it.
    ``base_register_um3`` is by how much the device's own base register advanced, else `NULL`.
    """

    stretch: Integers
    start: Integers
    end: Integers
    duration: Integers
    terms: Integers
    volume_um3: Integers
    base_register_um3: Integers
    pressure_pa: Ends
    temperature_k: Ends
    flags: Integers


Record = TypeVar("Record", bound=msgspec.Struct)


def take(columns: Record, rows: Integers | Booleans) -> Record:
    """Return some rows of a record of columns."""
    picked = {name: getattr(columns, name) for name in columns.__struct_fields__}
    return type(columns)(
        **{
            name: take(column, rows) if isinstance(column, msgspec.Struct) else column[rows]
            for name, column in picked.items()
        }
    )


def steps_between(readings: Readings, stretches: Sequence[Stretch], table: TermsTable) -> Steps:
    """Return the steps between readings."""
    volume, base = _advances(readings, stretches)
    pressure = ends(readings, absolute_pressure(table, readings))
    temperature = ends(readings, readings.temperature_k)
    regressed = (base.flags & Flag.REGISTER_REGRESSION) != 0
    whole = Steps(
        stretch=readings.stretch[1:],
        start=readings.measured_at[:-1],
        end=readings.measured_at[1:],
        duration=np.diff(readings.measured_at),
        terms=np.zeros(len(volume.flags), np.int64),
        volume_um3=volume.volume_um3,
        base_register_um3=np.where(regressed, NULL, base.volume_um3),
        pressure_pa=pressure,
        temperature_k=temperature,
        flags=readings.flags[:-1] | readings.flags[1:] | volume.flags,
    )
    return _cut(take(whole, readings.joined), table)


def _advances(readings: Readings, stretches: Sequence[Stretch]) -> tuple[Advance, Advance]:
    """Return what the register and the device's base register advanced by."""
    largest = np.array([one.qmax_m3h for one in stretches])
    base_largest = largest * np.array([one.usual_factor[1] for one in stretches])
    whole = np.array([one.range_um3 for one in stretches], np.int64)
    base_whole = np.array([one.base_range_um3 for one in stretches], np.int64)
    at, joined, which = readings.measured_at, readings.joined, readings.stretch
    return (
        advance(Register(at, readings.index_um3, joined, whole[which], largest[which])),
        advance(Register(at, readings.base_index_um3, joined, base_whole[which], base_largest[which])),
    )


def _cut(steps: Steps, table: TermsTable) -> Steps:
    """Cut steps at changes of terms, in proportion to time, and say which terms hold in each."""
    cut, at = _cuts(steps, table)
    if not len(cut):
        return msgspec.structs.replace(steps, terms=terms_at(table, steps.stretch, steps.start))
    pieces = np.repeat(np.arange(len(steps.start)), 1 + np.bincount(cut, minlength=len(steps.start)))
    inner = np.flatnonzero(pieces[1:] == pieces[:-1])
    whole = take(steps, pieces)
    start, end = whole.start.copy(), whole.end.copy()
    start[inner + 1], end[inner] = at, at
    return msgspec.structs.replace(
        whole,
        start=start,
        end=end,
        terms=terms_at(table, whole.stretch, start),
        volume_um3=share(whole.volume_um3, whole, start, end),
        base_register_um3=share(whole.base_register_um3, whole, start, end),
    )


def _cuts(steps: Steps, table: TermsTable) -> tuple[Integers, Integers]:
    """Return which steps are cut, once for each cut, and where."""
    which, at = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for stretch in np.flatnonzero(np.diff(table.first) > 1).tolist():
        first, end = np.searchsorted(steps.stretch, (stretch, stretch + 1)).tolist()
        cuts = table.cuts(stretch)
        found = first + np.searchsorted(steps.end[first:end], cuts)
        cuts, found = cuts[found < end], found[found < end]
        inside = (steps.start[found] < cuts) & (cuts < steps.end[found])
        which.append(found[inside])
        at.append(cuts[inside])
    return np.concatenate(which), np.concatenate(at)
