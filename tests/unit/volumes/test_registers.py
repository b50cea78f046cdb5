"""What a register advances by."""

import numpy as np
import pytest

from telemetry.batch import NULL
from telemetry.model import HOUR
from telemetry.quality import Flag
from telemetry.volumes.registers import Advance, Register, advance

CUBIC_METRE = 1_000_000


def steps(*index_m3: float | None, digits: int = 4, hours: float = 1.0, most_m3h: float = 10.0) -> Advance:
    count = len(index_m3)
    return advance(
        Register(
            at=np.arange(count) * round(hours * HOUR),
            index_um3=np.array([NULL if x is None else round(x * CUBIC_METRE) for x in index_m3], np.int64),
            joined=np.ones(count - 1, np.bool_),
            range_um3=np.full(count, 10**digits * CUBIC_METRE),
            most_m3h=np.full(count, most_m3h),
        )
    )


def test_rise_is_volume() -> None:
    found = steps(100, 103.5, 103.5, 104)
    assert found.volume_um3.tolist() == [3_500_000, 0, 500_000]
    assert not found.flags.any()


def test_rollover_by_digits() -> None:
    # 9997.5 -> 10000 = 2.5 m³, and 4 m³ more from 0.
    found = steps(9_990, 9_997.5, 4, 5)
    assert found.volume_um3.tolist() == [7_500_000, 6_500_000, 1_000_000]
    assert found.flags.tolist() == [0, Flag.REGISTER_ROLLOVER, 0]


def test_a_register_beyond_its_digits_never_gives_negative_volume() -> None:
    # The registry says 4 digits; the meter has more: no fall from 25 000 can be a rollover at 10 000.
    found = steps(25_000, 4, 5)
    assert found.volume_um3.tolist() == [0, 1_000_000]
    assert found.flags.tolist() == [Flag.REGISTER_REGRESSION, 0]


@pytest.mark.parametrize(
    ("before", "after", "most"),
    [(8_999, 2, 10_000.0), (9_997.5, 50, 10.0)],
    ids=["not near the last digit", "more than could have flowed"],
)
def test_fall_that_is_no_rollover_is_a_regression(before: float, after: float, most: float) -> None:
    found = steps(before, after, after + 3, most_m3h=most)
    assert found.volume_um3.tolist() == [0, 3_000_000]
    assert found.flags.tolist() == [Flag.REGISTER_REGRESSION, 0]


def test_jitter_adds_nothing_twice() -> None:
    # Down by 4 l and by another 5 l, still within 10 l of the maximum; 100.5 is then 0.5 above it, not 0.509.
    found = steps(100, 99.996, 99.991, 99.995, 100.5)
    assert found.volume_um3.tolist() == [0, 0, 0, 500_000]
    assert found.flags.tolist() == [Flag.REGISTER_JITTER] * 3 + [0]


def test_jitter_ends_at_ten_litres_below_the_maximum_not_below_the_reading_before() -> None:
    found = steps(100, 99.992, 99.985, 100)
    assert found.volume_um3.tolist() == [0, 0, 15_000]
    assert found.flags.tolist() == [Flag.REGISTER_JITTER, Flag.REGISTER_REGRESSION, 0]


def test_restart_with_an_older_counter_begins_a_segment() -> None:
    found = steps(294.16272, 22.126476, 22.220617)
    assert found.volume_um3.tolist() == [0, 94_141]
    assert found.flags.tolist() == [Flag.REGISTER_REGRESSION, 0]


def test_absent_register_leaves_a_step_unknown() -> None:
    assert steps(1, None, 3, 4).volume_um3.tolist() == [NULL, NULL, 1_000_000]


def test_stretches_do_not_run_into_each_other() -> None:
    register = Register(
        at=np.arange(4) * HOUR,
        index_um3=np.array([100, 99, 5, 6]) * 1000,
        joined=np.array([True, False, True]),
        range_um3=np.full(4, 10**12),
        most_m3h=np.full(4, 1.0),
    )
    found = advance(register)
    assert found.volume_um3.tolist() == [0, NULL, 1000]
