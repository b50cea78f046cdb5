"""Credit and price tables of IC-card meters."""

from datetime import timedelta
from typing import Any, Final

import pytest

from alerts.windows.card_ledger import Ledger
from alerts.windows.cards import cards
from alerts.windows.price_tables import prices
from alerts.windows.window import Window
from telemetry.model import DAY, HOUR, moment
from telemetry.registry import Contract, Registry
from telemetry.store.card_sales import Sold
from telemetry.store.windows_cards import Bought, CardSaid, HeldTable
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


def load(
    hours_ago: float,
    *,
    count: int = 1,
    taken_m3: float | None = 200.0,
    over_h: float = 1,
    sequence: int = 4,
    number: int = 1,
) -> Bought:
    """The count of purchases moved, and came to 4 at last."""
    at = NOW - round(hours_ago * HOUR)
    return Bought(number, at - round(over_h * HOUR), at, sequence - count, sequence, taken_m3)


def sale(sequence: int = 4, volume_m3: float | None = 200.0, kind: str = "sale", days_ago: int = 9) -> Sold:
    return Sold("M-1", sequence, NOW - days_ago * DAY, kind, volume_m3)


def held(
    bought: list[Bought],
    *sold: Sold,
    begun_days_ago: float | None = 19,
    **card: Any,  # noqa: ANN401 -- fields of a card state
) -> Window:
    """A card state a while after purchases, and a ledger that was begun when somebody else bought."""
    begun = None if begun_days_ago is None else NOW - round(begun_days_ago * DAY)
    return Window(cards=cards([said(**card)], CITY, bought, Ledger(begun, {"M-1": sold})))


@pytest.mark.parametrize(
    ("bought", "sold", "expected"),
    [
        ([load(30)], [sale()], "absent"),
        ([load(30)], [], "present"),
        ([load(24)], [], "present"),
        ([load(23)], [], "-"),  # it may still be entered
        ([load(23)], [sale(3)], "-"),  # another number
        ([load(23)], [sale()], "absent"),
        ([load(7 * 24)], [], "absent"),  # nobody mended it within a week
        ([load(1)], [sale(volume_m3=198.9)], "present"),
        ([load(1)], [sale(volume_m3=199.1)], "absent"),
        ([load(30)], [sale(volume_m3=None)], "absent"),  # it is there, and says no volume
        ([load(30, taken_m3=None)], [sale(volume_m3=1.0)], "absent"),
        ([load(30, count=2)], [sale()], "present"),
        ([load(30, count=2)], [sale(3, 150.0), sale(4, 50.0, "top_up")], "absent"),
        ([load(30, count=2, taken_m3=150.0)], [sale(3), sale(4, -50.0, "refund")], "absent"),
        ([load(30)], [sale(), sale(4, -200.0, "reversal")], "present"),  # taken although it was reversed
        ([load(30)], [sale(), sale(4, -200.0, "reversal"), sale(4, 200.0)], "absent"),
        ([load(30, count=-1)], [], "absent"),  # a count that went back was told when it did
        ([load(60, sequence=3), load(30)], [sale(3)], "present"),
        ([load(60, sequence=3), load(20)], [sale(3, 100.0)], "present"),
        ([load(30, number=2)], [], "absent"),  # another device's
    ],
)
def test_purchases_are_held_against_the_ledger(bought: list[Bought], sold: list[Sold], expected: str) -> None:
    assert judged("recharge_mismatch", held(bought, *sold)) == [expected]


@pytest.mark.parametrize(
    ("begun_days_ago", "sold", "hours_ago", "expected"),
    [
        (None, [], 30, "absent"),  # no ledger is kept
        (3, [], 30, "present"),
        (2, [], 30, "absent"),  # the card may have been sold before the first sale of all
        (2, [sale(2)], 30, "present"),  # but of this meter the ledger has an earlier number
        (1, [sale()], 30, "absent"),
        (1, [sale(volume_m3=150.0)], 30, "present"),
    ],
)
def test_what_was_bought_before_a_ledger_was_kept_is_not_missing(
    begun_days_ago: float | None, sold: list[Sold], hours_ago: float, expected: str
) -> None:
    window = held([load(hours_ago)], *sold, begun_days_ago=begun_days_ago)
    assert judged("recharge_mismatch", window) == [expected]


def test_what_another_meter_took_with_the_same_device_is_not_this_ones() -> None:
    before = load((NOW - BEGIN) / HOUR - 0.5)
    exchanged = registry(
        devices=[device(1)],
        meters=[meter(1, kind="ic_card")],
        installations=[installation(1, 1, valid_from=NOW - 2 * DAY)],
    )
    moves = [before, load(47.5), load(46.5)]
    window = Window(cards=cards([said()], exchanged, moves, Ledger(BEGIN, {})))
    assert window.cards.unsold_for_s.tolist() == [46.5 * 3600]


def test_several_purchases_in_a_day_are_one_each_where_the_ledger_has_them() -> None:
    card = {"remaining_m3": 290.0, "cumulative_purchased_m3": 700.0, "sequence": 6}
    both = [load(0, count=2, sequence=6)]
    assert judged("recharge_mismatch", held(both, sale(5, 150.0), sale(6, 50.0), **card)) == ["absent"]
    assert judged("recharge_mismatch", held(both, sale(5), **card)) == ["present"]


def test_a_late_sale_clears_what_a_missing_one_raised() -> None:
    city = City("recharge_mismatch")

    def look(hours: float, *sold: Sold) -> None:
        at = NOW + round(hours * HOUR)
        state = said(measured_at=moment(at), received_at=moment(at), before_at=moment(at - HOUR))
        window = Window(cards=cards([state], CITY, [load(0)], Ledger(BEGIN, {"M-1": sold})))
        city.look(window, (at - BEGIN) / 1e6)

    for hours in (0, 12, 23):
        look(hours)
    assert city.alarms == []
    look(25, sale(volume_m3=None))
    assert city.alarms == []
    look(26)
    (alarm,) = city.alarms
    assert (alarm.state, alarm.value) == ("active", 200.0)
    assert alarm.evidence == {
        "purchases": 0.0,
        "purchased_m3": 0.0,
        "credit_m3": -10.0,
        "used_m3": 10.0,
        "sequence": 4,
        "counted": 1,
        "entered": 0,
        "taken_m3": 200.0,
        "sold_m3": 0,
        "kinds": "",
        "taken_at": moment(NOW).isoformat(),
    }
    look(50, sale())
    look(75, sale())
    assert [one.state for one in city.alarms] == ["returned"]


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
        ("abbb", "paaa"),
        ("abb", "-aa"),
        ("bbbbbb", "aaaaaa"),
    ],
)
def test_price_table_stale(versions: str, expected: str) -> None:
    held = {f"D-{place + 1}": HeldTable(version, NOW) for place, version in enumerate(versions)}
    found = judged("price_table_stale", Window(prices=prices(held, plan(len(versions)), NOW)))
    assert "".join(one[0] for one in found) == expected


@pytest.mark.parametrize(
    ("old_until", "expected"),
    [
        ((None, 5, 5, 5, 6, 6, 6, 6), "paaaaaaa"),  # the others have moved on
        ((7, None, None, None, None, None, None, None), "aaaaaaaa"),  # it is the first to hold a new one
        ((7, 5, 5, 5, 8, 8, 8, 8), "paaaaaaa"),  # most others moved after it
        ((7, 5, 5, 5, 5, 8, 8, 8), "aaaaaaaa"),
        ((7, 7, 7, 7, 7, 7, 7, 7), "paaaaaaa"),
    ],
)
def test_a_meter_that_took_another_table_after_the_others_is_not_behind(
    old_until: tuple[int | None, ...], expected: str
) -> None:
    held = {
        f"D-{place + 1}": HeldTable("b" if place else "a", NOW, until and NOW - (10 - until) * DAY)
        for place, until in enumerate(old_until)
    }
    found = judged("price_table_stale", Window(prices=prices(held, plan(8), NOW)))
    assert "".join(one[0] for one in found) == expected


@pytest.mark.parametrize(
    ("said_h", "taken_h", "expected"),
    [
        (26, (0, 1, 1, 1, 1), "present"),
        (25, (0, 1, 1, 1, 1), "-"),  # the third of five took it an hour after the first
        (26, (0, 1, 2, 9, 9), "-"),
        (27, (0, 1, 2, 9, 9), "present"),
        (-1, (0, 1, 2, 9, 9), "-"),  # not heard since
        (27, (0, 1, None, None, None), "absent"),  # most of the others hold the old one, too
    ],
)
def test_a_meter_is_behind_when_it_still_says_so_a_day_after_most_others(
    said_h: float, taken_h: tuple[int | None, ...], expected: str
) -> None:
    begun = NOW - 3 * DAY
    held = {"D-1": HeldTable("old", begun + round(said_h * HOUR))}
    for place, hour in enumerate(taken_h, 2):
        taken = None if hour is None else begun + hour * HOUR
        held[f"D-{place}"] = HeldTable("old" if hour is None else "new", NOW, taken)
    found = judged("price_table_stale", Window(prices=prices(held, plan(6), NOW)))
    assert found[0] == expected


def test_a_price_table_that_arrives_late_ends_the_alarm() -> None:
    city = City("price_table_stale")
    city_plan = plan(8)
    for hour in range(0, 64, 8):
        at = NOW + hour * HOUR
        held = {f"D-{one}": HeldTable("new", at, NOW - HOUR) for one in range(2, 9)}
        held["D-1"] = HeldTable("old", at) if hour < 40 else HeldTable("new", at, NOW + 32 * HOUR)
        city.look(Window(prices=prices(held, city_plan, at)), (at - BEGIN) / 1e6)
        assert [one.state for one in city.alarms] == ["active" if hour < 40 else "returned"] * (hour >= 24)
