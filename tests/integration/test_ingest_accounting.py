"""Whatever mix of messages comes, every element is accounted for, and the order changes no row."""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.pipeline import Pipeline
from telemetry.model import SECOND, RawMessage
from telemetry.store.batches import Counts
from telemetry.store.pool import connect
from tests.effort import examples
from tests.integration.ingesting import (
    NOW,
    build_registry,
    counters,
    elements_stored,
    empty,
    message,
    one,
    pipeline,
    rows,
)
from tests.servers import create_database, drop_database

Said = tuple[RawMessage, int]
"""A message, and how many elements it holds."""

METERS: Final = st.sampled_from(["D-00", "D-01", "D-19", "D-99"])
TIMES: Final = st.sampled_from([(NOW // SECOND) - back for back in (1, 2, 700)] + [0, NOW // SECOND + 3600])
FEW: Final = st.sampled_from([None, 1, 2, 2.5])
READINGS: Final = st.fixed_dictionaries(
    {"measured_at": TIMES, "index_m3": FEW},
    optional={
        "seq": FEW,
        "flow_m3h": FEW,
        "colour": FEW,
        "credit": st.fixed_dictionaries({"remaining_m3": FEW}),
    },
)
STREAM: Final = st.fixed_dictionaries({}, optional={"outlet_gauge_pressure_kpa": FEW, "flow_m3h": FEW})
PRESSURES: Final = st.fixed_dictionaries(
    {"measured_at": TIMES},
    optional={
        "outlet_gauge_pressure_kpa": FEW,
        "streams": st.fixed_dictionaries({}, optional={"A": STREAM, "B": STREAM}),
    },
)
EVENTS: Final = st.fixed_dictionaries(
    {
        "measured_at": TIMES,
        "code": st.sampled_from(["case_open", "relief", "sirens"]),
        "state": st.just("on"),
    },
    optional={"text": st.sampled_from(["", "a"])},
)
OF_KIND: Final[dict[str, st.SearchStrategy[Any]]] = {
    "reading": READINGS,
    "pressure": PRESSURES,
    "event": EVENTS,
}
GARBAGE: Final = st.sampled_from([b"", b"\xff", b"[]", b"5", b'{"measured_at":NaN}', b"[5,6]"])


@st.composite
def spoken(draw: st.DrawFn) -> Said:
    """A message of one device: an element, or an array of some."""
    kind = draw(st.sampled_from(sorted(OF_KIND)))
    who = draw(st.sampled_from(["S-1", "S-2"]) if kind == "pressure" else METERS)
    elements: list[Any] = draw(st.lists(OF_KIND[kind] | st.just(5), min_size=1, max_size=4))
    payload = elements[0] if len(elements) == 1 else elements
    return message(f"north/{who}/{kind}", payload, redelivered=draw(st.booleans())), len(elements)


@st.composite
def passed_on(draw: st.DrawFn) -> Said:
    """A gateway's batch of several devices' elements."""
    elements = [
        {"device": draw(METERS | st.just("S-1")), "kind": kind, **draw(OF_KIND[kind])}
        for kind in draw(st.lists(st.sampled_from(sorted(OF_KIND)), min_size=1, max_size=4))
    ]
    gateway = draw(st.sampled_from(["GW-BOUND", "GW-FREE"]))
    return message(f"north/{gateway}/batch", {"messages": elements}), len(elements)


@st.composite
def garbage(draw: st.DrawFn) -> Said:
    """What cannot be decoded."""
    payload = draw(GARBAGE)
    said = message(f"north/D-00/{draw(st.sampled_from(['reading', 'batch', 'riddle']))}", payload)
    return said, 2 if payload == b"[5,6]" and not said.topic.endswith("riddle") else 1


BATCHES: Final = st.lists(
    st.lists(spoken() | passed_on() | garbage(), min_size=1, max_size=6), min_size=1, max_size=4
)


@pytest.fixture(scope="module")
def city(postgres_dsn: str) -> Iterator[str]:
    dsn = create_database(postgres_dsn)
    build_registry(dsn)
    yield dsn
    drop_database(dsn)


@pytest.fixture(scope="module")
def into(city: str) -> Iterator[Pipeline]:
    with pipeline(city) as into:
        yield into


def stored(city: str) -> list[tuple[Any, ...]]:
    """Return every row that the messages made, but for what depends on when they came."""
    return rows(
        city,
        "SELECT 'reading', device_id::text, measured_at, content_hash, flags, index_um3 FROM reading"
        " UNION ALL SELECT 'pressure', station_id || '.' || stream, measured_at, content_hash, flags, 0"
        " FROM pressure_sample"
        " UNION ALL SELECT 'event', device, measured_at, content_hash, state, 0 FROM device_event"
        " UNION ALL SELECT 'card', device_id::text, measured_at, content_hash, 0, 0 FROM card_state"
        " ORDER BY 1, 2, 3, 4",
    )


@settings(max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(BATCHES, st.randoms(use_true_random=False))
def test_every_element_is_accounted_for_in_every_order(
    city: str,
    into: Pipeline,
    batches: list[list[Said]],
    chance: Any,  # noqa: ANN401 -- hypothesis' Random
) -> None:
    empty(city)
    with connect(city, "test") as connection:
        connection.execute("INSERT INTO ingest_counter (source) VALUES ('test')")
    total = Counts()
    for batch in batches:
        before = _standing(city)
        counts = into.process([said for said, _ in batch])
        assert counts.received == sum(elements for _, elements in batch)
        assert counts.received == counts.committed + counts.duplicate + counts.refused
        assert min(counts.committed, counts.duplicate, counts.refused) >= 0
        assert _standing(city) - before == counts.committed
        total += counts
    assert counters(city) == total
    assert one(city, "SELECT count(*) FROM dead_letter") == total.refused
    assert one(city, "SELECT count(*) FROM message") == sum(map(len, batches))
    first = stored(city)
    again = [said for batch in batches for said, _ in batch]
    chance.shuffle(again)
    assert into.process(again).committed == 0, "a repeat changes nothing"
    empty(city)
    for said in again:
        into.process([said])
    assert stored(city) == first


def _standing(city: str) -> int:
    with connect(city, "ask") as connection:
        return elements_stored(connection)
