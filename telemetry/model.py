"""What the field says, one frozen object each, in the units that its names carry."""

from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Final, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Booleans: TypeAlias = NDArray[np.bool_]

Instant: TypeAlias = int
"""Microseconds since 1970-01-01 UTC: what PostgreSQL and ``datetime64[us]`` both count."""

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 3600 * SECOND
DAY: Final = 24 * HOUR


def instant(when: datetime) -> Instant:
    """Return an aware time as an instant.

    >>> from datetime import timezone
    >>> instant(datetime(1970, 1, 1, 8, tzinfo=timezone(timedelta(hours=8))))
    0
    """
    return (when - EPOCH) // _MICROSECOND


def moment(at: Instant) -> datetime:
    """Return an instant as an aware UTC time.

    >>> moment(0).isoformat()
    '1970-01-01T00:00:00+00:00'
    """
    return EPOCH + timedelta(microseconds=at)


_MICROSECOND: Final = timedelta(microseconds=1)


class RawMessage(msgspec.Struct, frozen=True):
    """One payload as it came: nothing is known of it yet but where it was published."""

    topic: str
    payload: bytes
    received_at: Instant
    redelivered: bool = False


class Valve(IntEnum):
    """Position of a meter's shut-off valve."""

    OPEN = 0
    CLOSED = 1
    FAULT = 2


class Switch(IntEnum):
    """Position of a bypass or relief valve; closed is the safe state."""

    CLOSED = 0
    OPEN = 1


class SlamShut(IntEnum):
    """Position of a regulator's safety shut-off device."""

    OPEN = 0
    TRIPPED = 1


class EventState(IntEnum):
    """Whether an event begins, ends or merely happened."""

    OFF = 0
    ON = 1
    ONCE = 2


class CreditBasis(IntEnum):
    """Conditions at which an IC-card meter counts its credit."""

    METERING = 0
    BASE = 1


class Stream(IntEnum):
    """A regulator stream of a station; a station of one stream has only SINGLE."""

    SINGLE = 0
    A = 1
    B = 2


class Reading(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One time-stamped statement of a meter; None means it was not sent."""

    device: str
    measured_at: Instant
    index_m3: float | None = None
    base_index_m3: float | None = None
    mechanical_index_m3: float | None = None
    disturbed_index_m3: float | None = None
    base_disturbed_index_m3: float | None = None
    pressure_kpa: float | None = None
    gauge_pressure_kpa: float | None = None
    temperature_degc: float | None = None
    flow_m3h: float | None = None
    base_flow_m3h: float | None = None
    battery_v: float | None = None
    battery_pct: float | None = None
    valve: Valve | None = None
    meter_bypass_valve: Switch | None = None
    seq: int | None = None
    flags: int = 0


class CardState(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What an IC-card meter says of the credit it holds, at the time of its reading."""

    device: str
    measured_at: Instant
    remaining_m3: float | None = None
    remaining_money: float | None = None
    basis: CreditBasis | None = None
    cumulative_purchased_m3: float | None = None
    sequence: int | None = None
    price_version: str | None = None
    alarm_m3: float | None = None
    overdraft_limit_m3: float | None = None


class PressureSample(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One time-stamped statement of a regulator station about one of its streams."""

    station: str
    measured_at: Instant
    stream: Stream = Stream.SINGLE
    inlet_gauge_pressure_kpa: float | None = None
    outlet_gauge_pressure_kpa: float | None = None
    outlet_min_gauge_pressure_kpa: float | None = None
    outlet_max_gauge_pressure_kpa: float | None = None
    temperature_degc: float | None = None
    filter_differential_kpa: float | None = None
    flow_m3h: float | None = None
    gas_lel_pct: float | None = None
    slam_shut: SlamShut | None = None
    bypass_valve: Switch | None = None
    relief: Switch | None = None
    cabinet_open: bool | None = None
    flags: int = 0


class DeviceEvent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Something a device or a station says has begun, ended or happened."""

    device: str
    measured_at: Instant
    code: str
    state: EventState = EventState.ONCE
    text: str | None = None


class BaseConditions(msgspec.Struct, frozen=True):
    """The contractual temperature and pressure at which volume is billed."""

    pressure_pa: float = 101_325.0
    temperature_k: float = 293.15


CHINA: Final = BaseConditions()

COMPONENTS: Final = (
    "methane",
    "nitrogen",
    "carbon_dioxide",
    "ethane",
    "propane",
    "isobutane",
    "n_butane",
    "isopentane",
    "n_pentane",
    "hexane",
    "heptane",
    "octane",
    "nonane",
    "decane",
    "hydrogen",
    "oxygen",
    "carbon_monoxide",
    "water",
    "hydrogen_sulfide",
    "helium",
    "argon",
)


class GasQuality(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the gas, and the method that turns it into a compression factor.

    ``heating_value_mj_m3`` is superior, per m³ at the metering temperature and
    101.325 kPa; ``fractions`` are mole fractions in the order of `COMPONENTS`.
    """

    method: str = "fixed"
    z_ratio: float | None = None
    heating_value_mj_m3: float | None = None
    heating_value_combustion_degc: float = 20.0
    heating_value_metering_degc: float = 20.0
    relative_density: float | None = None
    fractions: tuple[float, ...] = ()

    def fraction(self, component: str) -> float:
        """Return the mole fraction of one component, 0 where none is given."""
        return self.fractions[COMPONENTS.index(component)] if self.fractions else 0.0
