"""Credit and price tables of IC-card meters."""

from datetime import timedelta
from typing import Any, Final

import pytest

from alerts.windows.cards import cards, prices
from alerts.windows.window import Window
from telemetry.model import DAY, HOUR, moment
from telemetry.registry import Contract, Registry
from telemetry.store.windows_cards import CardSaid
from tests.unit.alerts.registries import device, installation, meter, registry
from tests.unit.alerts.said import BEGIN, City, judged

CITY: Final = registry(
    devices=[device(1)], meters=[meter(1, kind="ic_card")], installations=[installation(1, 1)]
)
NOW: Final = BEGIN + 20 * DAY


MONEY: Final = {"remaining_m3": None, "before_remaining_m3": None}
"""A meter that counts money: 10 m³ cost 30, so that 21 m³ are worth 63."""


def said(**card: Any) -> CardSaid:  # noqa: ANN401 -- fields of a card state
    """One card state an hour after the one before: 10 m³ used, none bought, 7 m³ a day in the last week."""
    at = moment(NOW)
    given: dict[str, Any] = {
        "device_id": 1,
        "measured_at": at,
        "received_at": at,
        "remaining_m3": 90.0,
        "remaining_money": None,
        "cumulative_purchased_m3": 500.0,
        "sequence": 4,
        "alarm_m3": None,
        "overdraft_limit_m3": None,
        "before_at": at - timedelta(hours=1),
        "before_remaining_m3": 100.0,
        "before_remaining_money": None,
        "before_purchased_m3": 500.0,
        "before_sequence": 4,
        "index_um3": 410_000_000,
        "before_index_um3": 400_000_000,
        "week_at": at - timedelta(days=7),
        "week_index_um3": 361_000_000,
    }
    return CardSaid(**given | card)


def window(**card: Any) -> Window:  # noqa: ANN401 -- fields of a card state
    return Window(cards=cards([said(**card)], CITY))


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        ({}, "absent"),
        ({"remaining_m3": 20.9}, "present"),
        ({"remaining_m3": 22.0}, "-"),
        ({"remaining_m3": 23.2}, "absent"),
        ({"remaining_m3": 20.9, "alarm_m3": 10.0}, "absent"),
        ({"remaining_m3": 9.9, "alarm_m3": 10.0}, "present"),
        ({"remaining_m3": 1.0, "week_at": None}, "-"),
        ({"remaining_m3": None}, "-"),
        ({**MONEY, "remaining_money": 60.0, "before_remaining_money": 90.0}, "present"),
        ({**MONEY, "remaining_money": 90.0, "before_remaining_money": 120.0}, "absent"),
        ({**MONEY, "remaining_money": 60.0, "before_remaining_money": 90.0, "before_sequence": 3}, "-"),
        ({**MONEY, "remaining_money": 60.0, "before_remaining_money": 60.0}, "-"),
        ({**MONEY, "remaining_money": -1.0, "before_remaining_money": -1.0}, "present"),
    ],
)
def test_credit_low(card: dict[str, Any], expected: str) -> None:
    assert judged("credit_low", window(**card)) == [expected]


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        ({"remaining_m3": 0.0}, "present"),
        ({"remaining_m3": -3.0, "overdraft_limit_m3": 5.0}, "present"),
        ({"remaining_m3": -3.0, "before_index_um3": 410_000_000}, "-"),
        ({"remaining_m3": 0.1}, "absent"),
    ],
)
def test_credit_exhausted_with_flow(card: dict[str, Any], expected: str) -> None:
    assert judged("credit_exhausted_with_flow", window(**card)) == [expected]


def test_how_far_an_overdraft_goes_is_evidence() -> None:
    city = City("credit_exhausted_with_flow")
    city.look(window(remaining_m3=-6.0, overdraft_limit_m3=5.0), 20 * 86_400)
    assert city.alarms[0].evidence == {"used_m3": 10.0, "beyond_overdraft": True}


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        ({}, "absent"),
        ({"remaining_m3": 290.0, "cumulative_purchased_m3": 700.0, "sequence": 5}, "absent"),
        ({"remaining_m3": 90.0, "cumulative_purchased_m3": 700.0, "sequence": 5}, "present"),
        ({"remaining_m3": 290.0}, "present"),
        ({"remaining_m3": 290.0, "cumulative_purchased_m3": 700.0}, "present"),
        ({"remaining_m3": 290.0, "cumulative_purchased_m3": 700.0, "sequence": 6}, "present"),
        ({"sequence": 3}, "present"),
        ({"sequence": 6, "before_at": moment(NOW - 3 * DAY)}, "absent"),
        ({"before_at": None}, "-"),
        ({"before_at": moment(BEGIN - DAY), "sequence": 9}, "-"),
        ({"remaining_m3": 89.1}, "absent"),
        ({"index_um3": 9_000_000_000}, "absent"),
        ({"index_um3": 300_000_000}, "absent"),
    ],
)
def test_recharge_mismatch(card: dict[str, Any], expected: str) -> None:
    assert judged("recharge_mismatch", window(**card)) == [expected]


def plan(meters: int) -> Registry:
    contract = Contract(contract="C", account="A", site="SITE", valid_from=BEGIN, price_plan="P")
    numbers = range(1, meters + 1)
    return registry(
        devices=[device(one) for one in numbers],
        meters=[meter(one, kind="ic_card") for one in numbers],
        installations=[installation(one, one) for one in numbers],
        contracts=[contract],
    )


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ("aabbbbbb", "ppaaaaaa"),
        ("aaaabbbb", "--------"),
        ("abbbb", "-aaaa"),
        ("bbbbbb", "aaaaaa"),
    ],
)
def test_price_table_stale(versions: str, expected: str) -> None:
    held = {f"D-{place + 1}": version for place, version in enumerate(versions)}
    found = judged("price_table_stale", Window(prices=prices(held, plan(len(versions)), NOW)))
    assert "".join(one[0] for one in found) == expected


def test_a_price_table_that_arrives_within_three_days_rings_nothing() -> None:
    city = City("price_table_stale")
    city_plan = plan(8)
    for hour in range(0, 80, 8):
        held = {f"D-{one}": "old" if one == 1 and hour < 72 else "new" for one in range(1, 9)}
        at = NOW + hour * HOUR
        city.look(Window(prices=prices(held, city_plan, at)), (at - BEGIN) / 1e6)
    assert (city.alarms, city.happened) == ([], [])
