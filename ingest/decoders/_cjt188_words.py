"""What types, controls and data identifiers of CJ/T 188 are called."""

from typing import Final

GAS: Final = 0x30
TYPES: Final = {
    0x10: "a cold-water meter",
    0x11: "a hot-water meter",
    0x12: "a drinking-water meter",
    0x13: "a grey-water meter",
    0x20: "a heat meter",
    0x21: "a cooling meter",
    0x22: "a heat and cooling meter",
    0x30: "a gas meter",
    0x40: "a meter of its maker's kind",
}

REPLY: Final = 0x80
FAILED: Final = 0x40
READ: Final = 0x81
REPORT: Final = 0x21
"""Sent by a meter on its own: not of the standard."""
CONTROLS: Final = {
    0x01: "request to read data",
    0x03: "request to read the address",
    0x04: "command to write data",
    0x09: "request to read the key version",
    0x15: "command to write the address",
    0x16: "command to set the register",
    0x21: "report of a meter",
    0x81: "answer to a read",
    0x83: "answer with the address",
    0x84: "answer to a write",
    0x89: "answer with the key version",
    0x95: "answer to a new address",
    0x96: "answer to a set register",
}

METERING: Final = 0x901F
PURCHASE: Final = 0x8105
MAKER_REPORT: Final = 0xC001
IDENTIFIERS: Final = {
    0x901F: "metering data",
    0x8102: "price table",
    0x8103: "settlement day",
    0x8104: "reading day",
    0x8105: "purchases and remaining money",
    0x8106: "key version",
    0x810A: "address",
    0xA010: "price table",
    0xA011: "settlement day",
    0xA012: "reading day",
    0xA013: "purchase",
    0xA014: "key",
    0xA015: "clock",
    0xA016: "register",
    0xA017: "valve",
    0xA018: "address",
    0xA019: "factory start",
    0xC001: "metering data with credit, by a maker",
    **{0xD120 + month: f"total of the settlement day {month + 1} months ago" for month in range(12)},
}


def identifier(two: bytes) -> int:
    """Return a data identifier, whichever of its bytes comes first: editions of the standard differ.

    >>> hex(identifier(bytes.fromhex("1F90"))), hex(identifier(bytes.fromhex("901F")))
    ('0x901f', '0x901f')
    """
    low_first = int.from_bytes(two, "little")
    return low_first if low_first in IDENTIFIERS else int.from_bytes(two, "big")


def control_word(control: int) -> str:
    """Return what a control byte says."""
    word = CONTROLS.get(control & ~FAILED, "unknown control")
    return f"{word}: the meter failed" if control & REPLY and control & FAILED else word


def identifier_word(number: int) -> str:
    """Return what a data identifier means."""
    return IDENTIFIERS.get(number, "unknown identifier")
