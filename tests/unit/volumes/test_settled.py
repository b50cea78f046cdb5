"""Readings in any order, settled."""

import numpy as np
import pytest

from telemetry.quality import Flag
from telemetry.volumes.readings import settled
from tests.unit.volumes.building import Note, columns

NOTES: list[Note] = [(60, 11, None, 400, 15), (0, 10, None, 400, 15), (60, 12, None, 410, 15)]


def test_order_of_time() -> None:
    found = settled(columns(NOTES[:2]))
    assert found.index_um3.tolist() == [10_000_000, 11_000_000]


def test_highest_seq_counts_and_is_flagged() -> None:
    found = settled(columns(NOTES, seq=[9, 1, 3]))
    assert found.index_um3.tolist() == [10_000_000, 11_000_000]
    assert found.flags.tolist() == [0, Flag.CONFLICT]


def test_content_counts_where_seq_does_not_tell() -> None:
    assert settled(columns(NOTES)).index_um3[1] == 12_000_000


def test_a_row_twice_is_no_conflict() -> None:
    rows = columns([NOTES[0], NOTES[0]]) | {"content_hash": np.array([5, 5])}
    found = settled(rows)
    assert found.flags.tolist() == [0]


def test_three_at_one_instant_leave_one_flagged() -> None:
    found = settled(columns([*NOTES, (60, 13, None, 400, 15)], seq=[9, 1, 3, 2]))
    assert found.index_um3.tolist() == [10_000_000, 11_000_000]
    assert found.flags.tolist() == [0, Flag.CONFLICT]


def test_flags_of_arrival_do_not_count() -> None:
    rows = columns(NOTES[:2]) | {"flags": np.array([Flag.LATE | Flag.LOW_BATTERY, Flag.NO_INSTALLATION])}
    assert settled(rows).flags.tolist() == [0, Flag.LOW_BATTERY]


@pytest.mark.parametrize(
    ("minute", "base", "count"),
    [
        (120, 50, 3),  # after all that say the register
        (-60, 50, 3),  # before all these
        (30, 50, 2),  # between them the register says more
        (60, 50, 2),
        (120, None, 2),
    ],
)
def test_a_base_register_alone_counts_where_the_register_does_not_say(
    minute: int, base: float | None, count: int
) -> None:
    assert len(settled(columns([*NOTES[:2], (minute, None, base, 400, 15)])).measured_at) == count
