"""What the hours of a line come to, and the register at its ends."""

from datetime import time
from decimal import Decimal

import numpy as np
import pytest

from telemetry.batch import NULL, Columns
from telemetry.billing.boundaries import Around, index_at
from telemetry.billing.determinants import figures
from telemetry.billing.gas_day import GasCalendar
from telemetry.billing.statement import Figures, How, Index, Line, Peak, QualityPart, totals
from telemetry.model import DAY, HOUR, Integers
from telemetry.quality import Flag, Quality

UTC = GasCalendar("UTC")
CUBIC_METRE = 1_000_000


def hours(start: int, base: list[int], **others: Integers) -> Columns:
    """Return hours in a row of one cubic metre each, and so much base volume."""
    count = len(base)
    columns: Columns = {
        "interval_start": start + np.arange(count) * HOUR,
        "volume_um3": np.full(count, CUBIC_METRE),
        "base_volume_um3": np.array(base, np.int64),
        "device_base_volume_um3": np.full(count, NULL),
        "quality": np.zeros(count, np.int64),
        "flags": np.zeros(count, np.int64),
        "revision": np.ones(count, np.int64),
        "calculation": np.full(count, 3),
        "registry_version": np.full(count, 7),
        "gas_quality_from": np.full(count, NULL),
        "uncertainty_um3": np.full(count, 10),
    }
    return columns | others


def test_without_any_hour_all_is_missing() -> None:
    found = figures(hours(0, []), 0, 2 * DAY, UTC)
    assert (found.hours, found.missing_hours, found.days, found.days_estimated) == (0, 48, 2, 2)
    assert (found.volume_um3, found.base_volume_um3, found.mean_correction_factor) == (0, 0, None)
    assert (found.peak_hour, found.peak_day, found.estimated_share) == (None, None, Decimal("1.000000"))
    assert found.qualities == (QualityPart("missing", 48, 0),)


def test_qualities_peaks_and_days_by_hand() -> None:
    """Three gas days of 6 o'clock, the first of only 6 hours: 6 + 24 + 24 hours, of which the last is absent.

    Hour 7 is estimated, hour 40 worked on default values; hour 10 has the most gas, and so has its day.
    """
    base = [2 * CUBIC_METRE] * 53
    base[10] = 9 * CUBIC_METRE
    quality = np.zeros(53, np.int64)
    quality[7] = Quality.ESTIMATED
    flags = np.zeros(53, np.int64)
    flags[40] = Flag.ON_DEFAULT_VALUES | Flag.LOW_BATTERY
    gas = np.array([5] * 20 + [9] * 33)
    columns = hours(0, base, quality=quality, flags=flags, gas_quality_from=gas)
    found = figures(columns, 0, 54 * HOUR, GasCalendar("UTC", time(6)))
    assert (found.hours, found.missing_hours, found.days, found.days_estimated) == (53, 1, 3, 2)
    assert (found.volume_um3, found.base_volume_um3) == (53 * CUBIC_METRE, 113 * CUBIC_METRE)
    assert found.mean_correction_factor == Decimal("2.132075472")
    assert found.peak_hour == Peak(10 * HOUR, 9 * CUBIC_METRE)
    assert found.peak_day == Peak(6 * HOUR, 55 * CUBIC_METRE)
    assert (found.disturbed_hours, found.disturbed_base_volume_um3) == (1, 2 * CUBIC_METRE)
    assert found.qualities == (
        QualityPart("measured", 52, 111 * CUBIC_METRE),
        QualityPart("estimated", 1, 2 * CUBIC_METRE),
        QualityPart("missing", 1, 0),
    )
    assert found.estimated_share == Decimal("0.017699")
    assert (found.calculations, found.registry_versions, found.gas_quality_from) == ((3,), (7,), (5, 9))
    assert found.uncertainty_um3 == 530


def test_an_uncertainty_that_nobody_knows_leaves_the_sum_unknown() -> None:
    uncertainty = np.array([10, NULL])
    assert figures(hours(0, [1, 1], uncertainty_um3=uncertainty), 0, 2 * HOUR, UTC).uncertainty_um3 is None
    device = np.array([NULL, 4])
    found = figures(hours(0, [1, 1], device_base_volume_um3=device), 0, 2 * HOUR, UTC)
    assert found.device_base_volume_um3 == 4


def line(found: Figures, sign: int) -> Line:
    end = Index(at=0, index_um3=None, how=How.UNKNOWN)
    return Line(
        meter="M", device="D", sign=sign, start=0, end=HOUR, installed_from=0, installed_until=DAY,
        opening=end, closing=end, figures=found,
    )  # fmt: skip


def test_a_line_counts_by_its_sign() -> None:
    plus, minus, shown = (
        line(figures(hours(0, [base]), 0, HOUR, UTC), sign) for base, sign in ((9, 1), (4, -1), (7, 0))
    )
    found = totals([plus, minus, shown])
    assert (found.rows, found.volume_um3, found.base_volume_um3, found.uncertainty_um3) == (2, 0, 5, 20)
    assert found.qualities == (QualityPart("measured", 2, 5),)


@pytest.mark.parametrize(
    ("around", "how", "index"),
    [
        (Around(5, 70, 5, 70), How.READ, 70),
        (Around(0, 70, 10, 80), How.INTERPOLATED, 75),
        (Around(0, 70, 3 * 5, 71), How.INTERPOLATED, 70),
        (Around(0, 70, None, None), How.LAST_READ, 70),
        (Around(None, None, 9, 80), How.FIRST_READ, 80),
        (Around(None, None, None, None), How.UNKNOWN, None),
        (Around(0, 70, 10, 60), How.LAST_READ, 70),
        (Around(0, 9_999_990, 10, 10), How.INTERPOLATED, 0),  # a register of one digit turns at 10 m³
    ],
)
def test_the_register_at_a_boundary(around: Around, how: How, index: int | None) -> None:
    found = index_at(5, around, 1)
    assert (found.how, found.index_um3) == (how, index)
    assert found.read_before == around.before_at
    assert found.read_after == around.after_at
