"""The file of gas qualities: what a zone's gas was, since when, and by which method Z is worked out."""

from typing import Final

from telemetry.model import COMPONENTS
from telemetry.ptz.method import method_names
from telemetry.work.registry_csv.columns import RegistryFile, may, must
from telemetry.work.registry_csv.kinds import INSTANT, TEXT, number, one_of
from telemetry.work.registry_csv.ranges import FRACTION, REFERENCE_TEMPERATURE

GAS_QUALITY: Final = RegistryFile(
    "gas_quality.csv",
    "gas_quality",
    ("zone", "valid_from"),
    (
        must("zone", TEXT, "zones.csv"),
        must("valid_from", INSTANT),
        must("method", one_of(method_names())),
        may("z_ratio", number(0.5, 2), derives=True),
        may("heating_value_mj_m3", number(1, 150), derives=True),
        may("heating_value_combustion_degc", REFERENCE_TEMPERATURE, derives=True),
        may("heating_value_metering_degc", REFERENCE_TEMPERATURE, derives=True),
        may("relative_density", number(0.05, 3), derives=True),
        *(may(component, FRACTION, derives=True) for component in COMPONENTS),
    ),
)
