"""The records of an M-Bus application layer: what, when, how much (EN 13757-3).

A record is a DIF, up to ten DIFE, a VIF, up to ten VIFE and the number.

============  =========================================================================
DIF           bits 0-3 how the number is written; 4-5 function: 0 now, 1 greatest,
              2 least, 3 faulty; 6 lowest bit of the storage number; 7 a DIFE follows
DIFE          bits 0-3 storage number, 4-5 tariff, 6 part of the device, 7 another follows
written       1-4, 6, 7 integer of 1, 2, 3, 4, 6, 8 bytes; 5 float; 9-C, E BCD of 2-8 and
              12 digits, F in the first one a minus; D variable; 0, 8 none
DIF 2F        filler; 0F, 1F the rest is the manufacturer's
VIF           quantity and power of ten, `_VIFS`; 7C text; FB, FD the next byte is the VIF
VIFE 3E       at base conditions; 70-77 times 10^(n-6), 7D times 1000
6C, 6D        a date, a time: nothing where day or month is 0
============  =========================================================================
"""

import math
import struct
from collections.abc import Iterator
from typing import Final

import msgspec

from telemetry.errors import DecodeError

_MOST_EXTENSIONS: Final = 10
_WIDTHS: Final = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 4, 6: 6, 7: 8, 8: 0, 9: 1, 10: 2, 11: 3, 12: 4, 14: 6}
_INTEGER: Final = frozenset({1, 2, 3, 4, 6, 7})
_VARIABLE: Final = 0x0D
_FILLER: Final = 0x2F
_REST: Final = frozenset({0x0F, 0x1F})
_TEXT_UNIT: Final = 0x7C
_AT_BASE: Final = 0x3E
_THOUSAND: Final = 0x7D
_POWER: Final = 0x70
_FLOAT: Final = 5
_CENTURY: Final = 81
"""Years of two digits from here on are of the century before."""
_DATE: Final = 2
_TIME: Final = 4
_LONGEST_TEXT: Final = 0xC0

_VIFS: Final = {
    **{0x10 + n: ("volume", n - 6, 1.0) for n in range(8)},  # m³
    **{0x38 + n: ("flow", n - 6, 1.0) for n in range(8)},  # m³/h
    **{0x40 + n: ("flow", n - 7, 60.0) for n in range(8)},  # m³/min
    **{0x48 + n: ("flow", n - 9, 3600.0) for n in range(8)},  # m³/s
    **{0x58 + n: ("temperature", n - 3, 1.0) for n in range(4)},  # °C
    **{0x68 + n: ("pressure", n - 3, 100.0) for n in range(4)},  # bar
    0x6C: ("date", 0, 1.0),
    0x6D: ("time", 0, 1.0),
    **{0x74 + n: ("age", 0, seconds) for n, seconds in enumerate((1.0, 60.0, 3600.0, 86400.0))},
    0xFD74: ("battery_days", 0, 1.0),
}
"""VIF: the quantity, the power of ten and the factor to m³, m³/h, °C, kPa or s."""


class MBusRecord(msgspec.Struct, frozen=True, gc=False):
    """One record: ``number`` in m³, m³/h, °C, kPa, s or days, ``moment`` a local time; None: it has none."""

    quantity: str
    number: float | None
    moment: str | None
    function: int
    storage: int
    tariff: int
    subunit: int
    at_base: bool
    begin: int
    end: int

    @property
    def is_current(self) -> bool:
        """Tell whether it is what the meter itself says of now."""
        return not (self.function or self.storage or self.tariff or self.subunit)


def mbus_records(frame: bytes, begin: int) -> Iterator[MBusRecord]:
    """Yield the records of a frame from ``begin`` on; what nobody here knows is passed over as "".

    Raises
    ------
    DecodeError
        decode_error, where a record is cut off or no number.
    """
    at = begin
    while at < len(frame) and frame[at] not in _REST:
        if frame[at] == _FILLER:
            at += 1
            continue
        record = _record(frame, at)
        yield record
        at = record.end


def _record(frame: bytes, begin: int) -> MBusRecord:
    dif, *difes = _extended(frame, begin)
    at = begin + 1 + len(difes)
    vif, *vifes = _extended(frame, at)
    at += 1 + len(vifes)
    if vif & 0x7F == _TEXT_UNIT:
        at += 1 + _byte(frame, at)
    storage, tariff, subunit = dif >> 6 & 1, 0, 0
    for n, dife in enumerate(difes):
        storage |= (dife & 0x0F) << 1 + 4 * n
        tariff |= (dife >> 4 & 3) << 2 * n
        subunit |= (dife >> 6 & 1) << n
    coding = dif & 0x0F
    width = _WIDTHS.get(coding)
    if width is None:
        at, width = _variable(frame, at, coding)
        coding = 0
    if at + width > len(frame):
        raise DecodeError("decode_error", f"the record at byte {begin} is cut off")
    raw = frame[at : at + width]
    quantity, power, factor, at_base = _meaning(vif, vifes)
    number = moment = None
    if quantity in {"date", "time"}:
        moment = _moment(raw)
    elif quantity and raw and (written := _number(coding, raw)) is not None:
        number = _scaled(written, power) * factor
    return MBusRecord(
        quantity, number, moment, dif >> 4 & 3, storage, tariff, subunit, at_base, begin, at + width
    )


def _extended(frame: bytes, at: int) -> list[int]:
    """Return a byte and those that follow it because bit 7 says so."""
    found = [_byte(frame, at)]
    while found[-1] & 0x80:
        if len(found) > _MOST_EXTENSIONS:
            raise DecodeError("decode_error", f"more than {_MOST_EXTENSIONS} extensions at byte {at}")
        found.append(_byte(frame, at + len(found)))
    return found


def _byte(frame: bytes, at: int) -> int:
    if at >= len(frame):
        raise DecodeError("decode_error", "the last record is cut off")
    return frame[at]


def _variable(frame: bytes, at: int, coding: int) -> tuple[int, int]:
    """Return where a number of variable length stands, and how long it is: it is a text, or passed over."""
    length = _byte(frame, at)
    if coding != _VARIABLE or length >= _LONGEST_TEXT:
        raise DecodeError("decode_error", f"a number of unknown length at byte {at}")
    return at + 1, length


def _meaning(vif: int, vifes: list[int]) -> tuple[str, int, float, bool]:
    """Return quantity, power of ten, factor and whether it is at base conditions; "" where we do not know."""
    key = vif & 0x7F
    if vif in {0xFB, 0xFD} and vifes:
        key, vifes = vif << 8 | vifes[0] & 0x7F, vifes[1:]
    quantity, power, factor = _VIFS.get(key, ("", 0, 1.0))
    at_base = False
    for vife in (one & 0x7F for one in vifes):
        if vife == _AT_BASE:
            at_base = True
        elif vife & 0x78 == _POWER:
            power += (vife & 7) - 6
        elif vife == _THOUSAND:
            power += 3
        else:
            return "", 0, 1.0, False
    return quantity, power, factor, at_base


def _scaled(number: float, power: int) -> float:
    """Return number × 10^power; by division where that rounds once."""
    return number * 10.0**power if power >= 0 else number / 10.0**-power


def _number(coding: int, raw: bytes) -> float | None:
    """Return what is written; None where the meter has no number."""
    if coding in _INTEGER:
        return int.from_bytes(raw, "little", signed=True)
    if coding == _FLOAT:
        number: float = struct.unpack("<f", raw)[0]
        return number if math.isfinite(number) else None
    digits = raw[::-1].hex()
    sign = -1 if digits[0] == "f" else 1
    digits = digits.removeprefix("f") if sign < 0 else digits
    if not digits.isdecimal():
        return None
    return sign * int(digits)


def _moment(raw: bytes) -> str | None:
    """Return a local date (type G) or time (type F); None where the meter has none."""
    if len(raw) not in {_DATE, _TIME}:
        return None
    low, high = raw[-2], raw[-1]
    day, month, year = low & 0x1F, high & 0x0F, low >> 5 | (high & 0xF0) >> 1
    if not day or not month:
        return None
    text = f"{2000 + year if year < _CENTURY else 1900 + year}-{month:02}-{day:02}"
    if len(raw) == _DATE:
        return text
    return None if raw[0] & 0x80 else f"{text} {raw[1] & 0x1F:02}:{raw[0] & 0x3F:02}"
