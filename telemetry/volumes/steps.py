"""Steps: what lies between two successive readings of one installation, and how they are cut."""

from enum import IntEnum
from typing import Any, Final, TypeVar

import msgspec
import numpy as np

from telemetry.model import Booleans, Integers
from telemetry.volumes.layout import Layout
from telemetry.volumes.shares import share
from telemetry.volumes.state import Ends


class Steps(msgspec.Struct, frozen=True, eq=False):
    """Columns in order of stretch and time. Volumes are whole numbers of 10⁻⁶ m³.

    ``duration`` is that of the whole step, also where a change of terms has cut it.
    ``index_um3`` is the register where the whole step begins, `NULL` where nothing is read at all.
    ``by_base`` says where nothing but the base register is known: till C is, ``volume_um3`` is its
    advance. ``base_index_um3`` is the base register where the whole step begins.
    ``base_register_um3`` is by how much the device's own base register advanced, else `NULL`.
    ``disturbed_um3`` and ``base_disturbed_um3`` are what of both it counted while its corrector was at
    fault, as far as it says, else `NULL`.
    ``base_given_um3`` is the base volume that an edit gives, else `NULL`; ``edited`` says how far
    edits have a say in the step. ``layout`` is how its volume is laid on its time,
    ``basis`` the method that gave it, or `REGISTER`. ``in_series`` says that the twin whose pressure is
    known measures the same line.
    """

    stretch: Integers
    start: Integers
    end: Integers
    duration: Integers
    terms: Integers
    index_um3: Integers
    base_index_um3: Integers
    volume_um3: Integers
    base_register_um3: Integers
    disturbed_um3: Integers
    base_disturbed_um3: Integers
    base_given_um3: Integers
    pressure_pa: Ends
    temperature_k: Ends
    flags: Integers
    edited: Integers
    by_base: Booleans
    layout: Layout
    basis: Integers
    in_series: Booleans


REGISTER: Final = -1
"""The register itself says what flowed."""


class Edited(IntEnum):
    """How far edits have a say in a step: not at all, in its ends, its state of the gas, its volume."""

    NOT = 0
    ENDS = 1
    STATE = 2
    VOLUME = 3


COUNTED: Final = ("volume_um3", "base_register_um3", "disturbed_um3", "base_disturbed_um3")
"""What a step counted, which its parts share out."""

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


def join(one: Record, other: Record) -> Record:
    """Return the rows of a record of columns, then those of another."""
    pairs = [(getattr(one, name), getattr(other, name)) for name in one.__struct_fields__]
    return type(one)(*(_joined(left, right) for left, right in pairs))


def _joined(left: Any, right: Any) -> Any:  # noqa: ANN401  # columns of any kind, both of the same
    if isinstance(left, msgspec.Struct):
        return join(left, right)
    return left.joined(right) if isinstance(left, Layout) else np.concatenate([left, right])


def cut(steps: Steps, which: Integers, at: Integers) -> Steps:
    """Cut steps, each once for every time it is named and at later and later instants, as they are laid."""
    if not len(which):
        return steps
    pieces = np.repeat(np.arange(len(steps.start)), 1 + np.bincount(which, minlength=len(steps.start)))
    inner = np.flatnonzero(pieces[1:] == pieces[:-1])
    whole = take(steps, pieces)
    start, end = whole.start.copy(), whole.end.copy()
    start[inner + 1], end[inner] = at, at
    names = (*COUNTED, "base_given_um3")
    shares = {name: share(getattr(whole, name), whole, start, end) for name in names}
    return msgspec.structs.replace(whole, start=start, end=end, **shares)


def inside(steps: Steps, stretch: int, instants: Integers) -> tuple[Integers, Integers]:
    """Return which steps of a stretch have an instant inside, once for each, and the instants."""
    first, end = np.searchsorted(steps.stretch, (stretch, stretch + 1)).tolist()
    found = first + np.searchsorted(steps.end[first:end], instants)
    at, found = instants[found < end], found[found < end]
    within = (steps.start[found] < at) & (at < steps.end[found])
    return found[within], at[within]
