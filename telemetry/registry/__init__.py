"""What is known of the company's network, as of any date."""

from telemetry.registry.lookup import Registry
from telemetry.registry.rows import (
    FOREVER,
    Account,
    Contract,
    Correction,
    Device,
    Installation,
    Meter,
    RegistryRows,
    RuleScope,
    RuleSetting,
    Setpoint,
    Site,
    Station,
    Supply,
    Zone,
    ZoneGas,
)

__all__ = [
    "FOREVER",
    "Account",
    "Contract",
    "Correction",
    "Device",
    "Installation",
    "Meter",
    "Registry",
    "RegistryRows",
    "RuleScope",
    "RuleSetting",
    "Setpoint",
    "Site",
    "Station",
    "Supply",
    "Zone",
    "ZoneGas",
]
