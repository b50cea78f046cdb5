"""What rules look at: columns of all stations, meters or devices at once, one row a statement."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from alerts.alarm import Target
from alerts.pressure_limits import LimitColumns
from telemetry.model import Floats, Instant, Integers

UNKNOWN_SINCE: Instant = -(2**62)
"""Stands for a target of which nothing was known before the window."""


def _no_integers() -> Integers:
    return np.empty(0, dtype=np.int64)


def _no_floats() -> Floats:
    return np.empty(0, dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Who said something, and when; in the order of target and measured time.

    Attributes
    ----------
    targets : (t,)
        Everybody who speaks in the window.
    known_until : (t,) [Instant]
        Measured time up to which each was known before.
    target : (n,)
        Position in ``targets``.
    part : (n,)
        The stream a row is about, 0 where there is only one.
    measured_at : (n,) [Instant]
        When it was so.
    age : (n,) [µs]
        How old it was when it arrived.
    """

    targets: Sequence[Target] = ()
    known_until: Integers = field(default_factory=_no_integers)
    target: Integers = field(default_factory=_no_integers)
    part: Integers = field(default_factory=_no_integers)
    measured_at: Integers = field(default_factory=_no_integers)
    age: Integers = field(default_factory=_no_integers)

    @cached_property
    def places(self) -> dict[Target, int]:
        """Where each target stands in ``targets``."""
        return {target: place for place, target in enumerate(self.targets)}


def _no_limits() -> LimitColumns:
    return LimitColumns(*(_no_floats() for _ in range(6)))


@dataclass(frozen=True, kw_only=True)
class Pressures(Rows):
    """What stations said: gauge pressures [Pa], flow [m³/h]; switches 0 safe, 1 not, -1 not said."""

    outlet_pa: Floats = field(default_factory=_no_floats)
    outlet_min_pa: Floats = field(default_factory=_no_floats)
    outlet_max_pa: Floats = field(default_factory=_no_floats)
    flow_m3h: Floats = field(default_factory=_no_floats)
    slam_shut: Integers = field(default_factory=_no_integers)
    bypass_valve: Integers = field(default_factory=_no_integers)
    limits: LimitColumns = field(default_factory=_no_limits)


@dataclass(frozen=True, kw_only=True)
class Registers(Rows):
    """Steps between two consecutive readings of one meter on one installation; a row is the later one.

    Attributes
    ----------
    previous_um3, index_um3 : (n,) [10⁻⁶ m³]
        The register before and after.
    elapsed : (n,) [µs]
        Time between the two.
    digits : (n,)
        Whole digits of the register: where it rolls over.
    qmax_m3h : (n,) [m³/h]
        The meter's largest flow.
    """

    previous_um3: Integers = field(default_factory=_no_integers)
    index_um3: Integers = field(default_factory=_no_integers)
    elapsed: Integers = field(default_factory=_no_integers)
    digits: Integers = field(default_factory=_no_integers)
    qmax_m3h: Floats = field(default_factory=_no_floats)


@dataclass(frozen=True, kw_only=True)
class Silences(Rows):
    """How long each device has not been heard [s], and how often it should be; NaN where nobody said."""

    silence_s: Floats = field(default_factory=_no_floats)
    expected_interval_s: Floats = field(default_factory=_no_floats)


@dataclass(frozen=True, kw_only=True)
class Window:
    """All that has come to be known since the rules were last asked."""

    pressures: Pressures = field(default_factory=Pressures)
    registers: Registers = field(default_factory=Registers)
    silences: Silences = field(default_factory=Silences)
