"""A device's base register against the platform's correction: what is a mismatch, and what is a digit."""

import numpy as np
import pytest

from alerts.habits.history import BY_PT
from telemetry.batch import Columns
from telemetry.model import Floats
from tests.unit.alerts.said import judged
from tests.unit.alerts.weeks import looked_back, m3


@pytest.mark.parametrize(
    ("factor", "said"), [(1.02, "present"), (0.985, "present"), (1.009, "-"), (1.007, "absent")]
)
def test_corrector_mismatch(factor: float, said: str) -> None:
    def edit(columns: Columns, _local: Floats, _ago: Floats) -> None:
        columns["pressure_pa"] = np.full(columns["pressure_pa"].size, 300e3)
        columns["device_base_volume_um3"] = np.rint(columns["volume_um3"] * 3 * factor).astype(np.int64)

    assert judged("corrector_mismatch", looked_back(edit)) == [said]


@pytest.mark.parametrize(("factor", "said"), [(1.018, "-"), (0.975, "present")])
def test_a_corrector_must_be_further_off_where_p_swings(factor: float, said: str) -> None:
    """An hour's mean p is no measure of what the corrector saw."""

    def edit(columns: Columns, _local: Floats, ago: Floats) -> None:
        columns["pressure_pa"] = np.where(ago % 2 == 0, 300e3, 320e3)
        columns["device_base_volume_um3"] = np.rint(columns["volume_um3"] * 3 * factor).astype(np.int64)

    assert judged("corrector_mismatch", looked_back(edit)) == [said]


@pytest.mark.parametrize(
    ("by", "factor", "said"),
    [(BY_PT, 1.012, "absent"), (BY_PT, 1.02, "present"), (BY_PT, 0.985, "present"), (0, 1.2, "-")],
)
def test_a_platform_that_leaves_z_out_is_lawfully_lower(by: int, factor: float, said: str) -> None:
    def edit(columns: Columns, _local: Floats, _ago: Floats) -> None:
        columns["corrected"][:] = by
        columns["pressure_pa"] = np.full(columns["pressure_pa"].size, 300e3)
        columns["device_base_volume_um3"] = np.rint(columns["volume_um3"] * 3 * factor).astype(np.int64)

    assert judged("corrector_mismatch", looked_back(edit)) == [said]


@pytest.mark.parametrize(("factor", "said"), [(1.02, "present"), (1.009, "-")])
def test_where_p_swings_it_is_held_against_the_weeks_before(factor: float, said: str) -> None:
    def edit(columns: Columns, _local: Floats, ago: Floats) -> None:
        columns["pressure_pa"] = np.where(ago % 2 == 0, 300e3, 320e3)
        now = np.where(ago < 7 * 24, factor, 1.002)
        columns["device_base_volume_um3"] = np.rint(columns["volume_um3"] * 3 * now).astype(np.int64)

    assert judged("corrector_mismatch", looked_back(edit)) == [said]


@pytest.mark.parametrize(("before", "factor", "said"), [(1.004, 0.993, "present"), (1.0, 0.993, "absent")])
def test_what_z_was_seen_to_be_is_not_lawful_twice(before: float, factor: float, said: str) -> None:
    """A device that was 0.4 % higher by Z and is 0.7 % lower now has lost 1.1 %."""

    def edit(columns: Columns, _local: Floats, ago: Floats) -> None:
        columns["corrected"][:] = BY_PT
        columns["pressure_pa"] = np.full(columns["pressure_pa"].size, 300e3)
        now = np.where(ago < 7 * 24, factor, before)
        columns["device_base_volume_um3"] = np.rint(columns["volume_um3"] * 3 * now).astype(np.int64)

    assert judged("corrector_mismatch", looked_back(edit)) == [said]


@pytest.mark.parametrize(("m3h", "said"), [(4.3, "-"), (43.0, "absent")])
def test_the_last_digits_of_registers_are_no_corrector_mismatch(m3h: float, said: str) -> None:
    """Registers of whole m³: of 4 m³ in an hour nothing is known, of 43 a sum tells within 0.2 %."""

    def edit(columns: Columns, _local: Floats, ago: Floats) -> None:
        columns["pressure_pa"] = np.full(columns["pressure_pa"].size, 300e3)
        hour = ago.max() + 1 - ago
        counted, base = (np.diff(np.floor(by * m3h * np.append(0, hour))) for by in (1, 3))
        columns["volume_um3"], columns["device_base_volume_um3"] = m3(counted), m3(base)

    assert judged("corrector_mismatch", looked_back(edit)) == [said]
