"""What the data of a CJ/T 188 frame say, by data identifier: one table for reading and for explaining."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, NamedTuple

from ingest.decoders._cjt188_words import MAKER_REPORT, METERING, PURCHASE
from telemetry.errors import DecodeError
from telemetry.model import instant

_M3_OF_UNIT: Final = {0x2C: 100, 0x29: 100_000}
"""Unit code: how many counts make a cubic metre. A count is 0.01 of m³ (2C), or of litres (29)."""
_CENTS: Final = 100
_SIGN: Final = 0xF0


class Slot(NamedTuple):
    """Some bytes of the data: ``key`` is what decoding wants them for, None where nothing does."""

    key: str | None
    meaning: str
    begin: int
    end: int
    read: Callable[[bytes], object]


def volume(bcd: bytes) -> float:
    """Return a total in m³: four BCD bytes, low byte first, two decimals, and a unit code."""
    per_m3 = _M3_OF_UNIT.get(bcd[-1])
    if per_m3 is None:
        raise DecodeError("wrong_type", f"unit code {bcd[-1]:02X}; expected 2C (m³) or 29 (L)")
    return _decimal(bcd[:-1]) / per_m3


def plain_volume(bcd: bytes) -> float:
    """Return a total in m³ that carries no unit code."""
    return _decimal(bcd) / _CENTS


def money(bcd: bytes) -> float:
    """Return an amount of money: four BCD bytes, low byte first, two decimals."""
    return _decimal(bcd) / _CENTS


def signed(bcd: bytes) -> float:
    """Return an amount whose highest digit is its sign: 0 is plus."""
    value = _decimal(bcd[:-1] + bytes([bcd[-1] & ~_SIGN])) / _CENTS
    return -value if bcd[-1] & _SIGN else value


def clock(bcd: bytes) -> int:
    """Return a clock as an instant, as if its local time were UTC: ss mm hh DD MM YY CC."""
    digits = bcd[::-1].hex()
    try:
        month, day, hour, minute, second = (int(digits[at : at + 2]) for at in range(4, 14, 2))
        return instant(datetime(int(digits[:4]), month, day, hour, minute, second, tzinfo=UTC))
    except ValueError:
        raise DecodeError("wrong_type", f"measured_at: {digits} is no date and time") from None


def count(bcd: bytes) -> int:
    """Return a number of two digits."""
    return _decimal(bcd)


def status(two: bytes) -> int:
    """Return the status word, D0 lowest."""
    return int.from_bytes(two, "little")


def _decimal(bcd: bytes) -> int:
    digits = bcd[::-1].hex()
    if not digits.isdecimal():
        raise DecodeError("wrong_type", f"{bcd.hex(' ').upper()} are no decimal digits")
    return int(digits)


SLOTS: Final = {
    METERING: (
        Slot("index_m3", "total [m³]", 3, 8, volume),
        Slot(None, "total of the settlement day [m³]", 8, 13, volume),
        Slot("clock", "clock", 13, 20, clock),
        Slot("status", "status word, D0 lowest", 20, 22, status),
    ),
    PURCHASE: (
        Slot("sequence", "number of this purchase", 3, 4, count),
        Slot(None, "money of this purchase", 4, 8, money),
        Slot(None, "money of all purchases", 8, 12, money),
        Slot("remaining", "money that remains", 12, 16, money),
        Slot(None, "status word, D0 lowest", 16, 18, status),
    ),
    MAKER_REPORT: (
        Slot("clock", "clock", 3, 10, clock),
        Slot("index_m3", "total [m³]", 10, 14, plain_volume),
        Slot(None, "money of all that was used", 14, 18, money),
        Slot("remaining", "what remains, m³ or money", 18, 22, signed),
        Slot(None, "total of the settlement day, m³ or money", 22, 26, money),
    ),
}
"""Where what lies in the data, which begin with identifier and serial number."""

WRITTEN: Final = {
    0xA016: Slot(None, "register [m³]", 3, 7, plain_volume),
    0xA017: Slot(None, "valve: 55 opens, 99 closes", 3, 4, lambda byte: byte.hex().upper()),
}
"""What commands say, as far as it is worth explaining."""

LENGTHS: Final = {METERING: (22,), PURCHASE: (18,), MAKER_REPORT: (29, 30)}
"""Bytes of data; the maker's report comes with and without the settlement day."""
