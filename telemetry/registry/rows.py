"""What one row of each registry file says, in SI units and instants; None means not given."""

from typing import Final, Literal, TypeAlias

import msgspec

from telemetry.model import GasQuality, Instant, Stream

FOREVER: Final[Instant] = 253_402_300_799_000_000
"""The last second of the year 9999: the end of what has no end."""

Correction: TypeAlias = Literal["none", "t", "pt", "ptz", "device"]
SettlementCycle: TypeAlias = Literal["ten_day", "ten_day_monthly", "monthly"]
CorrectorFailureRule: TypeAlias = Literal["previous_mean", "fixed", "check_meter"]
Prepayment: TypeAlias = Literal["none", "deposit", "card"]
StationKind: TypeAlias = Literal["gate", "district", "dedicated", "end_point"]
StreamName: TypeAlias = Literal["A", "B"]
StreamRole: TypeAlias = Literal["duty", "standby"]
MeterType: TypeAlias = Literal["diaphragm", "rotary", "turbine", "ultrasonic", "vortex"]
MeterKind: TypeAlias = Literal["smart", "ic_card"]
MeterRole: TypeAlias = Literal["billing", "check", "zone_inlet", "own_use", "bypass"]
GasUsedMeanwhile: TypeAlias = Literal["none", "bypass", "temporary_meter"]
RuleScope: TypeAlias = Literal["all", "zone", "station", "meter_type", "meter"]
"""What an alarm rule is set for; the later in this list, the more specific."""
Around: TypeAlias = Literal["meter", "regulator"]
BypassIsolation: TypeAlias = Literal["lock", "blind", "seal", "none"]
IsolationKind: TypeAlias = Literal["sealed", "suspended", "closed", "not_started"]


class Account(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Who pays."""

    account: str
    name: str
    sector: str | None = None
    credit_rating: str | None = None
    manager: str | None = None
    contacts: str | None = None
    key_account: bool = False


class Zone(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A supply area, perhaps inside another."""

    zone: str
    name: str
    parent: str | None = None
    gas_day_start_hour: int | None = None
    time_zone: str | None = None
    atmosphere_pa: float | None = None
    pipe_volume_m3: float | None = None


class Site(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Where gas is used."""

    site: str
    zone: str
    time_zone: str
    account: str | None = None
    area: str | None = None
    name: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    elevation_m: float | None = None
    atmosphere_pa: float | None = None
    gas_day_start_hour: int | None = None


class Contract(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What was agreed for a site from a date on; what it gives overrides the meter's and the site's own."""

    contract: str
    account: str
    site: str
    valid_from: Instant
    settlement_cycle: SettlementCycle | None = None
    read_days: str | None = None
    cutoff_time: str | None = None
    correction: Correction | None = None
    fixed_factor: float | None = None
    fixed_gauge_pressure_pa: float | None = None
    fixed_temperature_k: float | None = None
    atmosphere_pa: float | None = None
    base_temperature_k: float | None = None
    base_pressure_pa: float | None = None
    corrector_failure_rule: CorrectorFailureRule | None = None
    prepayment: Prepayment | None = None
    price_plan: str | None = None


class Station(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A regulator station and the company's own limits of its outlet pressure, gauge."""

    station_id: int
    station: str
    zone: str
    site: str | None = None
    name: str | None = None
    kind: StationKind | None = None
    latitude: float | None = None
    longitude: float | None = None
    max_inlet_gauge_pa: float | None = None
    low_low_gauge_pa: float | None = None
    low_gauge_pa: float | None = None
    high_gauge_pa: float | None = None
    high_high_gauge_pa: float | None = None
    feeds_zone: str | None = None


class Setpoint(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one stream of a station is set to from a date on; pressures are gauge."""

    station: str
    stream: Stream
    valid_from: Instant
    set_gauge_pa: float
    role: StreamRole | None = None
    accuracy_class_pct: float | None = None
    lockup_class_pct: float | None = None
    monitor_gauge_pa: float | None = None
    opso_gauge_pa: float | None = None
    upso_gauge_pa: float | None = None
    relief_gauge_pa: float | None = None
    as_found_opso_gauge_pa: float | None = None
    tested_on: str | None = None
    test_interval_days: int | None = None


class Device(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What speaks MQTT."""

    device_id: int
    device: str
    expected_interval_s: float | None = None
    transport: str | None = None
    decoder: str | None = None


class Meter(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What measures: its size, its register and how its volume is corrected."""

    meter_id: int
    meter: str
    type: MeterType
    kind: MeterKind
    qmax_m3h: float
    digits: int
    correction: Correction
    role: MeterRole | None = None
    checks: str | None = None
    qmin_m3h: float | None = None
    qt_m3h: float | None = None
    accuracy_class: float | None = None
    base_digits: int | None = None
    fixed_factor: float | None = None
    fixed_gauge_pressure_pa: float | None = None
    fixed_temperature_k: float | None = None
    pressure_min_pa: float | None = None
    pressure_max_pa: float | None = None
    manufacturer: str | None = None
    model: str | None = None
    serial: str | None = None
    size: str | None = None
    dn_mm: float | None = None
    pulse_m3: float | None = None


class Installation(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A meter at a site, spoken for by a device, from its first index on.

    Registers are whole numbers of 10⁻⁶ m³. ``until`` is where it ends: at its
    removal or where the next one of its meter or of its device begins.
    """

    meter: str
    site: str
    device: str
    valid_from: Instant
    index_um3: int
    base_index_um3: int | None = None
    sign: int = 1
    removed_at: Instant | None = None
    final_index_um3: int | None = None
    final_base_index_um3: int | None = None
    reason: str | None = None
    gas_used_meanwhile: GasUsedMeanwhile | None = None
    until: Instant = FOREVER


class Supply(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Which station a site's gas comes through from a date on."""

    site: str
    station: str
    valid_from: Instant


class Isolation(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A site, or one meter of it, that takes no gas from a date on; ``until`` is where that ends.

    An isolation also ends where the next of its site and meter begins.
    """

    site: str
    kind: IsolationKind
    valid_from: Instant
    until: Instant = FOREVER
    meter: str | None = None
    reason: str | None = None
    index_um3: int | None = None
    seal_no: str | None = None
    recheck_days: int | None = None


class Bypass(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A pipe around a meter or a station's regulators from a date on, and what keeps it shut.

    ``metered_by`` is the meter that lies in it.
    """

    bypass: str
    around: Around
    target: str
    valid_from: Instant
    metered_by: str | None = None
    isolation: BypassIsolation | None = None
    seal_no: str | None = None
    key_holder: str | None = None
    check_interval_days: int | None = None
    checked_on: str | None = None


class Calibration(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """When a part of a target was calibrated, with what result, and when it is due again."""

    target: str
    part: str
    calibrated_on: str
    certificate: str | None = None
    result: str | None = None
    next_due: str | None = None


class Equipment(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What burns gas at a site from a date on, and how much when all of it runs, at base conditions."""

    site: str
    kind: str
    rated_m3h: float
    valid_from: Instant
    until: Instant = FOREVER


class ZoneGas(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The gas quality of a zone from a date on."""

    zone: str
    valid_from: Instant
    gas: GasQuality


class RuleSetting(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the company sets differently in an alarm rule from a date on; no value: as if nothing were set.

    ``value`` is a number, or a priority's word; ``id`` is ``*`` where the scope is all.
    """

    rule: str
    parameter: str
    scope: RuleScope
    id: str
    valid_from: Instant
    value: str | None = None
    reason: str | None = None
    set_by: str | None = None


class RegistryRows(msgspec.Struct, frozen=True, kw_only=True):
    """All that the registry's tables hold, in any order; gateways as (gateway, device)."""

    version: int = 0
    accounts: list[Account] = []
    zones: list[Zone] = []
    sites: list[Site] = []
    contracts: list[Contract] = []
    stations: list[Station] = []
    setpoints: list[Setpoint] = []
    devices: list[Device] = []
    meters: list[Meter] = []
    installations: list[Installation] = []
    gateways: list[tuple[str, str]] = []
    supplies: list[Supply] = []
    gases: list[ZoneGas] = []
    rule_settings: list[RuleSetting] = []
    isolations: list[Isolation] = []
    calibrations: list[Calibration] = []
    equipment: list[Equipment] = []
    bypasses: list[Bypass] = []
