"""Stored units to those that people read: kPa, °C, m³ with every stored digit."""

from typing import overload


@overload
def kpa(pressure_pa: float) -> float: ...
@overload
def kpa(pressure_pa: None) -> None: ...
@overload
def kpa(pressure_pa: float | None) -> float | None: ...
def kpa(pressure_pa: float | None) -> float | None:
    """Return Pa as kPa, without the noise of binary fractions.

    >>> kpa(101_325.0)
    101.325
    """
    return None if pressure_pa is None else round(pressure_pa / 1000, 9)


@overload
def degc(temperature_k: float) -> float: ...
@overload
def degc(temperature_k: None) -> None: ...
@overload
def degc(temperature_k: float | None) -> float | None: ...
def degc(temperature_k: float | None) -> float | None:
    """Return K as °C, without the noise of binary fractions.

    >>> degc(293.15)
    20.0
    """
    return None if temperature_k is None else round(temperature_k - 273.15, 9)


@overload
def m3(um3: int) -> float: ...
@overload
def m3(um3: None) -> None: ...
@overload
def m3(um3: int | None) -> float | None: ...
def m3(um3: int | None) -> float | None:
    """Return 10⁻⁶ m³ as m³: exact to the last digit below 10⁹ m³, which no register reaches.

    >>> m3(123_456_789_123_456)
    123456789.123456
    """
    return None if um3 is None else um3 / 1_000_000


def single(value: float | None) -> float | None:
    """Return a number that was stored in single precision as it was sent, to its seven digits.

    >>> single(3.5799999237060547)
    3.58
    """
    return None if value is None else float(f"{value:.7g}")
