"""A scenario: how large the city is, how fast it runs, and how badly it behaves; read from TOML."""

import tomllib
from dataclasses import dataclass, fields
from importlib import resources
from pathlib import Path
from typing import Final

from simulators.city import MIN_STATIONS, City, build_city
from simulators.days import local_day, midnight
from simulators.makes import mixed

_LEAST: Final[dict[str, float]] = {
    "customers": 1,
    "stations": MIN_STATIONS,
    "history_days": 0,
    "speed": 0.1,
    "fault_cycle_s": 300,
    "silent_interval_s": 1,
    "station_period_s": 1,
    "meter_period_s": 1,
    "gateway_period_s": 1,
    "repeat_share": 0,
    "delay_share": 0,
    "refused_every_s": 0,
    "max_elements_per_s": 0,
}
_LONGEST_SILENCE_S: Final = 3600
_LEAST_PERIOD_S: Final = 2.0
"""Clocks of other makes count whole seconds: no two readings of a meter may fall into one."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What `scenarios/linjiang.toml` explains, key by key."""

    name: str = "linjiang"
    customers: int = 120
    stations: int = 12
    history_days: int = 30
    speed: float = 1.0
    faults: bool = True
    fault_cycle_s: float = 900
    silent_interval_s: int = 10
    station_period_s: float = 5
    meter_period_s: float = 180
    gateway_period_s: float = 60
    mix: bool = False
    repeat_share: float = 0.03
    delay_share: float = 0.03
    refused_every_s: float = 10
    max_elements_per_s: float = 0

    def __post_init__(self) -> None:
        """Refuse values outside their range."""
        for key, least in _LEAST.items():
            if getattr(self, key) < least:
                raise ValueError(f"scenario: {key} must be at least {least:g}, not {getattr(self, key)}")
        if self.silent_interval_s > _LONGEST_SILENCE_S:
            raise ValueError(f"scenario: silent_interval_s must be at most {_LONGEST_SILENCE_S}")
        if self.repeat_share + self.delay_share > 1:
            raise ValueError("scenario: repeat_share and delay_share together exceed 1")


def load_scenario(path: Path | None = None) -> Scenario:
    """Read a scenario; without a path, the one in the package."""
    if path is None:
        return read_scenario(
            resources.files("simulators").joinpath("scenarios/linjiang.toml").read_text("utf-8")
        )
    return read_scenario(path.read_text("utf-8"))


def read_scenario(text: str) -> Scenario:
    """Read a scenario from TOML; a key that does not exist or has the wrong type is an error."""
    values = tomllib.loads(text)
    expected = {entry.name: type(entry.default) for entry in fields(Scenario)}
    for key, value in values.items():
        if key not in expected:
            raise ValueError(f"scenario: unknown key {key!r}; expected one of {', '.join(expected)}")
        if not _fits(value, expected[key]):
            raise ValueError(f"scenario: {key} must be {expected[key].__name__}, not {value!r}")
    return Scenario(**values)


def _fits(value: object, expected: type) -> bool:
    if isinstance(value, bool) or expected is bool:
        return isinstance(value, bool) and expected is bool
    # A quantity may be written as a whole number; a count may not be written as a fraction.
    return isinstance(value, str if expected is str else int if expected is int else int | float)


def expected_of_silent_s(scenario: Scenario) -> int | None:
    """Return what the registry expects of the device that falls silent; None where no faults are played."""
    return scenario.silent_interval_s if scenario.faults else None


def opening(scenario: Scenario, now: float) -> int:
    """Return the instant at which a city begins that has this much history by now."""
    return midnight(local_day(now) - scenario.history_days)


def city_of(scenario: Scenario, seed: int, begin: int) -> City:
    """Return the scenario's city under a seed, its registers opening at `begin`."""
    city = build_city(seed, begin, customers=scenario.customers, stations=scenario.stations)
    seconds_tell = scenario.meter_period_s / scenario.speed >= _LEAST_PERIOD_S
    return mixed(city) if scenario.mix and seconds_tell else city
