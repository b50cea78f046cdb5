"""Known stretches of four real meters hidden: how much better their usual week lays them than even time."""

import numpy as np
import pytest

from telemetry.model import DAY, HOUR, Booleans, Instant
from telemetry.quality import Flag, Quality
from telemetry.volumes.hourly import hourly_volumes
from telemetry.volumes.hours import HourlyVolumes
from telemetry.volumes.method import BaseMethod
from telemetry.volumes.profile import LOOK_BACK
from telemetry.volumes.readings import Statement, Stretch, settled
from telemetry.volumes.terms import terms_table
from tests.acceptance.test_real_meters import hourly, pytestmark, readings
from tests.unit.volumes.building import PTZ, terms

__all__ = ["pytestmark"]

HIDDEN = 60


def _hidden(meter: str) -> list[tuple[Instant, Instant]]:
    """Return spans from 6 hours to 5 days, between readings and wholly measured, after four known weeks."""
    found, chance = hourly(meter), np.random.default_rng(20)
    bad = np.flatnonzero(found.quality != Quality.MEASURED)
    at = readings(meter)["measured_at"]
    spans: list[tuple[Instant, Instant]] = []
    while len(spans) < HIDDEN:
        first = int(chance.integers(np.searchsorted(at, at[0] + 2 * LOOK_BACK), len(at) - 200))
        last = int(np.searchsorted(at, at[first] + chance.integers(6 * HOUR, 5 * DAY))) - 1
        start, end = int(at[first]), int(at[last])
        hours = (found.interval_start >= start - HOUR) & (found.interval_start < end)
        known = not np.isin(np.flatnonzero(hours), bad).any() and found.volume_um3[hours].sum() > 0
        if known and end - start > 6 * HOUR:
            spans.append((start, end))
    return spans


def _laid(
    meter: str, rows: Booleans, start: Instant, end: Instant, closing: Statement | None = None
) -> HourlyVolumes:
    """Return the hours wholly within a span, worked out of some readings and perhaps the meter's removal."""
    said = {name: column[rows] for name, column in readings(meter).items()}
    first_hour, end_hour = -(-start // HOUR) * HOUR, end // HOUR * HOUR
    stretches = (
        Stretch(
            meter_id=1,
            first_hour=first_hour,
            end_hour=end_hour,
            range_um3=10**14,
            base_range_um3=10**14,
            qmax_m3h=400.0,
            usual_factor=(0.5, 12.0),
            terms=(terms(PTZ),),
            time_zone="Asia/Shanghai",
            closing=closing,
        ),
    )
    return hourly_volumes(settled(said), stretches, terms_table(stretches))


@pytest.mark.parametrize(
    ("meter", "even", "profile"),
    [("02", 1.21, 0.23), ("06", 1.07, 0.30), ("011", 1.08, 0.34), ("016", 1.01, 0.38)],
)
def test_usual_week_lays_known_volume_as_much_better_as_documented(
    meter: str, even: float, profile: float
) -> None:
    at = readings(meter)["measured_at"]
    misplaced = np.zeros(2)
    flowed = 0
    for start, end in _hidden(meter):
        hidden = (at > start) & (at < end)
        truth = _laid(meter, (at >= start) & (at <= end), start, end)
        by_time = _laid(meter, ~hidden & (at >= start) & (at <= end), start, end)
        by_week = _laid(meter, ~hidden & (at >= start - LOOK_BACK - 2 * HOUR) & (at <= end), start, end)
        assert not (by_time.flags & Flag.LAID_BY_PROFILE).any()
        flowed += truth.volume_um3.sum()
        misplaced += [np.abs(one.volume_um3 - truth.volume_um3).sum() for one in (by_time, by_week)]
    assert (misplaced / flowed).tolist() == pytest.approx([even, profile], abs=0.01)


@pytest.mark.parametrize(("meter", "off"), [("02", 0.16), ("06", 0.21), ("011", 0.44), ("016", 0.23)])
def test_usual_week_foretells_unknown_volume_as_documented(meter: str, off: float) -> None:
    at = readings(meter)["measured_at"]
    missed = flowed = 0
    for start, end in _hidden(meter):
        truth = _laid(meter, (at >= start) & (at <= end), start, end).volume_um3.sum()
        before = (at >= start - LOOK_BACK - 2 * HOUR) & (at <= start)
        found = _laid(meter, before, start, end, Statement(end, None))
        if set(found.method.tolist()) == {BaseMethod.WEEKDAY_PROFILE}:
            missed += abs(found.volume_um3.sum() - truth)
            flowed += truth
    assert missed / flowed == pytest.approx(off, abs=0.01)
