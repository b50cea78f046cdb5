"""The native keys that a table of fields can mean, and what brings a device's unit to theirs."""

from fractions import Fraction
from typing import Final

import msgspec

from telemetry.errors import ConfigurationError
from telemetry.units import converter

UNITS: Final = {
    "index_m3": ("volume", "m3"),
    "base_index_m3": ("volume", "m3"),
    "mechanical_index_m3": ("volume", "m3"),
    "disturbed_index_m3": ("volume", "m3"),
    "base_disturbed_index_m3": ("volume", "m3"),
    "pressure_kpa": ("pressure", "kPa"),
    "gauge_pressure_kpa": ("gauge_pressure", "kPa"),
    "temperature_degc": ("temperature", "degC"),
    "flow_m3h": ("flow", "m3/h"),
    "base_flow_m3h": ("flow", "m3/h"),
    "battery_v": ("voltage", "V"),
    "battery_pct": ("fraction", "percent"),
}
"""Keys of numbers: their quantity, and the unit that their name carries."""

WORDS: Final = frozenset({"valve", "meter_bypass_valve"})
"""Keys of words."""

COUNTS: Final = frozenset({"seq"})
"""Keys of whole numbers without unit."""


class Linear(msgspec.Struct, frozen=True):
    """What makes of a device's number one in the unit of a key: times ``scale``, plus ``plus``."""

    scale: Fraction
    plus: float


def linear(key: str, unit: str | None) -> Linear:
    """Return what brings numbers of a unit to the unit of a native key.

    Parameters
    ----------
    key : str
        One of `UNITS`, which also says whether a pressure is absolute or gauge.
    unit : str or None
        As people write it; None where it is the key's own.

    Raises
    ------
    ConfigurationError
        If the unit measures something else, or says gauge of an absolute pressure.

    Examples
    --------
    >>> linear("flow_m3h", "m3/s")
    Linear(scale=Fraction(3600, 1), plus=0.0)
    """
    if unit is None:
        return Linear(Fraction(1), 0.0)
    if key not in UNITS:
        raise ConfigurationError(f"{key}: has no unit, got {unit!r}")
    quantity, own = UNITS[key]
    conversion = converter(quantity, unit, own)
    return Linear(Fraction(str(conversion.scale)), conversion.offset)
