"""What a replay shows of readings is what the watch's query would have found stored."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from alerts.replay.readings import ReadingsSoFar
from alerts.replay.said import Said
from telemetry.batch import NULL, Columns

LATENESS: Final = 20
LOOKS: Final = tuple(range(0, 61, 15))


class Row(NamedTuple):
    device: int
    measured_at: int
    arrived_at: int
    seq: int
    has_index: bool
    content: int


def columns(rows: Sequence[Row]) -> Columns:
    def whole(values: Sequence[int]) -> np.ndarray:
        return np.array(values, dtype=np.int64)

    given = {
        "device_id": whole([one.device for one in rows]),
        "measured_at": whole([one.measured_at for one in rows]),
        "arrived_at": whole([one.arrived_at for one in rows]),
        "received_at": whole([one.arrived_at for one in rows]),
        "seq": whole([one.seq for one in rows]),
        "index_um3": whole([7 if one.has_index else NULL for one in rows]),
        "content_hash": whole([one.content for one in rows]),
    }
    nothing = Said().readings
    return {name: given.get(name, np.zeros(len(rows), column.dtype)) for name, column in nothing.items()}


def found_stored(rows: Sequence[Row], since: int, until: int) -> set[Row]:
    """Return each device's rows from the third register before its first new row to one after its last."""
    known = [one for one in rows if one.arrived_at <= until]
    found: set[Row] = set()
    for device in {one.device for one in rows}:
        own = [one for one in known if one.device == device]
        new = [
            one.measured_at
            for one in own
            if one.arrived_at > since and one.arrived_at - one.measured_at <= LATENESS
        ]
        if new:
            before = sorted({one.measured_at for one in own if one.has_index and one.measured_at < min(new)})
            first = min(before[-3:], default=min(new))
            last = min(
                (one.measured_at for one in own if one.has_index and one.measured_at > max(new)),
                default=max(new),
            )
            found.update(one for one in own if first <= one.measured_at <= last)
    return found


ROWS = st.lists(
    st.builds(
        Row,
        device=st.integers(1, 3),
        measured_at=st.integers(-30, 60),
        arrived_at=st.integers(1, 60),
        seq=st.sampled_from([NULL, 0, 5]),
        has_index=st.booleans(),
        content=st.integers(-(2**62), 2**62),
    ),
    max_size=40,
    unique_by=lambda row: row.content,
)


@given(ROWS, st.integers(1, 59))
def test_it_shows_what_is_stored_next_to_what_is_new(rows: list[Row], cut: int) -> None:
    """Whether it is told of all rows at once or in two parts."""
    so_far = ReadingsSoFar(LATENESS)
    cut = LOOKS[cut % len(LOOKS)]
    parts = {
        LOOKS[0]: [one for one in rows if one.arrived_at <= cut],
        cut: [one for one in rows if one.arrived_at > cut],
    }
    if cut == LOOKS[0]:
        parts = {cut: rows}
    for since, until in pairwise(LOOKS):
        if since in parts:
            so_far.learn(columns(parts[since]), since)
        shown = so_far.around(since, until)
        by_content = {one.content: one for one in rows}
        got = [by_content[content] for content in shown["content_hash"].tolist()]
        assert matters(got, since) == matters(found_stored(rows, since, until), since)
        order = [(one.device, one.measured_at, -max(one.seq, -1), -one.content) for one in got]
        assert order == sorted(order)


def matters(rows: Iterable[Row], since: int) -> set[Row]:
    """Return rows without those that are old and state no register: they may be forgotten."""
    return {one for one in rows if one.has_index or one.measured_at >= since - LATENESS}
