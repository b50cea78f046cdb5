"""What a compression-factor method is, and how one is found by its name."""

from collections.abc import Callable
from functools import cache, lru_cache
from importlib import import_module
from pkgutil import iter_modules

import msgspec

from telemetry.errors import ConfigurationError
from telemetry.model import Floats, GasQuality
from telemetry.ptz import methods
from telemetry.ptz.range import Range


class Method(msgspec.Struct, frozen=True):
    """One way to a compression factor.

    ``suitability`` raises `ConfigurationError` naming what the gas quality
    lacks; else it returns the flag that every reading of this gas carries for
    its composition alone: none, wider range or out of range. ``z`` returns NaN
    where its equations have no answer. ``constant`` is there when Zb/Z is the
    same at every state; Z is then in terms of that at base conditions.
    """

    name: str
    normal: Range
    wider: Range
    suitability: Callable[[GasQuality], int]
    z: Callable[[GasQuality, Floats, Floats], Floats]
    constant: Callable[[GasQuality], float] | None = None


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
