"""What a replay remembers of streams, of both indices and of cards, told by hand."""

import numpy as np
import pytest

from alerts.replay.cards import CardsSoFar
from alerts.replay.indices import IndicesSoFar
from alerts.replay.said import Said, sales_said
from alerts.replay.streams import StreamsSoFar
from telemetry.batch import NULL, Columns
from telemetry.model import DAY, HOUR, MINUTE, Stream, instant
from telemetry.store.card_sales import Sold
from telemetry.store.windows_cards import HeldTable
from tests.unit.alerts.registries import device, installation, meter, registry, station

CITY = registry(stations=[station(1)], devices=[device(1), device(2)])


def rows(kind: str, **given: list[float]) -> Columns:
    """Return columns of what was said, of which only some are told; all arrives as it is measured."""
    nothing = getattr(Said(), kind)
    at = np.array(given["measured_at"], np.int64)
    given = {"arrived_at": given["measured_at"], "received_at": given["measured_at"]} | given
    missing = {"f": np.nan, "U": "", "i": NULL, "u": 0, "b": False}
    return {
        name: np.array(given[name], column.dtype)
        if name in given
        else np.full(at.size, missing[column.dtype.kind], column.dtype)
        for name, column in nothing.items()
    }


def test_a_filter_is_known_after_a_week_and_a_stream_carried_when_flow_was_seen_twice() -> None:
    """Each day resists as much as its number; a quarter of the way up from the least is clean."""
    days, flow = 9, 100.0
    at = [day * DAY + minute * MINUTE for day in range(days) for minute in (5, 6)]
    dropped = [float(one // DAY + 1) * flow**2 for one in at]
    streams = StreamsSoFar(CITY)
    common = {"station_id": [1] * len(at), "stream": [Stream.A] * len(at), "flow_m3h": [flow] * len(at)}
    streams.learn(rows("samples", measured_at=at, filter_pa=dropped, **common))
    once = {"station_id": [1], "stream": [Stream.B], "flow_m3h": [500.0], "measured_at": [2 * DAY]}
    streams.learn(rows("samples", **once))
    here, stream = np.array([1, 1]), np.array([Stream.A, Stream.B])
    assert np.isnan(streams.at(6 * DAY + HOUR).resistance(here, stream)).all()
    known = streams.at(8 * DAY + 2 * HOUR).resistance(here, stream)
    assert known[0] == pytest.approx(3.0)
    assert np.isnan(known[1])
    assert streams.at(8 * DAY + 2 * HOUR)._carried == {(1, 1): 8 * DAY, (1, 2): None}


def test_both_indices_are_held_against_the_last_of_a_day_before() -> None:
    at = [0, 20 * HOUR, 26 * HOUR, 50 * HOUR]
    given = {"device_id": [1] * 4, "measured_at": at, "index_um3": [1, 2, 3, 4]}
    so_far = IndicesSoFar(DAY)
    so_far.learn(rows("readings", mechanical_index_um3=[10, 20, NULL, 40], **given), 0)
    assert so_far.before({1: 50 * HOUR}, 50 * HOUR) == {1: (20 * HOUR, 2, 20)}
    assert so_far.before({1: 44 * HOUR - 1}, 50 * HOUR) == {1: (0, 1, 10)}
    assert so_far.before({1: 44 * HOUR}, 19 * HOUR) == {1: (0, 1, 10)}, "what had not arrived was not known"
    assert so_far.before({1: 20 * HOUR, 2: 50 * HOUR}, 50 * HOUR) == {}
    assert so_far.before({1: 20 * HOUR + 8 * DAY}, 9 * DAY) == {1: (50 * HOUR, 4, 40)}


def test_a_card_is_told_with_the_one_before_and_the_registers_of_both_and_of_a_week_ago() -> None:
    cards = CardsSoFar(CITY, DAY)
    at = [DAY, 8 * DAY, 9 * DAY]
    reads = {"device_id": [1, 1, 1, 2], "measured_at": [*at, 9 * DAY], "index_um3": [10, 80, 90, 5]}
    said = Said(
        readings=rows("readings", **reads),
        cards=rows(
            "cards",
            device_id=[1, 1, 1],
            measured_at=at,
            remaining_m3=[50.0, 40.0, 39.0],
            sequence=[1, 1, 2],
            price_version=["7", "7", "8"],  # type: ignore[list-item] # a text
        ),
    )
    cards.learn(said, 0)
    first, second = cards.newly_said(DAY, 8 * DAY), cards.newly_said(8 * DAY, 9 * DAY)
    assert [(one.remaining_m3, one.before_remaining_m3, one.index_um3) for one in first] == [(40.0, 50.0, 80)]
    (last,) = second
    assert (last.sequence, last.before_sequence, last.before_index_um3) == (2, 1, 80)
    assert last.week_at is not None
    assert (instant(last.week_at), last.week_index_um3) == (8 * DAY, 80)
    assert (last.alarm_m3, last.cumulative_purchased_m3) == (None, None)
    assert cards.price_tables(8 * DAY + HOUR) == {"D-1": HeldTable("7", 8 * DAY)}
    assert cards.price_tables(9 * DAY) == {"D-1": HeldTable("8", 9 * DAY, 8 * DAY)}


def test_a_purchase_is_held_against_what_was_known_to_be_sold_by_then() -> None:
    """The last state before a silence of ten days is kept: what was bought meanwhile shows at its end."""
    carded = registry(
        devices=[device(1), device(2)],
        meters=[meter(1, kind="ic_card")],
        installations=[installation(1, 1, valid_from=0)],
    )
    cards = CardsSoFar(carded, DAY)
    bought = {"sequence": [3.0, 4.0, 4.0], "cumulative_purchased_m3": [300.0, 400.0, 400.0]}
    at = [5 * DAY, 15 * DAY, 16 * DAY]
    for part in range(3):
        row = {name: [values[part]] for name, values in bought.items()}
        cards.learn(Said(cards=rows("cards", device_id=[1], measured_at=[at[part]], **row)), at[part])
    entered = [
        (Sold("M-1", 2, 2 * DAY, "sale", 50.0), 2 * DAY),
        (Sold("M-1", 4, 14 * DAY, "sale", 70.0), 16 * DAY),
    ]
    cards.learn(Said(sales=sales_said(entered)), 15 * DAY)
    first = cards.window(14 * DAY, 15 * DAY)
    assert (first.unsold_for_s.tolist(), first.unsold_m3.tolist()) == ([0.0], [100.0])
    assert np.isnan(first.missold_m3).all()
    second = cards.window(15 * DAY, 16 * DAY)
    assert np.isnan(second.unsold_for_s).all()
    assert second.missold_m3.tolist() == [30.0]
    assert second.missold[0]["kinds"] == "sale"
