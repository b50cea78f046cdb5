"""p and T that another meter of the site measured at the same time, worked out by hand."""

import numpy as np
import pytest
from msgspec.structs import replace

from telemetry.model import MINUTE
from telemetry.quality import Flag, Quality
from telemetry.volumes.hourly import hourly_volumes
from telemetry.volumes.hours import HourlyVolumes
from telemetry.volumes.method import BaseMethod
from telemetry.volumes.readings import Statement, Twins, settled
from telemetry.volumes.terms import terms_table
from tests.unit.volumes.building import START, Note, columns, stretch

FIRST: list[Note] = [(0, 0, None, 400, 15), (60, 1, None, 400, 15)]
LACKING: list[Note] = [(120, 2, None, None, None), (180, 3, None, None, None)]


def twins(*said: tuple[float, float, float], in_series: bool = False, gauge: bool = False) -> Twins:
    """Return what a twin said: minutes, kPa, degrees."""
    minutes, kpa, degc = (np.array(column, np.float64) for column in zip(*said, strict=True))
    pressure, unknown = kpa * 1000, np.full(len(said), np.nan)
    return Twins(
        at=START + (minutes * MINUTE).astype(np.int64),
        pressure_pa=unknown if gauge else pressure,
        gauge_pressure_pa=pressure if gauge else unknown,
        temperature_k=degc + 273.15,
        in_series=np.full(len(said), in_series),
    )


def found(notes: list[Note], said: Twins, closing: Statement | None = None) -> HourlyVolumes:
    stretches = (replace(stretch(), twins=said, closing=closing),)
    return hourly_volumes(settled(columns(notes)), stretches, terms_table(stretches))


def test_the_twins_nearest_readings_stand_in_at_both_ends() -> None:
    volumes = found([*FIRST, *LACKING], twins((100, 402, 10), (125, 410, 16), (200, 430, 20)))
    # The hour between the two readings without p: 410 at its begin (5 min away), 430 at its end (20 min).
    assert volumes.pressure_pa[2] == 420_000
    assert volumes.temperature_k[2] == pytest.approx(291.15)
    assert (volumes.method[2], volumes.quality[2]) == (BaseMethod.TWIN, Quality.SUBSTITUTED)
    # The hour before has p of its own at one end.
    assert (volumes.pressure_pa[1], volumes.method[1]) == (400_000, BaseMethod.PT)


def test_gauge_pressure_counts_with_the_sites_atmosphere() -> None:
    assert found([*FIRST, *LACKING], twins((120, 300, 15), gauge=True)).pressure_pa[2] == 401_325


def test_a_twin_on_another_line_is_none_unless_one_meter_checks_the_other() -> None:
    other_line = found([*FIRST, *LACKING], twins((120, 200, 10)))
    assert (other_line.pressure_pa[2], other_line.method[2]) == (400_000, BaseMethod.LAST_GOOD)
    assert other_line.temperature_k[2] == pytest.approx(283.15)
    in_series = found([*FIRST, *LACKING], twins((120, 200, 10), in_series=True))
    assert (in_series.pressure_pa[2], in_series.method[2]) == (200_000, BaseMethod.TWIN)


def test_without_any_pressure_of_its_own_only_a_meter_in_series_is_believed() -> None:
    never = [(at - 120, index, base, p, t) for at, index, base, p, t in LACKING]
    assert found(never, twins((0, 400, 15))).method.tolist() == [BaseMethod.UNCORRECTED]
    assert found(never, twins((0, 400, 15), in_series=True)).method.tolist() == [BaseMethod.TWIN]


@pytest.mark.parametrize(("minutes", "method"), [(150, BaseMethod.TWIN), (150.1, BaseMethod.LAST_GOOD)])
def test_half_an_hour_away_is_near(minutes: float, method: BaseMethod) -> None:
    late = [*FIRST, (120, 2, None, None, None), (240, 3, None, None, None)]
    assert found(late, twins((minutes, 402, 10))).method[2] == method


def test_moments_that_are_only_stated_and_unusable_values_ask_no_twin() -> None:
    notes: list[Note] = [*FIRST[:1], (60, 1, None, None, None)]
    closing = Statement(START + 120 * MINUTE, 2_000_000)
    assert found(notes, twins((120, 402, 10)), closing).method[1] == BaseMethod.LAST_GOOD
    assert found([*FIRST, *LACKING], twins((120, -1, 10))).method[2] == BaseMethod.LAST_GOOD
    assert not found([*FIRST, *LACKING], twins((120, -1, 10))).flags[0] & Flag.PRESSURE_UNUSABLE
