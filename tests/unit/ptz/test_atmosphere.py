"""The atmosphere at a site."""

import numpy as np
import pytest

from telemetry.errors import ConfigurationError
from telemetry.ptz.atmosphere import absolute_pressure, site_atmosphere, standard_atmosphere


@pytest.mark.parametrize(
    ("elevation", "kilopascal"), [(0, 101.325), (500, 95.46), (1500, 84.56), (2250, 77.06)]
)
def test_the_standard_atmosphere(elevation: float, kilopascal: float) -> None:
    assert round(standard_atmosphere(elevation) / 1000, 3 if elevation == 0 else 2) == kilopascal


def test_what_is_given_wins_over_elevation() -> None:
    assert site_atmosphere(85_000.0, 0.0) == 85_000.0
    assert site_atmosphere(None, 1500.0) == standard_atmosphere(1500.0)
    assert site_atmosphere(None, None) == 101_325.0


@pytest.mark.parametrize(
    ("given", "elevation", "names"),
    [
        (101.325, None, "0.101325 kPa"),
        (float("nan"), None, "nan kPa"),
        (None, 10_000.0, "elevation_m is 10000"),
        (None, float("nan"), "elevation_m is nan"),
    ],
)
def test_an_atmosphere_that_cannot_be_is_refused(
    given: float | None, elevation: float | None, names: str
) -> None:
    with pytest.raises(ConfigurationError, match=names):
        site_atmosphere(given, elevation)


def test_gauge_pressure_is_counted_from_the_atmosphere() -> None:
    gauge = np.array([0.0, 2500.0, np.nan])
    assert absolute_pressure(gauge, 85_000.0).tolist()[:2] == [85_000.0, 87_500.0]
    assert np.isnan(absolute_pressure(gauge, 85_000.0)[2])
