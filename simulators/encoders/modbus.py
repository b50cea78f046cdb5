"""Modbus RTU answers of flow correctors, written from the protocol's specification and the makers' tables."""

from struct import pack
from typing import Final, Literal, TypeAlias

Order: TypeAlias = Literal["ABCD", "CDAB", "BADC", "DCBA"]

_POLYNOMIAL: Final = 0xA001
_BITS: Final = 8


def crc(frame: bytes) -> bytes:
    """Return the two bytes that end a frame, bit by bit as the specification draws it."""
    register = 0xFFFF
    for byte in frame:
        register ^= byte
        for _ in range(_BITS):
            register, carried = register >> 1, register & 1
            if carried:
                register ^= _POLYNOMIAL
    return bytes([register & 0xFF, register >> _BITS])


def response(slave: int, registers: bytes, function: int = 3) -> bytes:
    """Return what a slave answers to a read of registers."""
    frame = bytes([slave, function, len(registers)]) + registers
    return frame + crc(frame)


def request(slave: int, first: int, count: int, function: int = 3) -> bytes:
    """Return what a master asks."""
    frame = bytes([slave, function]) + pack(">HH", first, count)
    return frame + crc(frame)


def failure(slave: int, code: int, function: int = 3) -> bytes:
    """Return what a slave answers that cannot do what was asked."""
    frame = bytes([slave, function | 0x80, code])
    return frame + crc(frame)


def bcd(value: float, digits: int, decimals: int) -> bytes:
    """Return a total as so many decimal digits, two a byte."""
    whole = round(value * 10**decimals)
    return bytes.fromhex(f"{whole:0{digits}d}")


def laid(high_first: bytes, order: Order) -> bytes:
    """Return a number's bytes as a device of this order sends them: A is the highest byte."""
    pairs = [high_first[at : at + 2] for at in range(0, len(high_first), 2)]
    if order in ("CDAB", "DCBA"):
        pairs.reverse()
    if order in ("BADC", "DCBA"):
        pairs = [pair[::-1] for pair in pairs]
    return b"".join(pairs)


def fxgasflow(
    *,
    index_m3: float,
    base_index_m3: float,
    flow_m3h: float,
    base_flow_m3h: float,
    temperature_degc: float,
    pressure_kpa: float,
) -> bytes:
    """Return registers 10 to 29 of a Fuxin corrector: totals as float32 and as BCD of four decimals."""
    return (
        pack(">4f", index_m3, base_index_m3, 0.0, base_flow_m3h)
        + bcd(base_index_m3, 12, 4)
        + pack(">f", flow_m3h)
        + bcd(index_m3, 12, 4)
        + pack(">2f", temperature_degc, pressure_kpa)
    )


def tianxin(
    *,
    base_index_m3: float,
    base_flow_m3h: float,
    temperature_degc: float,
    pressure_kpa: float,
    above: int = 0,
    below: int = 0,
) -> bytes:
    """Return registers 40001 to 40016 of a Tianxin meter: flow per second, the total cut at a hundred."""
    hundreds = base_index_m3 // 100
    return pack(
        ">6f2I",
        temperature_degc,
        pressure_kpa,
        0.0,
        base_flow_m3h / 3600,
        hundreds,
        base_index_m3 - 100 * hundreds,
        above,
        below,
    )


def macbat5(
    *,
    index_m3: float,
    base_index_m3: float,
    flow_m3h: float,
    base_flow_m3h: float,
    temperature_degc: float,
    pressure_kpa: float,
    gauge_pressure_kpa: float,
) -> bytes:
    """Return registers 7003 to 7017 of a MacBAT 5, four bytes each."""
    return pack(
        ">15f",
        *(pressure_kpa, gauge_pressure_kpa, 0.0, temperature_degc, flow_m3h, base_flow_m3h),
        *(1.01325, 293.15, pressure_kpa - gauge_pressure_kpa),
        *(index_m3, 0.0, 0.0, 0.0, 0.0, base_index_m3),
    )


def uniflo1200(
    *,
    index_m3: float,
    base_index_m3: float,
    flow_m3h: float,
    base_flow_m3h: float,
    temperature_degc: float,
    pressure_kpa: float,
) -> bytes:
    """Return registers 52 to 69 of a UNIFLO 1200: volumes as a whole and its decimals, low byte first."""
    return pack(
        "<IfIf5f",
        *(int(index_m3), index_m3 % 1, int(base_index_m3), base_index_m3 % 1),
        *(flow_m3h, base_flow_m3h, pressure_kpa / 100, temperature_degc, 1.0),
    )
