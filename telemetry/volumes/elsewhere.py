"""Pressure and temperature as twins of a meter measured them at about the same time."""

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from telemetry.model import MINUTE, Booleans, Floats, Integers
from telemetry.volumes.readings import Readings, Stretch
from telemetry.volumes.sensor_range import believed
from telemetry.volumes.terms import TermsTable, terms_at

NEAR: Final = 30 * MINUTE
"""How far a twin's reading may lie from the moment that it stands in for."""

ALIKE: Final = 0.1
"""By so much a twin's pressure may differ from the meter's own last good one: by more on another line."""


class Nearby(msgspec.Struct, frozen=True, eq=False):
    """What stands nearest to each reading, NaN where nothing is near."""

    pressure_pa: Floats
    temperature_k: Floats
    in_series: Booleans


def nothing_near(rows: int) -> Nearby:
    """Return that nothing is known to be near."""
    return Nearby(np.full(rows, np.nan), np.full(rows, np.nan), np.zeros(rows, np.bool_))


def nearby(readings: Readings, stretches: Sequence[Stretch], table: TermsTable) -> Nearby | None:
    """Return what twins measured nearest to each reading; None where no meter has any.

    What is stated of an installation's ends is no moment at which anything was measured.
    """
    if not any(stretch.twins for stretch in stretches):
        return None
    found = nothing_near(len(readings.measured_at))
    for place, stretch in enumerate(stretches):
        twins = stretch.twins
        if twins is None or not len(twins.at):
            continue
        here = readings.span_of(place)
        at = readings.measured_at[here]
        asked = np.flatnonzero(~np.isin(at, _stated(stretch))) + here.start
        terms = terms_at(table, np.full(len(twins.at), place), twins.at)
        gauge = twins.gauge_pressure_pa + table.atmosphere_pa[terms]
        absolute = np.where(np.isnan(twins.pressure_pa), gauge, twins.pressure_pa)
        absolute = believed(absolute, *stretch.pressure_range_pa)
        for values, column in ((absolute, found.pressure_pa), (twins.temperature_k, found.temperature_k)):
            with np.errstate(invalid="ignore"):
                usable = np.flatnonzero((values > 0) & (values < np.inf))
            near, which = _nearest(twins.at[usable], readings.measured_at[asked])
            column[asked[near]] = values[usable[which[near]]]
            if column is found.pressure_pa:
                found.in_series[asked[near]] = twins.in_series[usable[which[near]]]
    return found


def plausible(nearby_pa: Floats, in_series: Booleans, own_pa: Floats) -> Floats:
    """Return twins' pressures where they can be the meter's: in series, or like its own last good one."""
    with np.errstate(invalid="ignore"):
        alike = np.abs(nearby_pa / own_pa - 1) <= ALIKE
    return np.where(in_series | alike, nearby_pa, np.nan)


def _stated(stretch: Stretch) -> list[int]:
    """Return the instants at which an installation states registers."""
    stated = [one.at for one in (stretch.opening, stretch.closing) if one]
    return [*stated, stretch.meanwhile.until] if stretch.meanwhile else stated


def _nearest(known: Integers, at: Integers) -> tuple[Booleans, Integers]:
    """Say whether anything known is near each instant, and which is nearest; of two the earlier."""
    if not len(known):
        return np.zeros(len(at), np.bool_), np.zeros(len(at), np.int64)
    later = np.minimum(np.searchsorted(known, at), len(known) - 1)
    earlier = np.maximum(later - 1, 0)
    nearest = np.where(np.abs(known[earlier] - at) <= np.abs(known[later] - at), earlier, later)
    return np.abs(known[nearest] - at) <= NEAR, nearest
