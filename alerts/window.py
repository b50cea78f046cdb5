"""What rules look at: columns of all stations, meters or devices at once, one row a statement."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property

import numpy as np

from alerts.alarm import Target
from alerts.look_back import Trailing
from alerts.pressure_limits import LimitColumns
from telemetry.model import Floats, Instant, Integers
from telemetry.registry import Isolation

UNKNOWN_SINCE: Instant = -(2**62)
"""Stands for a target of which nothing was known before the window."""

LOOKED_BACK: Instant = 2**62
"""The age of what was judged before and is there to be looked back at: it raises and clears nothing."""


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
        How old it was when it arrived, `LOOKED_BACK` where it was judged before.
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
    return LimitColumns(*(_no_floats() for _ in fields(LimitColumns)))


@dataclass(frozen=True, kw_only=True)
class Pressures(Rows):
    """What stations said: gauge pressures [Pa], flow [m³/h]; switches 0 safe, 1 not, -1 not said.

    ``filter_resistance`` is a clean filter's, from what it was found to be [Pa/(m³/h)²].
    """

    inlet_pa: Floats = field(default_factory=_no_floats)
    outlet_pa: Floats = field(default_factory=_no_floats)
    outlet_min_pa: Floats = field(default_factory=_no_floats)
    outlet_max_pa: Floats = field(default_factory=_no_floats)
    filter_pa: Floats = field(default_factory=_no_floats)
    filter_resistance: Floats = field(default_factory=_no_floats)
    flow_m3h: Floats = field(default_factory=_no_floats)
    gas_lel_pct: Floats = field(default_factory=_no_floats)
    slam_shut: Integers = field(default_factory=_no_integers)
    bypass_valve: Integers = field(default_factory=_no_integers)
    limits: LimitColumns = field(default_factory=_no_limits)

    @cached_property
    def trailing(self) -> Trailing:
        """What each stream said within some time before each row."""
        return Trailing(self.target, self.part, self.measured_at)


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


def _no_nights() -> Floats:
    return np.empty((0, 7), dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class Hours(Rows):
    """What a meter's last hours say against its usual; one row a meter, as of its newest whole hour.

    Attributes
    ----------
    last_m3, before_last_m3 : (n,) [m³]
        What the two newest hours read; NaN where they were not measured.
    qmin_m3h, qmax_m3h, typical_m3h : (n,) [m³/h]
        Smallest and largest flow of the meter, and the median of the hours in which anything flows.
    idle_used_hours, contradicted_hours : (n,)
        Since the register last moved: hours in which gas usually flows, and hours in which something else
        says that it did.
    frozen_pressure_hours, frozen_temperature_hours : (n,)
        For how many hours on end a sensor has said the same to the last digit.
    frozen_pressure_flows, frozen_temperature_flows : (n,)
        How many different flows passed meanwhile.
    usual_pressure_hours, usual_temperature_hours : (n,)
        The longest such time of before.
    night_m3h : (n, 7) [m³/h]
        Smallest flow of each of the last seven days in hours in which nothing usually flows, newest first.
    device_ratio_low, device_ratio, device_ratio_high, device_ratio_hours : (n,)
        Quartiles of the device's base volume by the platform's, less 1, in steady hours of a week; how many.
    small_share, small_hours : (n,)
        Share of two weeks' volume that passed below Qmin, and in how many hours.
    day_ratio : (n, 7)
        Each of the last seven whole days by the usual of its type, less 1, newest first.
    bias30 : (n,)
        The newest whole day by the mean of the thirty before, less 1.
    day_spread : (n,)
        How far the middle half of usual days lies from the usual, as a share of it.
    pressure_shift_pct, temperature_shift_k : (n,)
        How far a sensor has moved within a week, apart from its zone and not at one blow.
    pressure_noise_pct, temperature_noise_k : (n,)
        How far it moved at most in the weeks before.
    """

    last_m3: Floats = field(default_factory=_no_floats)
    before_last_m3: Floats = field(default_factory=_no_floats)
    qmin_m3h: Floats = field(default_factory=_no_floats)
    qmax_m3h: Floats = field(default_factory=_no_floats)
    typical_m3h: Floats = field(default_factory=_no_floats)
    idle_used_hours: Floats = field(default_factory=_no_floats)
    contradicted_hours: Floats = field(default_factory=_no_floats)
    frozen_pressure_hours: Floats = field(default_factory=_no_floats)
    frozen_temperature_hours: Floats = field(default_factory=_no_floats)
    frozen_pressure_flows: Floats = field(default_factory=_no_floats)
    frozen_temperature_flows: Floats = field(default_factory=_no_floats)
    usual_pressure_hours: Floats = field(default_factory=_no_floats)
    usual_temperature_hours: Floats = field(default_factory=_no_floats)
    night_m3h: Floats = field(default_factory=_no_nights)
    device_ratio_low: Floats = field(default_factory=_no_floats)
    device_ratio: Floats = field(default_factory=_no_floats)
    device_ratio_high: Floats = field(default_factory=_no_floats)
    device_ratio_hours: Floats = field(default_factory=_no_floats)
    small_share: Floats = field(default_factory=_no_floats)
    small_hours: Floats = field(default_factory=_no_floats)
    day_ratio: Floats = field(default_factory=_no_nights)
    bias30: Floats = field(default_factory=_no_floats)
    day_spread: Floats = field(default_factory=_no_floats)
    pressure_shift_pct: Floats = field(default_factory=_no_floats)
    pressure_noise_pct: Floats = field(default_factory=_no_floats)
    temperature_shift_k: Floats = field(default_factory=_no_floats)
    temperature_noise_k: Floats = field(default_factory=_no_floats)


@dataclass(frozen=True, kw_only=True)
class Proofs(Rows):
    """How long ago each stream that is due now and then was tested, or shown to work [days].

    Attributes
    ----------
    interval_days : (n,)
        Within how many days it must be tested.
    tested_days : (n,)
        Since it was tested.
    shown_days : (n,)
        Since it was tested or carried gas, NaN for a stream that is not in reserve.
    """

    interval_days: Floats = field(default_factory=_no_floats)
    tested_days: Floats = field(default_factory=_no_floats)
    shown_days: Floats = field(default_factory=_no_floats)


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
    hours: Hours = field(default_factory=Hours)
    silences: Silences = field(default_factory=Silences)
    proofs: Proofs = field(default_factory=Proofs)
