"""A pressure that the meter's sensor cannot mean is none of the gas."""

from math import inf

import numpy as np
import pytest
from msgspec.structs import replace

from telemetry.quality import Flag, Quality
from telemetry.volumes.hourly import hourly_volumes
from telemetry.volumes.hours import HourlyVolumes
from telemetry.volumes.method import BaseMethod
from telemetry.volumes.readings import settled
from telemetry.volumes.sensor_range import ANY, SensorRange, sensor_range
from telemetry.volumes.terms import terms_table
from tests.unit.volumes.building import columns, stretch

# 10 m³ an hour at C 2; from 2:00 to 4:00 a sensor of 80 to 700 kPa says 1,600, and the device believes it.
NOTES = [
    (0, 0, 0, 202.65, 20),
    (60, 10, 20, 202.65, 20),
    (120, 20, 100, 1600, 20),
    (180, 30, 258, 1600, 20),
    (240, 40, 416, 1600, 20),
    (300, 50, 440, 202.65, 20),
]
RANGE = sensor_range(80e3, 700e3)


def hourly(believed: SensorRange, *, gauge: bool = False) -> HourlyVolumes:
    said = columns(NOTES)
    if gauge:
        nobody = np.full(len(NOTES), np.nan)
        said |= {"pressure_pa": nobody, "gauge_pressure_pa": said["pressure_pa"] - 101_325.0}
    most = believed[1] / 101_325 if believed[1] < inf else 12.0
    stretches = (replace(stretch(), pressure_range_pa=believed, usual_factor=(0.5, most)),)
    return hourly_volumes(settled(said), stretches, terms_table(stretches))


@pytest.mark.parametrize("gauge", [False, True])
def test_the_last_good_pressure_stands_in_for_one_beyond_the_range(*, gauge: bool) -> None:
    found = hourly(RANGE, gauge=gauge)
    assert found.base_volume_um3.tolist() == [20_000_000] * 5
    assert found.quality.tolist() == [Quality.MEASURED] + [Quality.SUBSTITUTED] * 4
    assert found.method[2:4].tolist() == [BaseMethod.LAST_GOOD] * 2
    assert [bool(flags & Flag.PRESSURE_UNUSABLE) for flags in found.flags] == [False] + [True] * 4


def test_a_meter_without_a_range_is_believed() -> None:
    found = hourly(ANY)
    assert found.quality.tolist() == [Quality.MEASURED] * 5
    assert found.base_volume_um3[2] > 150_000_000


@pytest.mark.parametrize(
    ("least", "most", "low", "high"),
    [(80e3, 700e3, 73e3, 707e3), (None, 500e3, 0.0, 505e3), (100e3, None, 99e3, inf), (None, None, 0.0, inf)],
)
def test_a_hundredth_of_the_range_beyond_either_end_is_believed(
    least: float | None, most: float | None, low: float, high: float
) -> None:
    assert sensor_range(least, most) == pytest.approx((low, high))
