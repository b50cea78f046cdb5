"""Ledgers: files whose rows are only ever added; a row that is there already changes nothing."""

from typing import Final

from telemetry.work.registry_csv.columns import RegistryFile, may, must
from telemetry.work.registry_csv.kinds import DAY, INSTANT, NOTE, REGISTER, TEXT

_READ: Final = (
    must("meter", TEXT, "meters.csv"),
    must("measured_at", INSTANT),
    may("index_m3", REGISTER, derives=True),
    may("base_index_m3", REGISTER, derives=True),
    may("mechanical_index_m3", REGISTER),
    may("remaining_m3", REGISTER),
    may("reader", TEXT),
    may("photo_ref", TEXT),
    may("reason", NOTE),
)

READS: Final = RegistryFile(
    "reads.csv", "hand_read", tuple(column.name for column in _READ), _READ, ledger=True
)

_CALIBRATION: Final = (
    must("target", TEXT, derives=False),
    must("part", TEXT, derives=False),
    must("calibrated_on", DAY, derives=False),
    may("certificate", TEXT),
    may("result", TEXT),
    may("error_pct_by_flow", NOTE),
    may("next_due", DAY),
)

CALIBRATIONS: Final = RegistryFile(
    "calibrations.csv",
    "calibration",
    tuple(column.name for column in _CALIBRATION),
    _CALIBRATION,
    ledger=True,
)

LEDGERS: Final = (READS, CALIBRATIONS)
"""Every ledger."""
