"""Scenarios: the file in the package says the defaults, and mistakes are named."""

import pytest

from simulators.days import local_day, local_time
from simulators.scenario import Scenario, load_scenario, opening, read_scenario


def test_the_file_in_the_package_says_the_defaults() -> None:
    assert load_scenario() == Scenario()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("customer = 3", "customer"),
        ("customers = 3.5", "customers"),
        ("customers = true", "customers"),
        ("faults = 1", "faults"),
        ("speed = 'fast'", "speed"),
        ("speed = 0", "speed"),
        ("stations = 2", "stations"),
        ("repeat_share = 0.7\ndelay_share = 0.7", "delay_share"),
    ],
)
def test_a_mistake_is_refused_with_the_key_s_name(text: str, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        read_scenario(text)


def test_a_quantity_may_be_a_whole_number() -> None:
    assert read_scenario("speed = 10").speed == 10


def test_a_city_opens_on_a_local_midnight_before_its_history() -> None:
    now = 1_795_286_000.0
    begin = opening(Scenario(history_days=30), now)
    assert local_time(begin).endswith("T00:00:00+08:00")
    assert local_day(now) - local_day(begin) == 30
