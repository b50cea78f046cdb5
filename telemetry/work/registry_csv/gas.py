"""Gas quality rows: what each method needs, and what a row is to the correction."""

from collections.abc import Iterator
from math import fsum
from typing import Final

from telemetry.errors import ConfigurationError
from telemetry.model import COMPONENTS, GasQuality
from telemetry.ptz.composition import SUM_TOLERANCE
from telemetry.ptz.method import suitability
from telemetry.work.registry_csv.complaint import Complaint
from telemetry.work.registry_csv.table import Entry

NEEDED: Final = {
    "nx19": ("relative_density", "carbon_dioxide", "nitrogen"),
    "sgerg88": ("heating_value_mj_m3", "relative_density", "carbon_dioxide"),
    "aga8_detail": ("methane",),
    "gerg2008": ("methane",),
}
"""Columns that a method cannot do without."""


def gas_quality(entry: Entry) -> GasQuality:
    """Return what a row says of the gas; what it leaves out is as the contract's defaults have it."""
    optional = {
        name: value for name in _PLAIN if (value := entry.get(name, float)) is not None
    }  # a default holds for what is not given
    fractions = [entry.get(component, float) for component in COMPONENTS]
    given = any(fraction is not None for fraction in fractions)
    return GasQuality(
        method=entry.text("method"),
        fractions=tuple(fraction or 0.0 for fraction in fractions) if given else (),
        **optional,
    )


def gas_complaints(entry: Entry) -> Iterator[Complaint]:
    """Yield what a gas quality row lacks or contradicts."""
    method = entry.text("method")
    missing = [name for name in NEEDED.get(method, ()) if entry.get(name, float) is None]
    for name in missing:
        yield entry.complain(name, f"a value, since {method} needs it")
    fractions = [value for name in COMPONENTS if (value := entry.get(name, float)) is not None]
    total = fsum(fractions)
    # An analysis that gives methane is a whole one; the rest are the few that a method asks for.
    if total > 1 + SUM_TOLERANCE or (entry.get("methane", float) is not None and total < 1 - SUM_TOLERANCE):
        yield entry.complain("methane", f"mole fractions that sum to 1 ± {SUM_TOLERANCE:g}, not {total:.6g}")
    elif not missing:
        yield from _unsuitable(entry)


def _unsuitable(entry: Entry) -> Iterator[Complaint]:
    """Yield what the method itself says against the gas."""
    try:
        suitability(gas_quality(entry))
    except ConfigurationError as unusable:
        yield entry.complain("method", f"a method that can do with what is given ({unusable})")


_PLAIN: Final = (
    "z_ratio",
    "heating_value_mj_m3",
    "heating_value_combustion_degc",
    "heating_value_metering_degc",
    "relative_density",
)
