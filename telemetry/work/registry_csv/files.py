"""The registry's files: every column of each, stated once for import, export and the documentation."""

from typing import Final

from telemetry.registry import rows
from telemetry.work.registry_csv.bypasses import BYPASSES
from telemetry.work.registry_csv.columns import RegistryFile, may, must
from telemetry.work.registry_csv.equipment import EQUIPMENT
from telemetry.work.registry_csv.gas_quality import GAS_QUALITY
from telemetry.work.registry_csv.isolations import ISOLATIONS
from telemetry.work.registry_csv.kinds import (
    CLOCK,
    CREDIT,
    DAY,
    INSTANT,
    MONEY,
    NAME,
    NOTE,
    READ_DAYS,
    REGISTER,
    SETTING,
    SIGN,
    TEXT,
    TIME_ZONE,
    WHOLE_HOUR,
    YES_NO,
    number,
    word_of,
)
from telemetry.work.registry_csv.ranges import (
    ABSOLUTE,
    ATMOSPHERE,
    DAYS,
    DIGITS,
    FACTOR,
    FLOW,
    GAS_TEMPERATURE,
    GAUGE,
    LATITUDE,
    LONGITUDE,
    PERCENT,
    REFERENCE_TEMPERATURE,
)

FIXED_VALUES: Final = (
    may("fixed_factor", FACTOR, derives=True),
    may("fixed_gauge_pressure_kpa", GAUGE, derives=True),
    may("fixed_temperature_degc", GAS_TEMPERATURE, derives=True),
)

ACCOUNTS: Final = RegistryFile(
    "accounts.csv",
    "account",
    ("account",),
    (
        must("account", TEXT, derives=False),
        must("name", TEXT, derives=False),
        may("sector", TEXT, derives=True),
        may("credit_rating", TEXT),
        may("manager", TEXT),
        may("contacts", NOTE),
        may("key_account", YES_NO),
    ),
)

ZONES: Final = RegistryFile(
    "zones.csv",
    "zone",
    ("zone",),
    (
        must("zone", TEXT),
        must("name", TEXT, derives=False),
        may("parent", TEXT, "zones.csv", derives=True),
        may("gas_day_start", WHOLE_HOUR, derives=True),
        may("time_zone", TIME_ZONE, derives=True),
        may("atmospheric_pressure_kpa", ATMOSPHERE, derives=True),
        may("pipe_volume_m3", number(0, 1e9)),
    ),
)

SITES: Final = RegistryFile(
    "sites.csv",
    "site",
    ("site",),
    (
        must("site", TEXT),
        must("zone", TEXT, "zones.csv"),
        must("time_zone", TIME_ZONE),
        may("account", TEXT, "accounts.csv"),
        may("area", NAME),
        may("name", TEXT),
        may("latitude", LATITUDE),
        may("longitude", LONGITUDE),
        may("elevation_m", number(-500, 9000), derives=True),
        may("atmospheric_pressure_kpa", ATMOSPHERE, derives=True),
        may("gas_day_start", WHOLE_HOUR, derives=True),
    ),
)

CONTRACTS: Final = RegistryFile(
    "contracts.csv",
    "contract",
    ("site", "valid_from"),
    (
        must("contract", TEXT, derives=False),
        must("account", TEXT, "accounts.csv", derives=False),
        must("site", TEXT, "sites.csv"),
        must("valid_from", INSTANT),
        may("settlement_cycle", word_of(rows.SettlementCycle)),
        may("read_days", READ_DAYS),
        may("cutoff_time", CLOCK),
        may("correction", word_of(rows.Correction), derives=True),
        *FIXED_VALUES,
        may("atmospheric_pressure_kpa", ATMOSPHERE, derives=True),
        may("base_temperature_degc", REFERENCE_TEMPERATURE, derives=True),
        may("base_pressure_kpa", number(80, 120), derives=True),
        may("corrector_failure_rule", word_of(rows.CorrectorFailureRule), derives=True),
        may("prepayment", word_of(rows.Prepayment)),
        may("deposit_required", MONEY),
        may("price_plan", TEXT),
        may("owner_meter", TEXT),
        may("owner_regulator", TEXT),
        may("maintained_by", TEXT),
    ),
)

STATIONS: Final = RegistryFile(
    "stations.csv",
    "station",
    ("station",),
    (
        must("station", NAME),
        must("zone", TEXT, "zones.csv"),
        may("site", TEXT, "sites.csv"),
        may("name", TEXT),
        may("kind", word_of(rows.StationKind)),
        may("latitude", LATITUDE),
        may("longitude", LONGITUDE),
        may("max_inlet_kpa", GAUGE),
        may("low_low_kpa", GAUGE),
        may("low_kpa", GAUGE),
        may("high_kpa", GAUGE),
        may("high_high_kpa", GAUGE),
        may("feeds_zone", TEXT, "zones.csv"),
    ),
    ascending=(("low_low_kpa", "low_kpa", "high_kpa", "high_high_kpa"),),
)

SETPOINTS: Final = RegistryFile(
    "setpoints.csv",
    "setpoint",
    ("station", "stream", "valid_from"),
    (
        must("station", NAME, "stations.csv"),
        must("stream", word_of(rows.StreamName)),
        must("valid_from", INSTANT),
        must("set_kpa", number(0, 20_000, positive=True)),
        may("role", word_of(rows.StreamRole)),
        may("accuracy_class_pct", PERCENT),
        may("lockup_class_pct", PERCENT),
        may("monitor_kpa", GAUGE),
        may("opso_kpa", GAUGE),
        may("upso_kpa", GAUGE),
        may("relief_kpa", GAUGE),
        may("as_found_opso_kpa", GAUGE),
        may("tested_on", DAY),
        may("test_interval_days", DAYS),
        may("tested_by", TEXT),
    ),
    ascending=(("upso_kpa", "set_kpa", "opso_kpa"),),
)

DEVICES: Final = RegistryFile(
    "devices.csv",
    "device",
    ("device",),
    (
        must("device", NAME),
        may("expected_interval_s", number(0, 31 * 86_400, positive=True)),
        may("transport", TEXT),
        may("decoder", TEXT),
    ),
)

METERS: Final = RegistryFile(
    "meters.csv",
    "meter",
    ("meter",),
    (
        must("meter", TEXT),
        must("type", word_of(rows.MeterType)),
        must("kind", word_of(rows.MeterKind), derives=False),
        must("qmax_m3h", number(0, 1_000_000, positive=True)),
        must("digits", DIGITS),
        must("correction", word_of(rows.Correction)),
        may("role", word_of(rows.MeterRole), derives=True),
        may("checks", TEXT, "meters.csv", derives=True),
        may("qmin_m3h", FLOW, derives=True),
        may("qt_m3h", FLOW, derives=True),
        may("accuracy_class", number(0, 10, positive=True), derives=True),
        may("base_digits", DIGITS, derives=True),
        *FIXED_VALUES,
        may("pressure_min_kpa", ABSOLUTE, derives=True),
        may("pressure_max_kpa", ABSOLUTE, derives=True),
        may("manufacturer", TEXT),
        may("model", TEXT),
        may("serial", TEXT),
        may("size", TEXT),
        may("dn_mm", number(0, 3000, positive=True)),
        may("pulse_m3", number(0, 100_000, positive=True), derives=True),
        may("corrector_model", TEXT),
        may("corrector_serial", TEXT),
        may("seal_no", TEXT),
    ),
    ascending=(("qmin_m3h", "qt_m3h", "qmax_m3h"), ("pressure_min_kpa", "pressure_max_kpa")),
)

INSTALLATIONS: Final = RegistryFile(
    "installations.csv",
    "installation",
    ("meter", "valid_from"),
    (
        must("meter", TEXT, "meters.csv"),
        must("site", TEXT, "sites.csv"),
        must("device", NAME),  # naming a device here registers it
        must("valid_from", INSTANT),
        must("index_m3", REGISTER),
        may("base_index_m3", REGISTER, derives=True),
        may("sign", SIGN, derives=True),
        may("removed_at", INSTANT, derives=True),
        may("final_index_m3", REGISTER, derives=True),
        may("final_base_index_m3", REGISTER, derives=True),
        may("reason", NOTE),
        may("seal_no_old", TEXT),
        may("seal_no_new", TEXT),
        may("done_by", TEXT),
        may("verified_by", TEXT),
        may("gas_used_meanwhile", word_of(rows.GasUsedMeanwhile), derives=True),
        may("credit_carried_m3", CREDIT),
        may("credit_carried_money", CREDIT),
    ),
)

GATEWAYS: Final = RegistryFile(
    "gateways.csv",
    "gateway",
    ("gateway", "device"),
    (must("gateway", NAME), must("device", NAME, "devices.csv", "stations.csv")),
)

SUPPLIED_BY: Final = RegistryFile(
    "supplied_by.csv",
    "supplied_by",
    ("site", "valid_from"),
    (must("site", TEXT, "sites.csv"), must("station", NAME, "stations.csv"), must("valid_from", INSTANT)),
)

RULE_SETTINGS: Final = RegistryFile(
    "rule_settings.csv",
    "rule_setting",
    ("rule", "parameter", "scope", "id", "valid_from"),
    (
        must("rule", NAME, derives=False),
        must("parameter", NAME, derives=False),
        must("scope", word_of(rows.RuleScope), derives=False),
        must("id", TEXT, derives=False),  # `*` for all
        must("valid_from", INSTANT, derives=False),
        may("value", SETTING),  # nothing: no longer set here
        may("reason", NOTE),
        may("set_by", TEXT),
    ),
)

FILES: Final = (
    ACCOUNTS,
    ZONES,
    SITES,
    CONTRACTS,
    STATIONS,
    SETPOINTS,
    DEVICES,
    METERS,
    INSTALLATIONS,
    GATEWAYS,
    SUPPLIED_BY,
    GAS_QUALITY,
    RULE_SETTINGS,
    ISOLATIONS,
    EQUIPMENT,
    BYPASSES,
)
"""Every file, those that are referred to before those that refer to them."""
