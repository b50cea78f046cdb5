"""Each rule at its limits, with what is missing, and with two streams."""

import pytest

from alerts.catalogue import catalogue
from tests.unit.alerts.said import NAN, City, devices, judged, limits, meter, stations

# set 300 kPa, AC 5 %, SG 10 %: low 279, high 321, at no flow 336; OPSO 375: 356.25; UPSO 200: 220


@pytest.mark.parametrize(
    ("outlet_kpa", "flow_m3h", "said"),
    [
        (321.0, 500.0, "-"),
        (321.001, 500.0, "present"),
        (314.581, 500.0, "-"),
        (314.58, 500.0, "absent"),
        (330.0, 0.0, "-"),
        (330.0, 5.0, "-"),
        (330.0, NAN, "-"),
        (329.28, 0.0, "absent"),
        (330.0, 5.001, "present"),
        (336.001, 0.0, "present"),
        (336.001, NAN, "present"),
        (NAN, 500.0, "-"),
    ],
)
def test_high(outlet_kpa: float, flow_m3h: float, said: str) -> None:
    assert judged("outlet_pressure_high", stations(outlet_kpa, flow_m3h=flow_m3h)) == [said]


@pytest.mark.parametrize(
    ("outlet_kpa", "maximum_kpa", "said"),
    [
        (356.25, NAN, "-"),
        (356.251, NAN, "present"),
        (300.0, 356.251, "present"),
        (NAN, 356.251, "present"),
        (349.125, NAN, "absent"),
        (300.0, 350.0, "-"),
        (NAN, NAN, "-"),
    ],
)
def test_high_high(outlet_kpa: float, maximum_kpa: float, said: str) -> None:
    assert judged("outlet_pressure_high_high", stations(outlet_kpa, maximum_kpa=maximum_kpa)) == [said]


@pytest.mark.parametrize(
    ("outlet_kpa", "said"),
    [(278.999, "present"), (279.0, "-"), (284.57, "-"), (284.58, "absent"), (NAN, "-")],
)
def test_low(outlet_kpa: float, said: str) -> None:
    assert judged("outlet_pressure_low", stations(outlet_kpa)) == [said]


@pytest.mark.parametrize(
    ("outlet_kpa", "minimum_kpa", "said"),
    [
        (219.999, NAN, "present"),
        (300.0, 219.0, "present"),
        (220.0, NAN, "-"),
        (224.4, NAN, "absent"),
        (NAN, NAN, "-"),
    ],
)
def test_low_low(outlet_kpa: float, minimum_kpa: float, said: str) -> None:
    assert judged("outlet_pressure_low_low", stations(outlet_kpa, minimum_kpa=minimum_kpa)) == [said]


def test_a_rule_without_a_limit_is_not_armed() -> None:
    nothing = limits(2, opso_kpa=NAN, upso_kpa=NAN)
    assert judged("outlet_pressure_high_high", stations([900.0, 1.0], limit=nothing)) == ["-", "-"]
    assert judged("outlet_pressure_low_low", stations([900.0, 1.0], limit=nothing)) == ["-", "-"]


def test_a_tight_limit_of_the_company_still_lets_a_pressure_return() -> None:
    """2 % below a limit of 303 kPa would lie below the set point of 300 kPa."""
    tight = limits(3, accuracy=-1.0, lockup=-1.0)
    assert tight.high_flowing_pa[0] == pytest.approx(303e3)
    said = stations([303.1, 301.6, 301.4], limit=tight)
    assert judged("outlet_pressure_high", said) == ["present", "-", "absent"]


def test_lock_up_all_night_does_not_ring() -> None:
    """Flow dies down in the evening and the outlet climbs to set·(1 + SG)."""
    flows = [500.0, 100.0, 20.0, 6.0] + [1.0, 0.0, NAN] * 160 + [30.0, 500.0]
    kpa = [300.0, 303.0, 308.0, 312.0] + [325.0, 329.9, 330.0] * 160 + [306.0, 300.0]
    city = City("outlet_pressure_high", "outlet_pressure_high_high")
    city.look(stations(kpa, at_s=[60.0 * step for step in range(len(kpa))], flow_m3h=flows), 60.0 * len(kpa))
    assert (city.alarms, city.happened) == ([], [])


@pytest.mark.parametrize("rule", ["slam_shut_tripped", "regulator_bypass_open"])
def test_a_switch(rule: str) -> None:
    window = stations([NAN] * 3, slam_shut=[1, 0, -1], bypass_valve=[1, 0, -1])
    assert judged(rule, window) == ["present", "absent", "-"]


def test_one_of_two_streams_keeps_a_station_in_alarm() -> None:
    city = City("slam_shut_tripped")
    pair = {"at_s": [0.0, 0.0], "station": [0, 0], "stream": [1, 2]}
    city.look(stations([NAN, NAN], slam_shut=[1, 1], **pair), 1)
    assert city.alarms[0].parts == (1, 2)
    city.look(stations([NAN], slam_shut=[0], at_s=[30.0], stream=[1]), 30)
    city.look(stations([NAN], slam_shut=[0], at_s=[60.0], stream=[1]), 60)
    assert (city.states, city.alarms[0].parts) == (["active"], (2,))
    city.look(stations([NAN], slam_shut=[0], at_s=[90.0], stream=[2]), 90)
    city.look(stations([NAN], at_s=[101.0]), 101)
    assert city.happened == [(0.0, "normal", "active"), (100.0, "active", "returned")]


@pytest.mark.parametrize(
    ("index_m3", "said"),
    [
        ([500.0, 500.0], ["absent"]),
        ([500.0, 499.99], ["absent"]),
        ([500.0, 499.989], ["present"]),
        ([86.29, 0.0, 5.0], ["present", "absent"]),
        ([999_990.0, 20.0], ["absent"]),
        ([999_990.0, 111.0], ["present"]),
        ([899_999.0, 10.0], ["present"]),
    ],
)
def test_register_regression(index_m3: list[float], said: list[str]) -> None:
    assert judged("register_regression", meter(index_m3)) == said


def test_a_register_that_goes_back_twice_is_one_alarm_until_it_was_well_for_an_hour() -> None:
    city = City("register_regression")
    city.look(meter([500.0, 400.0, 401.0, 300.0, 301.0, 302.0], step_s=1200), 6000)
    assert city.happened == [(1200.0, "normal", "active")]
    assert (city.alarms[0].value, city.alarms[0].limit) == (100.0, 0.01)
    city.look(meter([302.0, 303.0], step_s=8500), 8500)
    assert city.happened[1:] == [(8400.0, "active", "returned")]


def test_frozen_readings_of_the_day_before_are_judged_and_older_ones_are_not() -> None:
    city = City("register_regression")
    city.look(meter([500.0, 400.0], age_s=25 * 3600 + 1), 90_000)
    assert city.alarms == []
    city.look(meter([500.0, 400.0], age_s=25 * 3600), 90_000)
    assert city.states == ["active"]


def test_device_silent() -> None:
    window = devices([7200.0, 7200.5, 20.0, 20.5, 0.0], [NAN, NAN, 10.0, 10.0, 10.0])
    assert judged("device_silent", window) == ["absent", "present", "absent", "present", "absent"]


@pytest.mark.parametrize("name", catalogue())
def test_a_rule_says_what_to_do_in_both_languages(name: str) -> None:
    rule = catalogue()[name]
    assert rule.title.en
    for text in (rule.title, rule.message, rule.trigger, rule.consequence, rule.response):
        assert text.en.isascii() or "·" in text.en or "×" in text.en or "³" in text.en
        assert any("一" <= letter <= "鿿" for letter in text.zh)
    assert rule.message.en.format(value="1", limit="2")
    assert rule.message.zh.format(value="1", limit="2")
