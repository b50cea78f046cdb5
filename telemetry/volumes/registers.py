"""What a register advanced by from reading to reading: rollover, jitter and regression told apart."""

from typing import Final

import msgspec
import numpy as np

from telemetry.batch import NULL
from telemetry.model import HOUR, Booleans, Floats, Integers
from telemetry.quality import Flag

JITTER_UM3: Final = 10_000
ROLLOVER_FROM: Final = 0.9
ROLLOVER_FLOW: Final = 1.2


class Register(msgspec.Struct, frozen=True, eq=False):
    """One register's readings, in order of time, and what limits each of them.

    ``joined[i]`` says that reading i + 1 continues reading i. ``range_um3`` is
    where the register starts again at 0, ``most_m3h`` the largest flow through it.
    """

    at: Integers
    index_um3: Integers
    joined: Booleans
    range_um3: Integers
    most_m3h: Floats


class Advance(msgspec.Struct, frozen=True, eq=False):
    """What each step added, never negative, and what was odd; `NULL` where an end is not there."""

    volume_um3: Integers
    flags: Integers


def advance(register: Register) -> Advance:
    r"""Return by how much a register advanced in each step.

    Parameters
    ----------
    register : Register
        n readings.

    Returns
    -------
    Advance
        (n - 1,) steps [10⁻⁶ m³].

    Notes
    -----
    The register's state is the running maximum :math:`m` of a segment. A
    reading :math:`x \ge m` adds :math:`x - m`. One lower by at most 0.01 m³
    is jitter and adds nothing: what it fell short of is not counted twice when
    it comes back. Lower than that it is a rollover when :math:`m > 0.9 \cdot
    10^n` and :math:`x - m + 10^n` could have flowed at 1.2 times the largest
    flow; else a regression, which adds nothing and begins a new segment at
    :math:`x`. So over any readings the steps sum to the rise of each segment's
    maximum and nothing else.

    A reading that differs from the one before it by at least 0.01 m³ upwards,
    or by more downwards, is its segment's maximum whatever came earlier: from
    there on nothing older is needed.

    References
    ----------
    .. [1] Rules R1 and R2 of the field's signatures of meter faults.

    Examples
    --------
    >>> one = np.ones(4)
    >>> advance(Register(np.arange(4) * HOUR, np.array([5, 9, 8, 12]) * 1000, one[1:] > 0, one, one))
    Advance(volume_um3=array([4000,    0, 3000]), flags=array([        0, 268435456,         0]))
    """
    index = register.index_um3
    absent = index == NULL
    known = register.joined & ~absent[:-1] & ~absent[1:]
    volume = np.where(known, index[1:] - np.where(known, index[:-1], 0), NULL)
    flags = np.zeros(len(volume), np.int64)
    resumed = 0
    for fall in np.flatnonzero(known & (volume < 0)).tolist():
        if fall >= resumed:
            resumed = _follow(register, known, fall, volume, flags)
    return Advance(volume, flags)


def _follow(register: Register, known: Booleans, step: int, volume: Integers, flags: Integers) -> int:
    """Settle the steps from one that falls until the register is at its maximum again."""
    maximum = int(register.index_um3[step])
    while step < len(known) and known[step]:
        reached = int(register.index_um3[step + 1])
        step += 1
        if reached >= maximum:
            volume[step - 1] = reached - maximum
            return step
        if maximum - reached > JITTER_UM3:
            volume[step - 1], flags[step - 1] = _fall(register, step - 1, maximum, reached)
            return step
        volume[step - 1], flags[step - 1] = 0, Flag.REGISTER_JITTER
    return step


def _fall(register: Register, step: int, maximum: int, reached: int) -> tuple[int, int]:
    """Return what a step to a lower register added, and whether it rolled over or went back."""
    whole = int(register.range_um3[step])
    hours = float(register.at[step + 1] - register.at[step]) / HOUR
    most = ROLLOVER_FLOW * float(register.most_m3h[step]) * hours * 1e6
    added = reached - maximum + whole
    # A register beyond its own digits, which the registry has wrong, cannot roll over.
    if maximum > ROLLOVER_FROM * whole and 0 <= added <= most:
        return added, Flag.REGISTER_ROLLOVER
    return 0, Flag.REGISTER_REGRESSION
