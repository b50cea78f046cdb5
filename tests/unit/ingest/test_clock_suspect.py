"""Which clocks look as if they ran in another zone, or in another year."""

import numpy as np
import pytest

from ingest.clock_suspect import suspect_clocks
from telemetry.model import DAY, HOUR, MINUTE, SECOND

NOW = 20_000 * DAY


def suspect(*offs: int, message: list[int] | None = None, device: list[int] | None = None) -> list[bool]:
    """Judge readings of such ages, each in a message of its own of one device unless told otherwise."""
    columns = {
        "measured_at": np.array([NOW - off for off in offs]),
        "message": np.array(message or range(len(offs))),
        "device_id": np.array(device or [1] * len(offs)),
    }
    return list(suspect_clocks(columns, np.full(len(offs), NOW)))


@pytest.mark.parametrize(
    ("off", "is_suspect"),
    [
        (0, False),
        (30 * SECOND, False),
        (-4 * MINUTE, False),
        (30 * MINUTE, False),
        (HOUR, True),
        (8 * HOUR - 2 * MINUTE, True),
        (8 * HOUR + 121 * SECOND, False),
        (14 * HOUR, True),
        (15 * HOUR, False),
        (365 * DAY + 59 * MINUTE, True),
        (366 * DAY, True),
        (364 * DAY, False),
    ],
)
def test_whole_hours_and_a_year(off: int, is_suspect: bool) -> None:
    assert suspect(off) == [is_suspect]


def test_what_a_message_says_before_its_newest_reading_was_kept_back() -> None:
    kept_back = [3 * HOUR, 2 * HOUR, HOUR, 0]
    assert suspect(*kept_back, message=[5] * 4) == [False] * 4
    assert suspect(*kept_back[:3], message=[5] * 3) == [False, False, True]
    assert suspect(2 * HOUR, HOUR, 8 * HOUR, message=[5] * 3, device=[1, 1, 2]) == [False, True, True]
    assert suspect(HOUR, 2 * HOUR, message=[5, 6]) == [True, True]
