"""Four real meters through their whole history, against their correctors' own base registers."""

import csv
import gzip
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from telemetry.batch import NULL, Columns
from telemetry.model import DAY, HOUR, Booleans, Floats, instant
from telemetry.quality import Flag, Quality
from telemetry.volumes.hourly import hourly_volumes
from telemetry.volumes.hours import HourlyVolumes
from telemetry.volumes.method import BaseMethod
from telemetry.volumes.readings import Stretch, settled
from telemetry.volumes.terms import terms_table
from tests.unit.volumes.building import PTZ, terms

DATA = Path(__file__).parents[3] / "shared" / "data"
SHANGHAI = ZoneInfo("Asia/Shanghai")
METERS = ("02", "06", "011", "016")

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not DATA.is_dir(), reason="the real meters are not in ../shared/data"),
]


@cache
def readings(meter: str) -> Columns:
    with gzip.open(DATA / f"meter_{meter}.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))

    def column(name: str, scale: float = 1.0, offset: float = 0.0) -> Floats:
        return np.array([float(row[name]) * scale + offset for row in rows])

    times = [instant(datetime.fromisoformat(row["CreateDate"]).replace(tzinfo=SHANGHAI)) for row in rows]
    return {
        "stretch": np.zeros(len(rows), np.int64),
        "measured_at": np.array(times),
        "index_um3": np.rint(column("GTotal", 1e6)).astype(np.int64),
        "base_index_um3": np.rint(column("BTotal", 1e6)).astype(np.int64),
        "pressure_pa": column("Pa", 1000.0),
        "gauge_pressure_pa": np.full(len(rows), np.nan),
        "temperature_k": column("T", 1.0, 273.15),
        "disturbed_index_um3": np.full(len(rows), NULL),
        "base_disturbed_index_um3": np.full(len(rows), NULL),
        "mechanical_index_um3": np.full(len(rows), NULL),
        "flow_m3h": column("GFlow"),
        "flags": np.zeros(len(rows), np.int64),
        "seq": np.full(len(rows), NULL),
        "content_hash": np.arange(len(rows)),
    }


@cache
def hourly(meter: str) -> HourlyVolumes:
    """Correct a meter by AGA8 DETAIL and gas 1 of ISO 12213-2 throughout."""
    at = readings(meter)["measured_at"]
    stretches = (
        Stretch(
            meter_id=1,
            first_hour=int(at[0]) // HOUR * HOUR,
            end_hour=int(at[-1]) // HOUR * HOUR + HOUR,
            range_um3=10**14,
            base_range_um3=10**14,
            qmax_m3h=400.0,
            usual_factor=(0.5, 12.0),
            terms=(terms(PTZ),),
        ),
    )
    return hourly_volumes(settled(readings(meter)), stretches, terms_table(stretches))


def against_device(meter: str, rows: Callable[[HourlyVolumes], Booleans]) -> float:
    """Return by how much our base volume differs from the device's over some hours, as a share of it."""
    found = hourly(meter)
    wanted = rows(found) & (found.device_base_volume_um3 != NULL)
    return float(found.base_volume_um3[wanted].sum() / found.device_base_volume_um3[wanted].sum()) - 1


@pytest.mark.parametrize("meter", ["06", "011"])
def test_measured_hours_agree_with_the_corrector(meter: str) -> None:
    assert abs(against_device(meter, lambda found: found.quality == Quality.MEASURED)) < 0.0015


@pytest.mark.parametrize("meter", ["06", "011"])
def test_whole_history_agrees_with_the_base_register(meter: str) -> None:
    base = readings(meter)["base_index_um3"]
    assert abs(hourly(meter).base_volume_um3.sum() / (base[-1] - base[0]) - 1) < 0.002


@pytest.mark.parametrize(("meter", "within"), [("02", 0.0075), ("016", 0.0070)])
def test_meters_that_swing_within_the_hour_stay_within_what_is_documented(meter: str, within: float) -> None:
    assert abs(against_device(meter, lambda found: found.quality == Quality.MEASURED)) < within


@pytest.mark.parametrize("meter", METERS)
def test_every_hour_has_a_row_and_they_sum_to_the_register_exactly(meter: str) -> None:
    rows, found = readings(meter), hourly(meter)
    at, index = rows["measured_at"], rows["index_um3"]
    assert found.interval_start.tolist() == list(range(at[0] // HOUR * HOUR, at[-1], HOUR))
    fallen = np.where(np.diff(index) < 0, np.diff(index), 0).sum()
    assert found.volume_um3.sum() == index[-1] - index[0] - fallen
    assert (found.volume_um3 >= 0).all()


@pytest.mark.parametrize(
    ("meter", "share", "uncertain"),
    [("06", 0.285, 0.045), ("011", 0.122, 0.027), ("02", 0.112, 0.027), ("016", 0.083, 0.023)],
)
def test_share_that_is_estimated_and_uncertainty_are_as_documented(
    meter: str, share: float, uncertain: float
) -> None:
    found = hourly(meter)
    estimated = np.isin(found.quality, (Quality.ESTIMATED, Quality.MISSING))
    base_m3, unsure = found.base_volume_um3 / 1e6, found.uncertainty_m3
    assert base_m3[estimated].sum() / base_m3.sum() == pytest.approx(share, abs=0.0006)
    assert np.nansum(unsure) / base_m3[~np.isnan(unsure)].sum() == pytest.approx(uncertain, abs=0.0006)
    assert not (found.flags & (Flag.REGISTER_JUMP | Flag.INDEX_MISMATCH)).any()


def test_gap_of_291_days_takes_the_device_register_and_says_so() -> None:
    found, rows = hourly("06"), readings("06")
    inside = (found.interval_start > rows["measured_at"][0]) & (
        found.interval_start < rows["measured_at"][0] + 291 * DAY
    )
    assert set(found.method[inside].tolist()) == {BaseMethod.DEVICE_BASE_REGISTER}
    assert set(found.quality[inside].tolist()) == {Quality.ESTIMATED}
    gap = rows["measured_at"][1] // HOUR
    first = found.interval_start // HOUR < gap
    assert found.base_volume_um3[first].sum() == rows["base_index_um3"][1] - rows["base_index_um3"][0]


def test_exchange_in_016_is_found_and_its_volume_missing() -> None:
    found = hourly("016")
    exchanged = (found.flags & Flag.REGISTER_REGRESSION) != 0
    assert exchanged.sum() == np.count_nonzero(found.quality == Quality.MISSING) == 3063
    assert exchanged[:3063].all()
    assert found.volume_um3[exchanged].sum() == 0
