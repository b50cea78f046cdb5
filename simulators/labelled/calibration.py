"""How near the city's workshops are to four real meters: the same figures of both, and their distance."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from simulators.days import DAY_S, HOUR_S, UTC_OFFSET_S
from simulators.gas import LEAN, correction_factor
from simulators.labelled.calendar import WORKSHOP
from simulators.labelled.city import LabelledCity
from simulators.labelled.span import Booleans, Floats, Integers
from telemetry.batch import UM3_PER_M3
from telemetry.model import SECOND

_GAP_S: Final = 5400
_HOURLY_S: Final = (2700, 4500)
_MARKED_S: Final = (30, 300)
_BUSY: Final = 0.3
_SPIKE_M3H: Final = 1000.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What is compared of one meter's history of about hourly readings."""

    profile: tuple[float, ...]
    """Mean flow of each local hour beside the mean of the day."""
    idle_share: float
    """Hours without any volume among the hours that were read."""
    weekday_spread: float
    """Largest mean flow of a weekday beside the smallest."""
    day_variation: float
    """Standard deviation of daily volumes beside their mean, over days with any reading."""
    day_persistence: float
    """Correlation of a day's volume with the day before."""
    pressure_step_kpa: tuple[float, float, float]
    """Median, upper quartile and 95th percentile of the hourly difference of pressure."""
    temperature_step_degc: tuple[float, float, float]
    """The same of temperature."""
    correction_scatter: tuple[float, float]
    """Median and 95th percentile of what an hour's base volume lies off C of its two readings."""
    on_the_hour_share: float
    """Readings within two seconds of the full hour."""
    marked_a_day: float
    """Readings a minute or two past the hour, each day that was heard."""
    gaps_a_day: float
    """Gaps beyond an hour and a half, each day outside gaps of more than ten days."""
    gap_h: tuple[float, float]
    """Median and ninth decile of those gaps, hours; zero where there are none."""
    spike_share: float
    """Readings whose displayed flow lies beyond 1,000 m³/h."""


def figures(
    at: Floats, index_m3: Floats, base_index_m3: Floats, kpa: Floats, degc: Floats, flow_m3h: Floats
) -> Figures:
    """Return the figures of a history; `at` in epoch seconds, ascending, pressure absolute."""
    step_s, used = np.diff(at), np.diff(index_m3)
    hourly = (step_s > _HOURLY_S[0]) & (step_s < _HOURLY_S[1]) & (used >= 0)
    flow = used[hourly] / step_s[hourly] * HOUR_S
    middle = (at[:-1] + step_s / 2)[hourly] + UTC_OFFSET_S
    daily = _daily(at, index_m3)
    gaps = step_s[(step_s > _GAP_S)]
    heard_days = (at[-1] - at[0] - gaps[gaps > 10 * DAY_S].sum()) / DAY_S
    past_hour = at % HOUR_S
    return Figures(
        profile=_means(flow, (middle % DAY_S // HOUR_S).astype(np.int64), 24),
        idle_share=float(np.mean(flow == 0)),
        weekday_spread=_spread(flow, (middle // DAY_S).astype(np.int64) % 7),
        day_variation=float(daily.std() / daily.mean()),
        day_persistence=float(np.corrcoef(daily[1:], daily[:-1])[0, 1]),
        pressure_step_kpa=_steps(kpa, hourly),
        temperature_step_degc=_steps(degc, hourly),
        correction_scatter=_scatter(
            used[hourly], np.diff(base_index_m3)[hourly], _mean_factor(kpa, degc)[hourly]
        ),
        on_the_hour_share=float(np.mean(np.minimum(past_hour, HOUR_S - past_hour) <= 2)),  # noqa: PLR2004
        marked_a_day=float(np.sum((past_hour > _MARKED_S[0]) & (past_hour < _MARKED_S[1])) / heard_days),
        gaps_a_day=float(gaps.size / heard_days),
        gap_h=_quantiles_h(gaps),
        spike_share=float(np.mean(flow_m3h > _SPIKE_M3H)),
    )


def _mean_factor(kpa: Floats, degc: Floats) -> Floats:
    factor = correction_factor(LEAN, kpa, degc)
    mean: Floats = (factor[1:] + factor[:-1]) / 2
    return mean


def _scatter(used: Floats, base: Floats, factor: Floats) -> tuple[float, float]:
    """Return it of the hours in which more than a little was used."""
    busy = used > _BUSY * np.quantile(used, 0.95)
    off = base[busy] / used[busy] / factor[busy]
    apart = np.abs(off - np.median(off))
    return float(np.median(apart)), float(np.quantile(apart, 0.95))


def _quantiles_h(gaps_s: Floats) -> tuple[float, float]:
    if gaps_s.size == 0:
        return 0.0, 0.0
    return float(np.median(gaps_s) / HOUR_S), float(np.quantile(gaps_s, 0.9) / HOUR_S)


def _means(flow: Floats, group: Integers, groups: int) -> tuple[float, ...]:
    means = np.array([flow[group == one].mean() if (group == one).any() else 0.0 for one in range(groups)])
    return tuple(float(value) for value in means / means.mean())


def _spread(flow: Floats, weekday: Integers) -> float:
    means = [mean for mean in _means(flow, weekday, 7) if mean > 0]
    return max(means) / min(means)


def _daily(at: Floats, index_m3: Floats) -> Floats:
    day = (at + UTC_OFFSET_S) // DAY_S
    first = np.flatnonzero(np.diff(day, prepend=-1.0))
    last = np.append(first[1:], at.size) - 1
    volumes: Floats = index_m3[last] - index_m3[first]
    return volumes[volumes >= 0]


def _steps(values: Floats, hourly: Booleans) -> tuple[float, float, float]:
    step = np.abs(np.diff(values)[hourly])
    median, quartile, most = (float(np.quantile(step, q)) for q in (0.5, 0.75, 0.95))
    return median, quartile, most


def workshop_figures(city: LabelledCity) -> dict[str, Figures]:
    """Return the figures of a city's workshops by meter, from what their devices have sent."""
    readings, found = city.readings, {}
    for number, point in enumerate(city.people.billing):
        if city.people.of(point).sector.name != WORKSHOP:
            continue
        rows = np.flatnonzero(readings["device"] == number)
        rows = rows[np.unique(readings["measured_at"][rows], return_index=True)[1]]
        found[point.name] = figures(
            readings["measured_at"][rows] / SECOND,
            readings["index_um3"][rows] / UM3_PER_M3,
            readings["base_index_um3"][rows] / UM3_PER_M3,
            readings["pressure_pa"][rows] / 1000,
            readings["temperature_k"][rows] - 273.15,
            readings["flow_m3h"][rows],
        )
    return found


def profile_distance(one: Figures, other: Figures) -> float:
    """Return what part of a day's gas one burns at other hours than the other."""
    return float(np.abs(np.array(one.profile) - other.profile).sum() / 48)


def numbers(of: Figures) -> Mapping[str, float]:
    """Return every figure but the profile by its name."""
    pressure, temperature = of.pressure_step_kpa, of.temperature_step_degc
    return {
        "idle_share": of.idle_share,
        "weekday_spread": of.weekday_spread,
        "day_variation": of.day_variation,
        "day_persistence": of.day_persistence,
        **{f"pressure_step_kpa_{name}": value for name, value in zip(_QUANTILES, pressure, strict=True)},
        **{
            f"temperature_step_degc_{name}": value
            for name, value in zip(_QUANTILES, temperature, strict=True)
        },
        "correction_scatter_p50": of.correction_scatter[0],
        "correction_scatter_p95": of.correction_scatter[1],
        "on_the_hour_share": of.on_the_hour_share,
        "marked_a_day": of.marked_a_day,
        "gaps_a_day": of.gaps_a_day,
        "gap_h_p50": of.gap_h[0],
        "gap_h_p90": of.gap_h[1],
        "spike_share": of.spike_share,
    }


_QUANTILES: Final = ("p50", "p75", "p95")
