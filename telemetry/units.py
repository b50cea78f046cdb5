"""Units of what comes in: pint decides each conversion once, plain arithmetic applies it."""

import re
from decimal import Decimal
from functools import cache, lru_cache
from importlib import import_module
from tokenize import TokenError
from typing import Any, Final

import msgspec
import numpy as np

from telemetry.errors import ConfigurationError
from telemetry.model import Floats

SI_UNITS: Final = {
    "pressure": "pascal",
    "gauge_pressure": "pascal",
    "differential_pressure": "pascal",
    "temperature": "kelvin",
    "volume": "meter ** 3",
    "flow": "meter ** 3 / second",
    "length": "meter",
    "time": "second",
    "energy": "joule",
    "heating_value": "joule / meter ** 3",
    "voltage": "volt",
    "fraction": "dimensionless",
}
"""Quantities that come in, and the SI unit each is brought to; absolute and gauge are two of them."""

_REFERENCES: Final = {"g": "gauge_pressure", "a": "pressure"}
_BRACKETED: Final = re.compile(r"(?P<unit>.+?)\s*\((?P<says>g|gauge|a|abs|absolute)\)", re.IGNORECASE)
_LETTERED: Final = re.compile(r"(?P<unit>[kMhmµ]?Pa|m?[bB]ar|psi)[ _]?(?P<says>[gaGA])")
_BASE_VOLUME: Final = re.compile(
    r"^(?:[nN]|[sS])(?:m3|m³|m\^3|m\*\*3|cf|cm)(?![A-Za-z])|^(?:ncm|scm|scf)", re.IGNORECASE
)
_POWER: Final = re.compile(r"(?<=[A-Za-z])([23])(?![A-Za-z0-9])")
_UNREADABLE: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    SyntaxError,
    TokenError,
    TypeError,
    ValueError,
)
_LONGEST: Final = 40


class Conversion(msgspec.Struct, frozen=True):
    """What brings numbers of one unit to another: times ``scale`` plus ``offset``."""

    scale: float
    offset: float = 0.0

    def apply(self, values: Floats | float) -> Floats:
        """Return the converted numbers."""
        return np.asarray(values, np.float64) * self.scale + self.offset


def to_si(values: Floats | float, unit: str, quantity: str) -> Floats:
    """Return numbers of a unit in the SI unit of their quantity.

    Parameters
    ----------
    values : (n,) or scalar
        Numbers as they came.
    unit : str
        As people write it: ``kPa``, ``bar(g)``, ``psia``, ``m3/h``, ``°C``.
    quantity : str
        One of `SI_UNITS`. A unit that says gauge is refused for ``pressure``
        and one that says absolute for ``gauge_pressure``: only the site's
        atmosphere makes one of the other.

    Returns
    -------
    (n,) [SI]
        The same numbers in pascal, kelvin, m³, m³/s …

    Raises
    ------
    ConfigurationError
        If the unit cannot be read or measures something else.

    Notes
    -----
    Cubic metres "normal" or "standard" are no unit: their base conditions must
    be said, and correction brings them to others.

    References
    ----------
    .. [1] BIPM, The International System of Units, 9th edition.

    Examples
    --------
    >>> to_si(np.array([4.0]), "bar(g)", "gauge_pressure")
    array([400000.])
    >>> to_si(np.array([15.0]), "degC", "temperature")
    array([288.15])
    """
    return converter(quantity, unit).apply(values)


@lru_cache(maxsize=1024)
def converter(quantity: str, unit: str, to: str | None = None) -> Conversion:
    """Return what brings numbers of a unit to another one, or to the SI unit, of a quantity.

    >>> converter("gauge_pressure", "MPa", "kPa")
    Conversion(scale=1000.0, offset=0.0)
    """
    if quantity not in SI_UNITS:
        raise ConfigurationError(f"quantity {quantity!r} is none of {', '.join(SI_UNITS)}")
    target = SI_UNITS[quantity] if to is None else _spelled(to)
    return _conversion(_plain(unit, quantity), target, f"unit {unit!r}", _expected(quantity))


def factor(unit: str, to: str) -> float:
    """Return how many of one unit make one of another.

    >>> factor("kWh/m3", "MJ/m3")
    3.6
    """
    conversion = _conversion(_spelled(unit), _spelled(to), f"unit {unit!r}", f"expected what {to!r} measures")
    if conversion.offset:
        raise ConfigurationError(f"unit {unit!r}: no factor alone leads to {to!r}")
    return conversion.scale


def _expected(quantity: str) -> str:
    return f"expected a unit of {_words(quantity)}, such as {SI_UNITS[quantity]!r}"


def _words(quantity: str) -> str:
    return "absolute pressure" if quantity == "pressure" else quantity.replace("_", " ")


def _plain(unit: str, quantity: str) -> str:
    """Return a unit without its word for gauge or absolute, which must be what the quantity says."""
    if quantity == "temperature" and "delta" in unit:
        raise ConfigurationError(f"unit {unit!r} is one of temperature difference, {_expected(quantity)}")
    match = _BRACKETED.fullmatch(unit.strip()) or _LETTERED.fullmatch(unit.strip())
    if match is None:
        return _spelled(unit)
    says = _REFERENCES[match["says"][0].lower()]
    if says != quantity:
        raise ConfigurationError(f"unit {unit!r} is one of {_words(says)}, {_expected(quantity)}")
    return _spelled(match["unit"])


def _spelled(unit: str) -> str:
    """Return a unit in pint's spelling."""
    unit = unit.strip().replace("℃", "°C").replace("·", "*").replace("Bar", "bar")
    if _BASE_VOLUME.match(unit):
        raise ConfigurationError(f"unit {unit!r} means base conditions: give m3 and say which they are")
    return _POWER.sub(r"**\1", unit)


def _conversion(unit: str, to: str, named: str, expected: str) -> Conversion:
    """Ask pint, by what becomes of nothing and of one."""
    registry = _registry()
    try:
        if not 0 < len(unit) <= _LONGEST:
            raise ValueError(unit)
        nothing, one = (
            registry.Quantity(number, registry.parse_units(unit)) for number in (Decimal(0), Decimal(1))
        )
        target = registry.parse_units(to)
        offset = nothing.to(target).magnitude
        scale = (one - nothing).to((one.to(target) - nothing.to(target)).units).magnitude
    except _UNREADABLE as error:
        raise ConfigurationError(f"{named}: {expected}") from error
    if not 0 < scale < Decimal("Infinity"):
        raise ConfigurationError(f"{named}: {expected}")
    return Conversion(float(scale), float(offset))


@cache
def _registry() -> Any:  # noqa: ANN401 pint comes late: most processes never need its memory
    return import_module("pint").UnitRegistry(non_int_type=Decimal)
