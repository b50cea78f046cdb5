"""CJ/T 188 frames of gas meters, written from published descriptions of the standard."""

from datetime import datetime
from typing import Final

GAS: Final = 0x30
M3: Final = 0x2C
LITRES: Final = 0x29
LOW_FIRST: Final = bytes.fromhex("1F90")
HIGH_FIRST: Final = bytes.fromhex("901F")
_PURCHASES: Final = bytes.fromhex("8105")
_REPORT: Final = bytes.fromhex("C001")


def frame(address: str, control: int, data: bytes, *, kind: int = GAS, preamble: int = 4) -> bytes:
    """Return a frame: ``address`` are 14 digits, the highest first, as they stand on the meter."""
    body = b"\x68" + bytes([kind]) + bytes.fromhex(address)[::-1] + bytes([control, len(data)]) + data
    return b"\xfe" * preamble + body + bytes([sum(body) % 256, 0x16])


def digits(value: int, length: int) -> bytes:
    """Return a whole number as so many bytes of two digits, the lowest first."""
    return bytes.fromhex(f"{value:0{2 * length}d}")[::-1]


def total(hundredths: int, unit: int = M3) -> bytes:
    """Return a total of hundredths of its unit."""
    return digits(hundredths, 4) + bytes([unit])


def clock(local: datetime) -> bytes:
    """Return a meter's clock: second, minute, hour, day, month, year, century."""
    return bytes.fromhex(f"{local:%S%M%H%d%m}") + digits(local.year, 2)


def status(*, valve: int = 0, low_battery: bool = False, valve_bit: int = 0, battery_bit: int = 2) -> bytes:
    """Return a status word; the valve's two bits are 0 open, 1 closed, 3 at fault."""
    return (valve << valve_bit | low_battery << battery_bit).to_bytes(2, "little")


def metering(
    address: str,
    local: datetime,
    hundredths: int,
    *,
    settled: int = 0,
    unit: int = M3,
    said: bytes = b"\0\0",
    identifier: bytes = LOW_FIRST,
    serial: int = 0,
) -> bytes:
    """Return the answer to a read of metering data."""
    data = identifier + bytes([serial]) + total(hundredths, unit) + total(settled, unit) + clock(local) + said
    return frame(address, 0x81, data)


def purchases(address: str, number: int, cents: int, all_cents: int, remaining_cents: int) -> bytes:
    """Return the answer to a read of what was bought and what remains of it."""
    amounts = b"".join(digits(amount, 4) for amount in (cents, all_cents, remaining_cents))
    return frame(address, 0x81, _PURCHASES + b"\0" + digits(number, 1) + amounts + b"\0\0")


def report(address: str, local: datetime, hundredths: int, remaining: int) -> bytes:
    """Return what a maker's meters send on their own: register, and what remains of the credit."""
    sign = 0x10 if remaining < 0 else 0
    left = digits(abs(remaining), 4)
    data = _REPORT + b"\0" + clock(local) + digits(hundredths, 4) + digits(0, 4)
    data += left[:3] + bytes([left[3] | sign]) + digits(0, 4) + b"\x01" + b"\0\0\0"
    return frame(address, 0x21, data)


def request(address: str, identifier: bytes = LOW_FIRST, serial: int = 0xFF) -> bytes:
    """Return what whoever reads meters asks."""
    return frame(address, 0x01, identifier + bytes([serial]))
