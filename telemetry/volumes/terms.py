"""Which terms hold at which instant, as positions in one table of all stretches' terms."""

from collections.abc import Sequence

import msgspec
import numpy as np

from telemetry.model import Floats, Integers
from telemetry.ptz.spec import CorrectionSpec
from telemetry.volumes.readings import Readings, Stretch, Terms


class TermsTable(msgspec.Struct, frozen=True, eq=False):
    """The terms of all stretches one after another; those of stretch i begin at ``first[i]``.

    ``spec`` is where in ``specs``, without repetition, each one's specification stands.
    """

    rows: tuple[Terms, ...]
    first: Integers
    starts: Integers
    atmosphere_pa: Floats
    specs: tuple[CorrectionSpec, ...]
    spec: Integers

    def cuts(self, stretch: int) -> Integers:
        """Return the instants at which the terms of a stretch change."""
        return self.starts[self.first[stretch] + 1 : self.first[stretch + 1]]


def terms_table(stretches: Sequence[Stretch]) -> TermsTable:
    """Return the table of the stretches' terms."""
    rows = tuple(terms for stretch in stretches for terms in stretch.terms)
    positions: dict[CorrectionSpec, int] = {}
    spec = [positions.setdefault(terms.spec, len(positions)) for terms in rows]
    return TermsTable(
        rows=rows,
        first=np.cumsum([0, *(len(stretch.terms) for stretch in stretches)]),
        starts=np.array([terms.start for terms in rows], np.int64),
        atmosphere_pa=np.array([terms.atmosphere_pa for terms in rows], np.float64),
        specs=tuple(positions),
        spec=np.array(spec, np.int64),
    )


def terms_at(table: TermsTable, stretch: Integers, at: Integers) -> Integers:
    """Return which terms hold at each instant; both columns are in order of stretch."""
    found = table.first[stretch]
    for changing in np.flatnonzero(np.diff(table.first) > 1).tolist():
        here = slice(*np.searchsorted(stretch, (changing, changing + 1)).tolist())
        found[here] += np.searchsorted(table.cuts(changing), at[here], side="right")
    return found


def absolute_pressure(table: TermsTable, readings: Readings) -> Floats:
    """Return absolute pressure: as the device says it, else gauge plus the site's atmosphere."""
    terms = terms_at(table, readings.stretch, readings.measured_at)
    gauge = readings.gauge_pressure_pa + table.atmosphere_pa[terms]
    return np.where(np.isnan(readings.pressure_pa), gauge, readings.pressure_pa)
