"""Edits in force: what people decided of some steps, laid over what the devices say of them."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from telemetry.batch import NULL
from telemetry.model import HOUR, Instant, Integers
from telemetry.quality import Flag
from telemetry.volumes.evidence import Edit, EditKind
from telemetry.volumes.layout import EVEN, Layout
from telemetry.volumes.readings import Stretch
from telemetry.volumes.shares import Whole, share
from telemetry.volumes.state import Ends
from telemetry.volumes.steps import REGISTER, Edited, Steps, cut, inside, join, take
from telemetry.volumes.terms import TermsTable

_GOVERNING: Final = (EditKind.SET_VOLUME, EditKind.SUBSTITUTE)


def with_unread(steps: Steps, stretches: Sequence[Stretch]) -> Steps:
    """Return the steps, and others without any reading where a volume is set before or after them."""
    unread = [
        (place, start, end)
        for place, stretch in enumerate(stretches)
        if stretch.edits
        for start, end in _unread(steps, place, stretch)
    ]
    if not unread:
        return steps
    stretch, start, end = np.array(unread, np.int64).T
    columns = join(steps, _nothing_read(stretch, start, end))
    return take(columns, np.lexsort((columns.start, columns.stretch)))


def mark_excluded(steps: Steps, stretches: Sequence[Stretch]) -> None:
    """Mark the steps that an exclusion of readings has made, or could have."""
    for place, stretch in enumerate(stretches):
        excluding = [edit for edit in stretch.edits if edit.kind == EditKind.EXCLUDE_READINGS]
        if excluding:
            first, end = np.searchsorted(steps.stretch, (place, place + 1)).tolist()
            start, until = steps.start[first:end], steps.end[first:end]
            for edit in excluding:
                steps.edited[first:end][(start < edit.start) & (edit.end <= until)] = Edited.ENDS


def edited(steps: Steps, stretches: Sequence[Stretch], table: TermsTable) -> Steps:
    """Return the steps as edits want them; of several over the same time the latest counts."""
    changed = [place for place, stretch in enumerate(stretches) if stretch.edits]
    if not changed:
        return steps
    which, at = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for place in changed:
        found, instants = inside(steps, place, _edges(stretches[place]))
        which.append(found)
        at.append(instants)
    pieces = cut(steps, np.concatenate(which), np.concatenate(at))
    for place in changed:
        _govern(pieces, place, stretches[place], table)
    unset = (pieces.index_um3 == NULL) & (pieces.base_index_um3 == NULL) & (pieces.edited != Edited.VOLUME)
    return take(pieces, ~unset) if unset.any() else pieces


def _edges(stretch: Stretch) -> Integers:
    """Return the instants at which an edit that governs steps begins or ends."""
    edges = {at for edit in _governing(stretch) for at in (edit.start, edit.end)}
    return np.array(sorted(edges), np.int64)


def _governing(stretch: Stretch) -> list[Edit]:
    """Return the edits that have a say in volumes themselves, the one that wins last."""
    return sorted((edit for edit in stretch.edits if edit.kind in _GOVERNING), key=lambda edit: edit.edit_id)


def _unread(steps: Steps, place: int, stretch: Stretch) -> Iterator[tuple[Instant, Instant]]:
    """Yield the spans of one stretch whose volume is set and that no step reaches, none twice.

    They are of one hour at most, so that an hour's are the same whichever others are wanted.
    """
    first, end = np.searchsorted(steps.stretch, (place, place + 1)).tolist()
    begins, ends = max(stretch.valid_from, stretch.first_hour), min(stretch.until, stretch.end_hour)
    open_spans = [(begins, ends)]
    if first < end:
        open_spans = [(begins, int(steps.start[first])), (int(steps.end[end - 1]), ends)]
    for span_start, span_end in open_spans:
        reached = span_start
        for edit in sorted(stretch.edits, key=lambda edit: edit.start):
            start, until = max(edit.start, reached), min(edit.end, span_end)
            if edit.kind == EditKind.SET_VOLUME and start < until:
                hours = range(start // HOUR * HOUR, until, HOUR)
                yield from ((max(start, hour), min(until, hour + HOUR)) for hour in hours)
                reached = until


def _nothing_read(stretch: Integers, start: Integers, end: Integers) -> Steps:
    """Return steps of which nothing is known."""
    rows = len(stretch)
    null, zero = np.full(rows, NULL), np.zeros(rows, np.int64)
    unknown = Ends(*(np.full(rows, np.nan) for _ in Ends.__struct_fields__))
    return Steps(
        stretch=stretch,
        start=start,
        end=end,
        duration=end - start,
        terms=zero,
        index_um3=null,
        base_index_um3=null,
        volume_um3=zero,
        base_register_um3=null,
        disturbed_um3=null,
        base_disturbed_um3=null,
        base_given_um3=null,
        pressure_pa=unknown,
        temperature_k=unknown,
        flags=zero,
        edited=zero,
        by_base=np.zeros(rows, np.bool_),
        layout=Layout.even(rows),
        basis=np.full(rows, REGISTER),
        in_series=np.zeros(rows, np.bool_),
    )


def _govern(steps: Steps, place: int, stretch: Stretch, table: TermsTable) -> None:
    """Lay one stretch's edits on its steps."""
    first, end = np.searchsorted(steps.stretch, (place, place + 1)).tolist()
    here = np.arange(first, end)
    start, until = steps.start[here], steps.end[here]
    governed = np.full(len(here), -1)
    edits = _governing(stretch)
    for number, edit in enumerate(edits):
        governed[(edit.start <= start) & (until <= edit.end)] = number
    for number, edit in enumerate(edits):
        rows = here[governed == number]
        if edit.kind == EditKind.SET_VOLUME:
            _set_volume(steps, rows, edit)
        else:
            _substitute(steps, rows, edit, table)


def _set_volume(steps: Steps, rows: Integers, edit: Edit) -> None:
    """Give each step its share by time of the volume that is set."""
    count = len(rows)
    steps.base_given_um3[rows] = NULL
    whole = Whole(np.full(count, edit.start), np.full(count, edit.end), Layout.even(count))
    for column, volume in (
        (steps.volume_um3, edit.volume_um3),
        (steps.base_given_um3, edit.base_volume_um3),
    ):
        if volume is not None:
            column[rows] = share(np.full(count, volume), whole, steps.start[rows], steps.end[rows])
    steps.disturbed_um3[rows] = NULL
    steps.edited[rows] = Edited.VOLUME
    steps.by_base[rows] = False
    steps.layout.which[rows] = EVEN
    steps.basis[rows] = REGISTER
    steps.flags[rows] &= ~Flag.LAID_BY_PROFILE


def _substitute(steps: Steps, rows: Integers, edit: Edit, table: TermsTable) -> None:
    """Let the edit's p, T or gas stand for what was measured or registered."""
    for ends, value in ((steps.pressure_pa, edit.pressure_pa), (steps.temperature_k, edit.temperature_k)):
        if value is not None:
            for name in Ends.__struct_fields__:
                getattr(ends, name)[rows] = value
            steps.disturbed_um3[rows] = NULL
    if edit.gas is not None:
        steps.terms[rows] = table.with_gas(steps.terms[rows], edit.edit_id)
    steps.edited[rows] = Edited.STATE
