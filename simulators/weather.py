"""Air and ground temperature of a city on the lower Yangtze: season, weather fronts, day and night."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulators.days import SLOT_HOURS, SLOTS, date_of
from simulators.seeds import generator

HEATING_LIMIT_DEGC: Final = 16.0
_MEAN_DEGC: Final = 17.0
_AIR_AMPLITUDE_DEGC: Final = 12.0
_GROUND_AMPLITUDE_DEGC: Final = 8.0
_COLDEST_DAY: Final = 20
_GROUND_LAG_DAYS: Final = 32
_WARMEST_HOUR: Final = 14.5
_FRONT_WEIGHTS: Final = (2.0, 1.8, 1.3, 0.8, 0.5, 0.3)
"""How a front of the day itself and of the five days before still acts, °C per standard deviation."""


def _season(day: int, lag_days: int = 0) -> float:
    return -float(np.cos(2 * np.pi * (date_of(day).timetuple().tm_yday - _COLDEST_DAY - lag_days) / 365.25))


@lru_cache(maxsize=64)
def _front_degc(seed: int, day: int) -> float:
    """Return how much warmer than the season the day is; fronts linger for some days."""
    shocks = [generator(seed, "weather", day - back).standard_normal() for back in range(len(_FRONT_WEIGHTS))]
    return float(np.dot(shocks, _FRONT_WEIGHTS))


@lru_cache(maxsize=64)
def _swing_degc(seed: int, day: int) -> float:
    """Return half the difference between afternoon and dawn: small under clouds, large under a clear sky."""
    return float(generator(seed, "clouds", day).uniform(1.8, 5.2))


@dataclass(frozen=True, slots=True)
class Weather:
    """The city's weather under one seed; any day can be asked for."""

    seed: int

    def mean_air_degc(self, day: int) -> float:
        """Return the day's mean air temperature."""
        return _MEAN_DEGC + _AIR_AMPLITUDE_DEGC * _season(day) + _front_degc(self.seed, day)

    def air_degc(self, day: int) -> NDArray[np.float64]:
        """Return the day's air temperature by slot, continuous across midnight."""
        into = np.arange(SLOTS) / SLOTS
        mean = (1 - into) * self.mean_air_degc(day) + into * self.mean_air_degc(day + 1)
        swing = (1 - into) * _swing_degc(self.seed, day) + into * _swing_degc(self.seed, day + 1)
        return mean + swing * np.cos(2 * np.pi * (SLOT_HOURS - _WARMEST_HOUR) / 24)

    def ground_degc(self, day: int) -> float:
        """Return the temperature at the depth of the pipes, a month behind the air's."""
        return _MEAN_DEGC + _GROUND_AMPLITUDE_DEGC * _season(day, _GROUND_LAG_DAYS)

    def heating_degrees(self, day: int) -> float:
        """Return by how much the day's mean lies below the limit at which buildings are heated."""
        return max(0.0, HEATING_LIMIT_DEGC - self.mean_air_degc(day))
