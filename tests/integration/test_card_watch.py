"""Purchases held against the ledger of sales, out of the database, on both profiles: live and in a replay."""

from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pytest

from alerts.card_watch import cards_spoken
from alerts.replay.cards import CardsSoFar
from alerts.replay.stored_history import Order, said_before, said_in
from alerts.watch import Watch
from telemetry.model import DAY, HOUR, CardState, Instant, Reading, moment
from telemetry.store.card_sales import SaidSale, insert_sales
from telemetry.store.pool import connect
from telemetry.store.registry_tables import load_registry
from telemetry.store.windows import take_arrivals
from telemetry.store.windows_cards import HeldTable, price_tables
from tests.integration.watching import Field, alarms, build_city

CARDED = """
UPDATE meter SET kind = 'ic_card';
INSERT INTO registry_import (changed) VALUES ('{}');
"""
COMPARED = (
    "measured_at",
    "remaining_change",
    "purchased_change",
    "sequence_step",
    "unsold_for_s",
    "unsold_m3",
    "missold_m3",
    "step_sold",
)


@pytest.fixture
def field(database: str) -> Iterator[Field]:
    build_city(database)
    field = Field(database)
    field.connection.execute(CARDED.encode())
    yield field
    field.connection.close()


def say(
    field: Field,
    device: str,
    at: Instant,
    sequence: int | None,
    purchased_m3: float,
    price_version: str | None = None,
) -> None:
    field.card(
        Reading(device=device, measured_at=at, index_m3=10.0),
        CardState(
            device=device,
            measured_at=at,
            remaining_m3=purchased_m3,
            sequence=sequence,
            cumulative_purchased_m3=purchased_m3,
            price_version=price_version,
        ),
    )


def sell(field: Field, at: Instant, sequence: int, volume_m3: int, meter: str = "M-1") -> None:
    sale = SaidSale(
        meter=meter, sold_at=moment(at), kind="sale", sequence=sequence, volume_m3=Decimal(volume_m3)
    )
    insert_sales(field.connection, [sale], "test")


def test_a_purchase_that_nobody_sold_rings_a_day_later_and_until_it_is_entered(field: Field) -> None:
    now = field.now()
    sell(field, now - 30 * DAY, 2, 50)
    say(field, "D-1", now - 40 * HOUR, 3, 300.0)
    say(field, "D-1", now - 30 * HOUR, 4, 400.0)
    say(field, "D-2", now - 40 * HOUR, 3, 300.0)
    say(field, "D-2", now - 20 * HOUR, 4, 400.0)
    with connect(field.dsn, "watch", autocommit=True) as connection:
        watch = Watch(connection)
        watch.look()
        assert alarms(field.connection) == [], "both are older than what is judged, or wait"
        for device in ("D-1", "D-2"):
            say(field, device, now, 4, 400.0)
        watch.look()
        (alarm,) = alarms(field.connection)
        assert (alarm["rule"], alarm["target_id"], alarm["value"]) == ("recharge_mismatch", "M-1", 100.0)
        assert (alarm["evidence"]["sequence"], alarm["evidence"]["entered"]) == (4, 0)
        sell(field, now - 31 * HOUR, 4, 100)
        say(field, "D-1", field.now(), 4, 400.0)
        watch.look()
        (alarm,) = alarms(field.connection)
        assert alarm["absent_since"] is not None


def test_a_replay_sees_what_the_watch_sees(field: Field) -> None:
    now = field.now()
    begin = now - 9 * DAY
    said: dict[str, list[tuple[float, int | None, float]]] = {
        # Days ago, count and sum of purchases; one state has no count, and two silences outlast a week.
        "D-1": [
            (20, 3, 300.0),
            (8.9, 4, 400.0),
            (6, 5, 500.0),
            (5, None, 500.0),
            (4, 7, 700.0),
            (0, 7, 700.0),
        ],
        "D-2": [(30, 1, 10.0), (8, 1, 10.0), (3, 2, 110.0), (2, 2, 110.0), (0.5, 1, 110.0), (0, 3, 250.0)],
    }
    for device, states in said.items():
        for days_ago, count, purchased_m3 in states:
            say(field, device, now - round(days_ago * DAY), count, purchased_m3)
    for days_ago, sequence, volume_m3 in ((29, 2, 50), (9, 4, 100), (7, 5, 90), (5, 6, 200)):
        sell(field, now - days_ago * DAY, sequence, volume_m3)
    sell(field, now - 4 * DAY, 2, 100, meter="M-2")
    registry = load_registry(field.connection)
    live = cards_spoken(field.connection, take_arrivals(field.connection, 256).devices, registry)
    replayed = CardsSoFar(registry, 25 * HOUR)
    replayed.learn(said_before(field.connection, begin, Order.MEASURED), begin)
    for _, part in said_in(field.connection, begin, now + 1, Order.MEASURED):
        replayed.learn(part, begin)
    told = replayed.window(begin, now)
    within = live.measured_at > begin
    for name in COMPARED:
        np.testing.assert_array_equal(getattr(live, name)[within], getattr(told, name), name)
    assert [one for one, inside in zip(live.unsold, within, strict=True) if inside] == list(told.unsold)
    assert [one for one, inside in zip(live.missold, within, strict=True) if inside] == list(told.missold)
    assert np.isfinite(told.unsold_for_s).sum() >= 2
    assert (told.missold_m3 > 0).sum() >= 2


def test_a_price_table_is_known_with_when_another_was_held_last(field: Field) -> None:
    now = field.now()
    versions: dict[str, list[tuple[int, str | None]]] = {
        "D-1": [(9 * 24, "1"), (30, "2"), (20, "1"), (10, "2"), (5, None), (2, "2")],
        "D-2": [(9 * 24, "1"), (40, "2"), (1, "2")],
    }
    for device, states in versions.items():
        for hours_ago, version in states:
            say(field, device, now - hours_ago * HOUR, 1, 10.0, version)
    expected = {
        "D-1": HeldTable("2", now - 2 * HOUR, now - 20 * HOUR),
        "D-2": HeldTable("2", now - HOUR, None),
    }
    assert price_tables(field.connection, ["D-1", "D-2", "nobody"], now - 8 * DAY) == expected
    replayed = CardsSoFar(load_registry(field.connection), 25 * HOUR)
    for _, part in said_in(field.connection, now - 10 * DAY, now + 1, Order.MEASURED):
        replayed.learn(part, now)
    assert replayed.price_tables(now) == expected
