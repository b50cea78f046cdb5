"""What rules look at: columns of all stations, meters or devices at once, one row a statement."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from alerts.alarm import Target
from alerts.pressure_limits import LimitColumns
from telemetry.model import Floats, Instant, Integers
from telemetry.registry import Isolation

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
class MeterStates(Rows):
    """What meters said of themselves: a row is a reading or event, with what moved since the reading before.

    NaN stands for what was not said, or cannot be known: advances need a reading before on the same
    installation.

    Attributes
    ----------
    flags, told : (n,)
        The device flags that are set, and those a row says anything about.
    valve, valve_before : (n,)
        0 open, 1 closed, 2 fault, -1 not said; here and at the reading before.
    advance_m3, base_advance_m3, mechanical_advance_m3, disturbed_advance_m3 : (n,) [m³]
        What each register moved by; the disturbed one is the larger of both conditions'.
    elapsed_s : (n,) [s]
        Time since the reading before.
    clock_ahead_s : (n,) [s]
        By how much the device's clock is ahead of ours; NaN where the reading is not live.
    expected_interval_s : (n,) [s]
        How often the device should speak.
    pressure_pa, temperature_k : (n,) [Pa absolute, K]
        As the sensors say.
    pressure_min_pa, pressure_max_pa : (n,) [Pa absolute]
        What the meter's pressure sensor can say.
    pulse_m3 : (n,) [m³]
        The register's step, 0 where none is given.
    sealed_by : (n,)
        Position in ``isolations`` of what forbids gas here during the whole step, -1 where nothing does.
    sealed_advance_m3 : (n,) [m³]
        What the register moved by since it was sealed; NaN where its index was not stated.
    """

    flags: Integers = field(default_factory=_no_integers)
    told: Integers = field(default_factory=_no_integers)
    valve: Integers = field(default_factory=_no_integers)
    valve_before: Integers = field(default_factory=_no_integers)
    battery_v: Floats = field(default_factory=_no_floats)
    battery_pct: Floats = field(default_factory=_no_floats)
    advance_m3: Floats = field(default_factory=_no_floats)
    base_advance_m3: Floats = field(default_factory=_no_floats)
    mechanical_advance_m3: Floats = field(default_factory=_no_floats)
    disturbed_advance_m3: Floats = field(default_factory=_no_floats)
    elapsed_s: Floats = field(default_factory=_no_floats)
    clock_ahead_s: Floats = field(default_factory=_no_floats)
    expected_interval_s: Floats = field(default_factory=_no_floats)
    pressure_pa: Floats = field(default_factory=_no_floats)
    temperature_k: Floats = field(default_factory=_no_floats)
    pressure_min_pa: Floats = field(default_factory=_no_floats)
    pressure_max_pa: Floats = field(default_factory=_no_floats)
    pulse_m3: Floats = field(default_factory=_no_floats)
    sealed_by: Integers = field(default_factory=_no_integers)
    sealed_advance_m3: Floats = field(default_factory=_no_floats)
    isolations: Sequence[Isolation] = ()


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
    meters: MeterStates = field(default_factory=MeterStates)
    silences: Silences = field(default_factory=Silences)
