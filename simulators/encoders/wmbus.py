"""Wireless M-Bus telegrams, written from EN 13757-3 (records), -4 (link) and -7 (transport)."""

from collections.abc import Sequence
from typing import Final

GAS: Final = 0x03
AT_BASE: Final = 0x3E
_INTEGER_DIF: Final = {1: 0x01, 2: 0x02, 3: 0x03, 4: 0x04, 6: 0x06, 8: 0x07}
_BCD_DIF: Final = {1: 0x09, 2: 0x0A, 3: 0x0B, 4: 0x0C, 6: 0x0E}
_VOLUME: Final = 0x10
_FLOW: Final = 0x38
_TEMPERATURE: Final = 0x58


def telegram(
    number: int,
    records: Sequence[bytes],
    *,
    manufacturer: str = "ELS",
    device_type: int = GAS,
    status: int = 0,
    adapter: int | None = None,
    access: int = 0,
) -> bytes:
    """Return a telegram in clear of a meter; through a radio ``adapter`` it takes the long header."""
    maker = _manufacturer(manufacturer)
    meter = _bcd(number, 4)
    kind = bytes([0x01, device_type])
    tail = bytes([access, status, 0x00, 0x00])
    if adapter is None:
        link, transport = maker + meter + kind, b"\x7a" + tail
    else:
        link = maker + _bcd(adapter, 4) + b"\x01\x37"
        transport = b"\x72" + meter + maker + kind + tail
    frame = b"\x44" + link + transport + b"".join(records)
    return bytes([len(frame)]) + frame


def volume(
    units: int, decimals: int, *, width: int = 4, bcd: bool = True, storage: int = 0, base: bool = False
) -> bytes:
    """Return a volume record of ``units`` × 10^-decimals m³."""
    vif = bytes([_VOLUME + 6 - decimals | 0x80, AT_BASE]) if base else bytes([_VOLUME + 6 - decimals])
    return _dif(width, bcd=bcd, storage=storage) + vif + _written(units, width, bcd=bcd)


def flow(units: int, decimals: int, *, width: int = 3) -> bytes:
    """Return a record of a flow of ``units`` × 10^-decimals m³/h."""
    return _dif(width, bcd=True) + bytes([_FLOW + 6 - decimals]) + _bcd(units, width)


def temperature(units: int, decimals: int) -> bytes:
    """Return a record of a gas temperature of ``units`` × 10^-decimals °C."""
    return _dif(2, bcd=False) + bytes([_TEMPERATURE + 3 - decimals]) + _integer(units, 2)


def age(seconds: int) -> bytes:
    """Return a record of how long ago the register was read."""
    return b"\x03\x74" + _integer(seconds, 3)


def due_date(year: int, month: int, day: int, storage: int) -> bytes:
    """Return a date record, type G."""
    low, high = day | (year % 100 & 7) << 5, month | (year % 100 >> 3) << 4
    return _dif(2, bcd=False, storage=storage) + b"\x6c" + bytes([low, high])


def _dif(width: int, *, bcd: bool, storage: int = 0) -> bytes:
    """Return the DIF and as many DIFE as a storage number takes: one bit, then four each."""
    dif = [(_BCD_DIF if bcd else _INTEGER_DIF)[width] | (storage & 1) << 6]
    rest = storage >> 1
    while rest:
        dif.append(rest & 0x0F)
        rest >>= 4
    return bytes(one | 0x80 for one in dif[:-1]) + bytes(dif[-1:])


def _written(units: int, width: int, *, bcd: bool) -> bytes:
    return _bcd(units, width) if bcd else _integer(units, width)


def _integer(units: int, width: int) -> bytes:
    return units.to_bytes(width, "little", signed=True)


def _bcd(units: int, width: int) -> bytes:
    """Return digits, two a byte and the lowest first; an F in front is the minus."""
    digits = f"{units:0{2 * width}d}" if units >= 0 else f"F{-units:0{2 * width - 1}d}"
    return bytes.fromhex(digits)[::-1]


def _manufacturer(letters: str) -> bytes:
    code = 0
    for letter in letters:
        code = code << 5 | ord(letter) - 64
    return code.to_bytes(2, "little")
