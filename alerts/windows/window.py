"""What rules look at: columns of all stations, meters or devices at once, one row a statement."""

from dataclasses import dataclass, field, fields
from functools import cached_property

from alerts.windows.bypass_window import Pairs, Suspicions, Zones
from alerts.windows.look_back import Trailing
from alerts.windows.meter_window import Cards, Dues, Hours, Indices, Locks, MeterStates, Prices
from alerts.windows.pressure_limits import LimitColumns
from alerts.windows.rows import LOOKED_BACK, UNKNOWN_SINCE, Rows, no_floats, no_integers
from telemetry.model import Floats, Integers

__all__ = [
    "LOOKED_BACK",
    "UNKNOWN_SINCE",
    "Cards",
    "Dues",
    "Hours",
    "Indices",
    "Locks",
    "MeterStates",
    "Pairs",
    "Pressures",
    "Prices",
    "Proofs",
    "Registers",
    "Rows",
    "Silences",
    "Suspicions",
    "Window",
    "ZoneSilences",
    "Zones",
]


def _no_limits() -> LimitColumns:
    return LimitColumns(*(no_floats() for _ in fields(LimitColumns)))


@dataclass(frozen=True, kw_only=True)
class Pressures(Rows):
    """What stations said: gauge pressures [Pa], flow [m³/h]; switches 0 safe, 1 not, -1 not said.

    ``filter_resistance`` is a clean filter's, from what it was found to be [Pa/(m³/h)²], ``filter_peak_pa``
    its highest differential of weeks ago [Pa].
    """

    inlet_pa: Floats = field(default_factory=no_floats)
    outlet_pa: Floats = field(default_factory=no_floats)
    outlet_min_pa: Floats = field(default_factory=no_floats)
    outlet_max_pa: Floats = field(default_factory=no_floats)
    filter_pa: Floats = field(default_factory=no_floats)
    filter_resistance: Floats = field(default_factory=no_floats)
    filter_peak_pa: Floats = field(default_factory=no_floats)
    flow_m3h: Floats = field(default_factory=no_floats)
    gas_lel_pct: Floats = field(default_factory=no_floats)
    slam_shut: Integers = field(default_factory=no_integers)
    bypass_valve: Integers = field(default_factory=no_integers)
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
    former_m3, former_elapsed : (n,) [m³, µs]
        What the step before moved the register by, and how long it took; NaN where it is not known.
    earlier_m3h : (n,) [m³/h]
        The mean flow of the step before that; NaN where it is not known.
    digits : (n,)
        Whole digits of the register: where it rolls over.
    qmax_m3h : (n,) [m³/h]
        The meter's largest flow.
    """

    previous_um3: Integers = field(default_factory=no_integers)
    index_um3: Integers = field(default_factory=no_integers)
    elapsed: Integers = field(default_factory=no_integers)
    former_m3: Floats = field(default_factory=no_floats)
    former_elapsed: Floats = field(default_factory=no_floats)
    earlier_m3h: Floats = field(default_factory=no_floats)
    digits: Integers = field(default_factory=no_integers)
    qmax_m3h: Floats = field(default_factory=no_floats)


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

    interval_days: Floats = field(default_factory=no_floats)
    tested_days: Floats = field(default_factory=no_floats)
    shown_days: Floats = field(default_factory=no_floats)


@dataclass(frozen=True, kw_only=True)
class Silences(Rows):
    """How long each device has not been heard [s], and how often it should be; NaN where nobody said."""

    silence_s: Floats = field(default_factory=no_floats)
    expected_interval_s: Floats = field(default_factory=no_floats)


@dataclass(frozen=True, kw_only=True)
class ZoneSilences(Rows):
    """How many of each zone fell silent together, of how many that spoke then, and how long ago [s]."""

    silent: Integers = field(default_factory=no_integers)
    spoke: Integers = field(default_factory=no_integers)
    since_s: Floats = field(default_factory=no_floats)


@dataclass(frozen=True, kw_only=True)
class Window:
    """All that has come to be known since the rules were last asked."""

    pressures: Pressures = field(default_factory=Pressures)
    registers: Registers = field(default_factory=Registers)
    meters: MeterStates = field(default_factory=MeterStates)
    hours: Hours = field(default_factory=Hours)
    pairs: Pairs = field(default_factory=Pairs)
    zones: Zones = field(default_factory=Zones)
    suspicions: Suspicions = field(default_factory=Suspicions)
    indices: Indices = field(default_factory=Indices)
    cards: Cards = field(default_factory=Cards)
    prices: Prices = field(default_factory=Prices)
    calibrations: Dues = field(default_factory=Dues)
    seals: Dues = field(default_factory=Dues)
    bypass_checks: Dues = field(default_factory=Dues)
    recorded_locks: Locks = field(default_factory=Locks)
    silences: Silences = field(default_factory=Silences)
    zone_silences: ZoneSilences = field(default_factory=ZoneSilences)
    proofs: Proofs = field(default_factory=Proofs)
