"""The engine over batches, delays and clocks, and how fast it is."""

import numpy as np
import pytest

from alerts.catalogue import catalogue
from alerts.engine import evaluate
from alerts.track import STANDS
from alerts.windows.window import Window
from telemetry.model import SECOND
from tests.unit.alerts.said import BEGIN, NAN, City, stations

NOTHING = Window()


def test_on_delay_by_two_samples_a_minute_apart() -> None:
    city = City("outlet_pressure_high")
    city.look(stations([330.0], at_s=[0.0]), 1)
    assert city.states == ["pending"]
    city.look(stations([330.0], at_s=[59.9]), 60)
    assert city.states == ["pending"]
    city.look(stations([330.0], at_s=[60.0]), 61)
    assert city.happened == [(60.0, "pending", "active")]


def test_on_delay_ends_by_itself_once_a_second_sample_agreed() -> None:
    city = City("outlet_pressure_high")
    city.look(stations([330.0], at_s=[0.0]), 0)
    city.look(NOTHING, 70)
    assert city.states == ["pending"], "one sample alone is a spike"
    city.look(stations([330.0], at_s=[50.0]), 50)
    city.look(NOTHING, 60)
    assert city.states == ["pending"]
    city.look(NOTHING, 60.5)
    assert city.happened == [(60.0, "pending", "active")]


def test_a_message_that_took_long_does_not_shorten_the_delay() -> None:
    """The sender's clock, or its network, is five minutes behind: its minute is a minute all the same."""
    city = City("outlet_pressure_high")
    city.look(stations([330.0, 330.0], at_s=[0.0, 10.0], age_s=300.0), 310)
    city.look(NOTHING, 355)
    assert city.states == ["pending"]
    city.look(NOTHING, 361)
    assert city.happened == [(60.0, "pending", "active")]


def test_samples_too_far_apart_do_not_make_a_delay() -> None:
    city = City("outlet_pressure_high")
    apart = STANDS / SECOND + 1
    city.look(stations([330.0, 330.0], at_s=[0.0, apart]), apart)
    assert city.states == ["pending"]
    assert city.alarms[0].present_since == BEGIN + STANDS + SECOND


def test_a_normal_sample_in_between_begins_the_delay_anew() -> None:
    city = City("outlet_pressure_high")
    city.look(stations([330.0, 300.0, 330.0, 330.0], at_s=[0.0, 30.0, 59.0, 61.0]), 61)
    assert city.states == ["pending"]
    assert city.alarms[0].present_since == BEGIN + 59 * SECOND


def test_in_the_deadband_and_unknown_it_stays_as_it_was() -> None:
    city = City("outlet_pressure_high")
    city.look(stations([330.0, 320.0, NAN, 330.0], at_s=[0.0, 20.0, 40.0, 60.0]), 60)
    assert city.states == ["active"]
    city.look(stations([320.0] * 3, at_s=[100.0, 200.0, 300.0]), 300)
    assert city.states == ["active"]


def test_off_delay_then_acknowledged_states() -> None:
    city = City("outlet_pressure_high_high")
    city.look(stations([370.0, 300.0, 370.0, 300.0, 300.0], at_s=[0.0, 10.0, 20.0, 30.0, 60.0]), 60)
    city.look(NOTHING, 95)
    assert city.happened == [(0.0, "normal", "active"), (90.0, "active", "returned")]
    assert city.alarms[0].cleared_at == BEGIN + 90 * SECOND
    city.look(stations([370.0], at_s=[200.0]), 200)
    assert city.happened[2:] == [(200.0, "returned", "active")]
    assert (city.alarms[0].raised_at, city.alarms[0].cleared_at) == (BEGIN + 200 * SECOND, None)


def test_whole_and_split_batches_tell_the_same() -> None:
    rng = np.random.default_rng(3)
    at = np.cumsum(rng.integers(2, 25, 400)).astype(float)
    kpa = np.where(rng.random(400) < 0.5, 300.0, 370.0).repeat(5)[:400]
    rules = ("outlet_pressure_high", "outlet_pressure_high_high", "outlet_pressure_low")
    whole, split = City(*rules), City(*rules)
    whole.look(stations(kpa.tolist(), at_s=at.tolist()), float(at[-1]))
    for one, pressure in zip(at.tolist(), kpa.tolist(), strict=True):
        split.look(stations([pressure], at_s=[one]), one)
    assert sorted(whole.happened) == sorted(split.happened)
    assert len(whole.happened) > 20


def test_old_on_arrival_raises_nothing_and_clears_nothing() -> None:
    city = City("outlet_pressure_high_high")
    city.look(stations([370.0, 370.0], at_s=[0.0, 1.0], age_s=[600.1, 601.0]), 700)
    assert city.alarms == []
    city.look(stations([370.0], at_s=[0.0], age_s=600.0), 700)
    city.look(stations([300.0, 300.0], at_s=[10.0, 90.0], age_s=601.0), 710)
    assert city.states == ["active"]


def test_a_clock_that_goes_back_rings_after_a_delay_of_its_own() -> None:
    city = City("outlet_pressure_high")
    city.look(stations([330.0], at_s=[600.0]), 600)
    city.look(stations([330.0], at_s=[300.0]), 601)
    city.look(stations([330.0], at_s=[602.0]), 602)
    assert city.states == ["pending"], "two seconds have passed"
    city.look(stations([330.0], at_s=[400.0]), 603)
    city.look(stations([330.0], at_s=[459.0]), 662)
    assert city.states == ["pending"]
    city.look(stations([330.0], at_s=[460.0]), 663)
    assert city.states == ["active"]


def test_a_stray_old_sample_before_the_first_alarm_is_no_beginning() -> None:
    city = City("outlet_pressure_high")
    city.look(stations([330.0], at_s=[300.0], known_until_s=600.0), 601)
    city.look(stations([330.0], at_s=[602.0], known_until_s=600.0), 602)
    assert city.states == ["pending"]
    assert city.alarms[0].present_since == BEGIN + 602 * SECOND


def test_no_time_passes_when_our_own_clock_goes_back() -> None:
    city = City("outlet_pressure_high")
    city.look(stations([330.0, 330.0], at_s=[0.0, 10.0], age_s=[100.0, 90.0]), 100)
    city.look(NOTHING, 10)
    assert city.states == ["pending"]


def test_a_delay_counts_from_when_the_statement_arrived_not_from_when_somebody_looked() -> None:
    city = City("outlet_pressure_high")
    city.look(stations([330.0, 330.0], at_s=[0.0, 10.0], age_s=[1.0, 1.0]), 40)
    city.look(NOTHING, 60)
    assert city.states == ["pending"], "a minute by the station, but for a second on the way"
    city.look(NOTHING, 62)
    assert city.states == ["active"]


def test_conflicting_samples_of_one_instant_ring_whatever_their_order() -> None:
    for order in ([370.0, 300.0], [300.0, 370.0]):
        city = City("outlet_pressure_high_high")
        city.look(stations(order, at_s=[0.0, 0.0]), 0)
        assert city.states == ["active"]


def test_nothing_changes_while_an_alarm_stands() -> None:
    city = City("outlet_pressure_high_high")
    city.look(stations([370.0], at_s=[0.0]), 0)
    assert city.look(stations([371.0], at_s=[10.0]), 10) == []
    assert city.look(NOTHING, 5000) == []


@pytest.mark.parametrize("share", [0.0, 0.01, 1.0])
def test_twenty_thousand_points_in_a_tick(share: float) -> None:
    """How long it takes is for ``bench/alarm_tick.py`` to say."""
    rows = 20_000
    kpa = np.where(np.arange(rows) < share * rows, 400.0, 300.0)
    changes = evaluate(catalogue().values(), stations(kpa.tolist()), [], BEGIN)
    assert len(changes) == 3 * share * rows
