"""The figures of four real meters, 2018 to 2021, about hourly: what the city's workshops are held against.

Source: meters 02, 06, 011 and 016 of the public data set `YuXuaann/Time-series-data-mining-and-prediction`
(no licence, so not shipped), computed by `calibration.figures`; a test recomputes them where the data are.
"""

from collections.abc import Mapping
from typing import Final

METERS: Final = ("02", "06", "011", "016")

REAL: Final[Mapping[str, tuple[float, float, float, float]]] = {
    "idle_share": (0.1849, 0.5183, 0.5451, 0.4165),
    "weekday_spread": (1.066, 1.049, 1.164, 1.128),
    "day_variation": (0.5009, 0.5364, 1.135, 0.7498),
    "day_persistence": (0.7448, 0.6699, 0.868, 0.8284),
    "pressure_step_kpa_p50": (2.502, 1.404, 1.404, 7.797),
    "pressure_step_kpa_p75": (7.935, 4.12, 4.333, 26.99),
    "pressure_step_kpa_p95": (23.96, 10.63, 14.01, 140),
    "temperature_step_degc_p50": (0.4678, 0.6495, 0.5626, 0.7537),
    "temperature_step_degc_p75": (0.8593, 1.365, 1.001, 1.449),
    "temperature_step_degc_p95": (2.269, 3.511, 2.037, 3.754),
    "correction_scatter_p50": (0.007717, 0.001779, 0.00117, 0.00151),
    "correction_scatter_p95": (0.02625, 0.01049, 0.006881, 0.01032),
    "on_the_hour_share": (0.9528, 0.9515, 0.9583, 0.9603),
    "marked_a_day": (0.894, 0.8951, 0.5363, 0.4444),
    "gaps_a_day": (0.698, 0.659, 0.609, 0.558),
    "gap_h_p50": (3, 3, 4, 4),
    "gap_h_p90": (14.99, 13.49, 16, 19),
    "spike_share": (0.004729, 0.00419, 0.002842, 0.006764),
}
"""In the order of `METERS`."""

PROFILE: Final = (
    *(0.008, 0.007, 0.005, 0.005, 0.010, 0.064, 0.514, 2.083),
    *(2.652, 2.676, 2.553, 0.890, 0.091, 1.007, 2.171, 2.526),
    *(2.503, 2.207, 1.234, 0.385, 0.212, 0.124, 0.054, 0.022),
)
"""Mean flow of each local hour beside the mean of the day, mean of the four."""
