"""A card meter's account by itself: a steady use, one price after another."""

from dataclasses import replace

import numpy as np
import pytest

from simulators.cards import Card
from simulators.days import DAY_S, HOUR_S, midnight
from simulators.labelled.credit import credit
from simulators.labelled.points import build_people
from simulators.labelled.prices import NEW_PRICE, OLD_PRICE, change_at
from simulators.labelled.runs import MeterRun, Wallet
from simulators.labelled.span import SLOT_H, Span

CARD = Card(
    purchase_m3=100.0,
    trigger_m3=40.0,
    opening_remaining_m3=60.0,
    opening_sequence=4,
    opening_purchased_m3=400.0,
    price_per_m3=OLD_PRICE,
    alarm_m3=20.0,
    overdraft_limit_m3=10.0,
)
SPAN = Span(midnight(20_150), 4)
CHANGE = change_at(SPAN)
"""The third midnight, after 48 m³ at 1 m³/h."""
POINT = build_people(1, SPAN.begin, 20, 8).billing[0]


def steady(card: Card, level_m3: float, *, charged_from: float = CHANGE) -> MeterRun:
    """Return a meter that counts 1 m³/h, whose owner waits for a credit."""
    run = MeterRun(POINT, SPAN, np.ones(SPAN.slots), np.zeros(SPAN.slots))
    run.counted_m3 = np.full(SPAN.slots, SLOT_H)
    volumes = np.full(3, card.purchase_m3)
    steps, disturbed = np.ones(3, np.int64), np.zeros(3, np.bool_)
    run.wallet = Wallet(
        card, np.full(3, level_m3), volumes, volumes.copy(), steps, disturbed, version_from=charged_from
    )
    return run


def test_a_meter_of_volume_knows_no_price() -> None:
    account = credit(steady(replace(CARD, price_per_m3=None), -10.0))
    assert account.falls_to(20.0, 0) == pytest.approx(SPAN.begin + 40 * HOUR_S)
    assert account.falls_to(0.0, 0) == pytest.approx(SPAN.begin + 60 * HOUR_S)
    assert account.loaded_at[0] == pytest.approx(SPAN.begin + 70 * HOUR_S, abs=301)
    assert account.least_m3(0) == pytest.approx(-10.0, abs=0.1)


def test_after_a_new_price_the_same_money_lasts_less_long() -> None:
    account = credit(steady(CARD, -10.0))
    left = 12 * OLD_PRICE / NEW_PRICE
    assert account.falls_to(0.0, 0) == pytest.approx(CHANGE + left * HOUR_S)
    assert account.held(np.array([CHANGE + HOUR_S]))[0] == pytest.approx(12 * OLD_PRICE - NEW_PRICE)


def test_a_new_price_alone_takes_the_credit_below_a_level() -> None:
    account = credit(steady(CARD, -10.0))
    assert account.falls_to(12 * 0.97, 0) == CHANGE


def test_a_meter_with_a_stale_price_reckons_by_it() -> None:
    account = credit(steady(CARD, -10.0, charged_from=CHANGE + DAY_S))
    assert account.falls_to(0.0, 0) == pytest.approx(CHANGE + 12 * HOUR_S)
    # Bought for 100 m³ at the office's price, the money is worth more to the meter.
    after = account.held(account.loaded_at[:1])[0] / OLD_PRICE
    assert after == pytest.approx(100 * NEW_PRICE / OLD_PRICE + account.least_m3(0))


def test_the_owner_buys_by_what_the_meter_says() -> None:
    account = credit(steady(CARD, 11.9))
    assert account.loaded_at[0] == CHANGE
    assert account.least_m3(0) == pytest.approx(12 * OLD_PRICE / NEW_PRICE)
    assert np.isinf(account.loaded_at[1:]).all()


def test_what_is_never_bought_leaves_what_is_left_at_the_end() -> None:
    account = credit(steady(CARD, -90.0))
    assert np.isinf(account.loaded_at[0])
    assert account.falls_to(-90.0, 0) == np.inf
    assert account.least_m3(0) == pytest.approx(12 * OLD_PRICE / NEW_PRICE - 48)
