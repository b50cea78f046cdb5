"""The city's workshops beside four real meters: the recorded figures hold, and the city is near them."""

from pathlib import Path

import numpy as np
import pytest

from simulators.days import midnight
from simulators.labelled.calibration import Figures, figures, numbers, profile_distance, workshop_figures
from simulators.labelled.city import labelled_city
from simulators.labelled.real_figures import METERS, PROFILE, REAL
from simulators.labelled.splice import load_series

DATA = Path(__file__).parents[5] / "shared" / "data"
real_data = [
    pytest.mark.real_data,
    pytest.mark.skipif(not DATA.is_dir(), reason="the real meters are not in ../shared/data"),
]
NEAR = (0.8, 1.25)
# Over a third of a year the levels of seven weekdays differ by chance; the real meters had three years.
WIDER = {"weekday_spread": (0.8, 1.3)}


@pytest.fixture(scope="module")
def workshops() -> list[Figures]:
    cities = (
        labelled_city(seed, meters=80, days=100, begin=midnight(day), density=0, trouble_density=0)
        for seed, day in ((1, 20_100), (2, 20_280))
    )
    return [found for city in cities for found in workshop_figures(city).values()]


@pytest.mark.parametrize("name", REAL)
def test_the_median_workshop_is_near_the_four_real_meters(workshops: list[Figures], name: str) -> None:
    low, high = WIDER.get(name, NEAR)
    median = np.median([numbers(workshop)[name] for workshop in workshops])
    assert low * min(REAL[name]) <= median <= high * max(REAL[name])


def test_workshops_burn_at_the_hours_of_the_real_meters(workshops: list[Figures]) -> None:
    mean = np.mean([workshop.profile for workshop in workshops], axis=0)
    assert np.abs(mean - PROFILE).sum() / 48 < 0.08


@pytest.mark.parametrize("meter", [pytest.param(meter, marks=real_data) for meter in METERS])
def test_recorded_figures_are_those_of_the_real_meters(meter: str) -> None:
    series = load_series(DATA / f"meter_{meter}.csv.gz")
    registers = (series.index_m3, series.base_index_m3)
    found = numbers(
        figures(series.at, *registers, series.pressure_kpa, series.temperature_degc, series.flow_m3h)
    )
    place = METERS.index(meter)
    assert set(found) == set(REAL)
    for name, value in found.items():
        assert value == pytest.approx(REAL[name][place], rel=1e-3), name


def test_figures_of_a_made_up_history_are_what_was_put_in() -> None:
    at = 1_735_660_800.0 + 3600.0 * np.arange(24 * 14)
    hour = np.arange(24 * 14) % 24
    used = np.where((hour >= 8) & (hour < 18), 5.0 + np.arange(at.size) // 24 % 2, 0.0)
    kpa, degc = 400 + (hour % 2) * 1.5, np.full(at.size, 15.0)
    index = np.cumsum(used)
    found = figures(at, index, 4.2 * index, kpa, degc, used)
    assert found.idle_share == pytest.approx(14 / 24, abs=0.01)
    assert found.pressure_step_kpa == pytest.approx((1.5, 1.5, 1.5))
    assert found.temperature_step_degc == (0.0, 0.0, 0.0)
    assert (found.on_the_hour_share, found.marked_a_day, found.spike_share) == (1.0, 0.0, 0.0)
    assert profile_distance(found, found) == 0.0
