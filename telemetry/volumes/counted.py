"""Which readings count: those that no edit takes out, and what installations state at either end."""

from collections.abc import Iterator, Sequence

import numpy as np

from telemetry.batch import NULL
from telemetry.volumes.evidence import EditKind
from telemetry.volumes.readings import Readings, Statement, Stretch


def counted(readings: Readings, stretches: Sequence[Stretch]) -> Readings:
    """Return the readings that volumes are worked out of."""
    left = _without_excluded(readings, stretches)
    stated = list(_statements(left, stretches))
    return _with(left, stated) if stated else left


def _without_excluded(readings: Readings, stretches: Sequence[Stretch]) -> Readings:
    """Return the readings that lie in no span whose readings are excluded."""
    kept = np.ones(len(readings.measured_at), np.bool_)
    for place, stretch in enumerate(stretches):
        for edit in stretch.edits:
            if edit.kind == EditKind.EXCLUDE_READINGS:
                here = readings.span_of(place)
                at = readings.measured_at[here]
                kept[here] &= (at < edit.start) | (edit.end <= at)
    if kept.all():
        return readings
    return Readings(**{name: getattr(readings, name)[kept] for name in Readings.__struct_fields__})


def _statements(readings: Readings, stretches: Sequence[Stretch]) -> Iterator[tuple[int, Statement, bool]]:
    """Yield the statements that lie before the first or after the last reading of their stretch.

    Where the readings begin before the hours that are wanted, or end after them, a statement
    beyond is none of theirs: those readings need not be all that there are.
    """
    for place, stretch in enumerate(stretches):
        opening, closing = stretch.opening, stretch.closing
        if opening is None and closing is None:
            continue
        at = readings.measured_at[readings.span_of(place)]
        if opening and (not len(at) or max(opening.at, stretch.first_hour) < at[0]):
            yield place, opening, True
        heard = len(at) or opening is not None
        if closing and heard and (not len(at) or (at[-1] < closing.at and at[-1] < stretch.end_hour)):
            yield place, closing, False
            if stretch.meanwhile:
                yield place, Statement(stretch.meanwhile.until, None), False


def _with(readings: Readings, stated: Sequence[tuple[int, Statement, bool]]) -> Readings:
    """Return the readings with statements among them as readings without a state of the gas."""
    unknown = np.full(len(stated), np.nan)
    rows = {
        "stretch": np.array([place for place, _, _ in stated], np.int64),
        "measured_at": np.array([one.at for _, one, _ in stated], np.int64),
        "index_um3": np.array([_or_null(one.index_um3) for _, one, _ in stated], np.int64),
        "base_index_um3": np.array([_or_null(one.base_index_um3) for _, one, _ in stated], np.int64),
        "pressure_pa": unknown,
        "gauge_pressure_pa": unknown,
        "temperature_k": unknown,
        "disturbed_index_um3": np.full(len(stated), NULL),
        "base_disturbed_index_um3": np.full(len(stated), NULL),
        "mechanical_index_um3": np.full(len(stated), NULL),
        "flow_m3h": unknown,
        "flags": np.zeros(len(stated), np.int64),
        "opens": np.array([opens for _, _, opens in stated], np.bool_),
    }
    columns = {name: np.concatenate([getattr(readings, name), rows[name]]) for name in rows}
    order = np.lexsort((columns["measured_at"], columns["stretch"]))
    return Readings(**{name: column[order] for name, column in columns.items()})


def _or_null(index_um3: int | None) -> int:
    return NULL if index_um3 is None else index_um3
