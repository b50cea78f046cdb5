"""Faults over a history that was made here, and over the real ones where they are."""

from pathlib import Path

import numpy as np
import pytest

from simulators.gas import LEAN, correction_factor
from simulators.labelled.splice import SPLICED, Series, Spliced, load_series, splice
from telemetry.model import SECOND

DATA = Path(__file__).parents[5] / "shared" / "data"


def history() -> Series:
    draw = np.random.default_rng(7)
    at = 1_735_660_800.0 + 3600.0 * np.arange(24 * 240)
    hour = (at / 3600 + 8) % 24
    used = np.where((hour >= 8) & (hour < 18), draw.uniform(8, 12, at.size), 0.0)
    used[0] = 0.0
    kpa, degc = 410 + draw.normal(0, 2, at.size), 15 + draw.normal(0, 1, at.size)
    base = used * correction_factor(LEAN, kpa, degc)
    return Series("made", at, 100 + np.cumsum(used), 500 + np.cumsum(base), kpa, degc, used, base)


@pytest.fixture(scope="module")
def spliced() -> Spliced:
    return splice(history(), 1, density=6.0)


def test_without_faults_the_history_is_untouched() -> None:
    series = history()
    readings = splice(series, 1, density=0.0).readings
    np.testing.assert_array_equal(readings["index_um3"], np.rint(series.index_m3 * 1e6).astype(np.int64))
    np.testing.assert_allclose(readings["pressure_pa"], series.pressure_kpa * 1000)
    np.testing.assert_allclose(readings["flow_m3h"], series.flow_m3h)


def test_most_kinds_find_room_and_the_seed_decides(spliced: Spliced) -> None:
    kinds = {fault["rule"] for fault in spliced.truth()}
    assert kinds <= set(SPLICED)
    assert len(kinds) >= len(SPLICED) - 2
    again = splice(history(), 1, density=6.0)
    assert again.truth() == spliced.truth()
    for name, column in spliced.readings.items():
        np.testing.assert_array_equal(column, again.readings[name])
    assert splice(history(), 2, density=6.0).truth() != spliced.truth()


def test_a_stuck_register_stands_and_its_volume_is_missing(spliced: Spliced) -> None:
    series = spliced.series
    stuck = [fault for fault in spliced.faults if fault.kind == "register_stuck"]
    assert stuck
    measured = spliced.readings["measured_at"] / SECOND
    for fault in stuck:
        inside = (measured > fault.start + 300) & (measured < fault.end - 300)
        assert np.ptp(spliced.readings["index_um3"][inside]) == 0
        real = (series.at > fault.start + 300) & (series.at < fault.end - 300)
        assert np.ptp(series.index_m3[real]) > 0


def test_outside_its_faults_a_history_keeps_its_steps(spliced: Spliced) -> None:
    series, readings = spliced.series, spliced.readings
    touched = np.zeros(series.at.size, np.bool_)
    for fault in spliced.faults:
        touched |= (series.at > fault.start - 7200) & (series.at < fault.end + 7200)
    kept = np.isin(np.rint(series.at * 1e6).astype(np.int64), readings["measured_at"])
    steps, real = np.diff(readings["index_um3"]) / 1e6, np.diff(series.index_m3[kept])
    calm = ~touched[kept][1:] & ~touched[kept][:-1] & (np.diff(series.at[kept]) == 3600)
    assert calm.sum() > 1000
    np.testing.assert_allclose(steps[calm], real[calm], atol=2e-6)


@pytest.mark.real_data
@pytest.mark.skipif(not DATA.is_dir(), reason="the real meters are not in ../shared/data")
@pytest.mark.parametrize("meter", ["02", "06", "011", "016"])
def test_faults_lie_over_a_real_meter_where_it_was_heard(meter: str) -> None:
    series = load_series(DATA / f"meter_{meter}.csv.gz")
    untouched, spliced = splice(series, 3, density=0.0), splice(series, 3)
    np.testing.assert_array_equal(untouched.readings["index_um3"], np.rint(series.index_m3 * 1e6))
    assert len(spliced.faults) >= 8
    for fault in spliced.faults:
        during = (series.at >= fault.start - 86_400) & (series.at < fault.end + 86_400)
        assert np.count_nonzero(during) > 0.6 * (fault.end - fault.start + 172_800) / 3600
