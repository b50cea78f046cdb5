"""Ledgers: files whose rows are only ever added; a row that is there already changes nothing."""

from typing import Final

from telemetry.store.card_sales import SaleKind
from telemetry.work.registry_csv.columns import RegistryFile, may, must
from telemetry.work.registry_csv.kinds import (
    DAY,
    INSTANT,
    MONEY,
    NOTE,
    REGISTER,
    TEXT,
    VOLUME,
    whole,
    word_of,
)

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

_CARD_SALE: Final = (
    must("meter", TEXT, "meters.csv", derives=False),
    must("sold_at", INSTANT, derives=False),
    must("kind", word_of(SaleKind), derives=False),
    must("sequence", whole(0, 10**9 - 1), derives=False),
    may("volume_m3", VOLUME),
    may("money", MONEY),
    may("unit_price", MONEY),
    may("loaded_at", INSTANT),
    may("receipt", TEXT),
    may("operator", TEXT),
)

CARD_SALES: Final = RegistryFile(
    "card_sales.csv",
    "card_sale",
    tuple(column.name for column in _CARD_SALE),
    _CARD_SALE,
    ledger=True,
)

LEDGERS: Final = (READS, CALIBRATIONS, CARD_SALES)
"""Every ledger."""
