"""Which terms hold at which instant, as positions in one table of all stretches' terms."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec
import numpy as np

from telemetry.model import Booleans, Floats, Integers
from telemetry.ptz.spec import CorrectionSpec
from telemetry.volumes.readings import RECALLING, Readings, Stretch, Terms


class TermsTable(msgspec.Struct, frozen=True, eq=False):
    """The terms of all stretches one after another; those of stretch i begin at ``first[i]``.

    ``spec`` is where in ``specs``, without repetition, each one's specification stands. Behind all
    of them stand those that edits make by substituting the gas; ``substituted`` finds them by edit
    and what they are made of. ``fixed_first`` and ``mean_first`` say what stands in first for a
    corrector at fault.
    """

    rows: tuple[Terms, ...]
    first: Integers
    starts: Integers
    atmosphere_pa: Floats
    specs: tuple[CorrectionSpec, ...]
    spec: Integers
    fixed_first: Booleans
    mean_first: Booleans
    substituted: Mapping[tuple[int, int], int]

    def with_gas(self, terms: Integers, edit_id: int) -> Integers:
        """Return the terms that an edit's gas makes of terms."""
        return np.array([self.substituted.get((edit_id, row), row) for row in terms.tolist()], np.int64)

    def cuts(self, stretch: int) -> Integers:
        """Return the instants at which the terms of a stretch change."""
        return self.starts[self.first[stretch] + 1 : self.first[stretch + 1]]


def terms_table(stretches: Sequence[Stretch]) -> TermsTable:
    """Return the table of the stretches' terms."""
    registered = [terms for stretch in stretches for terms in stretch.terms]
    first = np.cumsum([0, *(len(stretch.terms) for stretch in stretches)])
    made = dict(_substituted(stretches, first.tolist()))
    rows = (*registered, *made.values())
    positions: dict[CorrectionSpec, int] = {}
    spec = [positions.setdefault(terms.spec, len(positions)) for terms in rows]
    return TermsTable(
        rows=rows,
        first=first,
        starts=np.array([terms.start for terms in rows], np.int64),
        atmosphere_pa=np.array([terms.atmosphere_pa for terms in rows], np.float64),
        specs=tuple(positions),
        spec=np.array(spec, np.int64),
        fixed_first=np.array([terms.failure_rule == "fixed" for terms in rows], np.bool_),
        mean_first=np.array([terms.failure_rule in RECALLING for terms in rows], np.bool_),
        substituted={key: len(registered) + nth for nth, key in enumerate(made)},
    )


def _substituted(
    stretches: Sequence[Stretch], first: Sequence[int]
) -> Iterator[tuple[tuple[int, int], Terms]]:
    """Yield the terms that each edit of the gas makes of those it may meet."""
    for place, stretch in enumerate(stretches):
        for edit in stretch.edits:
            if edit.gas is None:
                continue
            for row, terms in enumerate(stretch.terms, first[place]):
                spec = msgspec.structs.replace(terms.spec, gas=edit.gas)
                made = msgspec.structs.replace(terms, spec=spec, gas_quality_from=None)
                yield (edit.edit_id, row), made


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
