"""What a compression-factor method is, and how one is found by its name."""

from collections.abc import Callable
from functools import cache, lru_cache
from importlib import import_module
from math import inf
from pkgutil import iter_modules
from typing import Final

import msgspec

from telemetry.errors import ConfigurationError
from telemetry.model import Booleans, Floats, GasQuality
from telemetry.ptz import methods


class Range(msgspec.Struct, frozen=True):
    """The states a method is stated for; its edges belong to it."""

    pressure_max_pa: float
    temperature_min_k: float
    temperature_max_k: float

    def holds(self, pressure_pa: Floats, temperature_k: Floats) -> Booleans:
        """Return which states lie inside."""
        return (
            (pressure_pa > 0)
            & (pressure_pa <= self.pressure_max_pa)
            & (temperature_k >= self.temperature_min_k)
            & (temperature_k <= self.temperature_max_k)
        )


ANYWHERE: Final = Range(pressure_max_pa=inf, temperature_min_k=0.0, temperature_max_k=inf)


class Method(msgspec.Struct, frozen=True):
    """One way to a compression factor.

    ``suitability`` raises `ConfigurationError` naming what the gas quality
    lacks; else it returns the flag that every reading of this gas carries for
    its composition alone: none, wider range or out of range. ``z`` returns NaN
    where its equations have no answer. ``relative`` says that the number is
    already in terms of base conditions, whose own factor is then 1.
    """

    name: str
    normal: Range
    wider: Range
    suitability: Callable[[GasQuality], int]
    z: Callable[[GasQuality, Floats, Floats], Floats]
    relative: bool = False


def method_names() -> tuple[str, ...]:
    """Return the names of all methods, which are the names of their files.

    >>> "aga8_detail" in method_names()
    True
    """
    return tuple(sorted(module.name for module in iter_modules(methods.__path__)))


@cache
def find_method(name: str) -> Method:
    """Return the method of that name; its file is imported when first asked for."""
    if name not in method_names():
        raise ConfigurationError(f"gas quality: method {name!r} is none of {', '.join(method_names())}")
    found: Method = import_module(f"{methods.__name__}.{name}").METHOD
    return found


@lru_cache(maxsize=1024)
def suitability(gas: GasQuality) -> int:
    """Return the flag of a gas for its composition alone, by the limits of its own method."""
    return find_method(gas.method).suitability(gas)
