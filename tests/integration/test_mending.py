"""A refused payload that somebody corrects: kept as it came, stored as if it had never failed."""

import json
from typing import Any, Final

import pytest

from ingest.assembly import Assembly
from ingest.mending import mend
from ingest.replay import replay_all, replay_refused
from ingest.router import Router
from telemetry.errors import ConflictError, EntryError, NotFoundError
from telemetry.model import HOUR, MINUTE, Instant, RawMessage
from telemetry.store.batches import Counts
from telemetry.store.dead_letters import find_dead_letter
from telemetry.store.pool import connect
from telemetry.work.derive import derive_pending
from tests.integration.ingesting import NOW, build_registry, counters, message, one, pipeline, rows, said

GOOD: Final = {"measured_at": NOW / 1e6 - 60, "index_m3": 5}
OPEN: Final = "SELECT reason, element FROM dead_letter WHERE replayed_at IS NULL ORDER BY dead_letter_id"


@pytest.fixture
def city(database: str) -> str:
    build_registry(database)
    return database


def refuse(city: str, payload: object, topic: str = "north/D-00/reading") -> Counts:
    with pipeline(city) as into:
        return into.process([message(topic, payload)])


def mended(city: str, payload: object, letter: int = 1, **more: Any) -> Counts:  # noqa: ANN401 -- of mend
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    said_why = {"by": "wang", "reason": "a comma for a point", "router": Router()}
    return mend(city, letter, raw, **{**said_why, **more})


def test_the_original_is_kept_and_the_correction_has_a_who_and_a_why(city: str) -> None:
    broken = b'{"measured_at":1772323140,"index_m3":5,0}'
    assert refuse(city, broken).refused == 1
    assert mended(city, GOOD) == Counts(1, committed=1)
    with connect(city, "test") as connection:
        letter = find_dead_letter(connection, 1)
    assert letter.row.payload == broken
    assert letter.row.replayed_at is not None
    (done,) = letter.mends
    assert (done.mended_by, done.reason, done.payload) == (
        "wang",
        "a comma for a point",
        json.dumps(GOOD).encode(),
    )
    assert rows(city, "SELECT count(*) FROM message") == [(2,)]
    assert rows(city, "SELECT received_at = to_timestamp(%s) FROM reading", (NOW / 1e6,)) == [(True,)]
    assert rows(city, OPEN) == []


def test_what_is_refused_again_changes_nothing_and_says_why(city: str) -> None:
    refuse(city, b"{")
    before = counters(city)
    still: list[tuple[object, str]] = [
        (b"[", "not_json"),
        ({"index_m3": 5}, "missing_field"),
        ([GOOD, {}], "element 1: "),
    ]
    for payload, word in still:
        with pytest.raises(EntryError, match="payload: still refused") as error:
            mended(city, payload)
        assert word in str(error.value)
    assert counters(city) == before
    assert rows(city, "SELECT count(*) FROM message") == [(1,)]
    assert rows(city, OPEN) == [("not_json", None)]


def test_an_element_is_mended_beside_others_that_stay_refused(city: str) -> None:
    bad: list[object] = [GOOD, {"measured_at": GOOD["measured_at"] - 60}, {"index_m3": 1}]
    assert refuse(city, bad) == Counts(3, committed=1, refused=2)
    better = [GOOD, {"measured_at": GOOD["measured_at"] - 60, "index_m3": 4}, {"index_m3": 1}]
    assert mended(city, better) == Counts(3, committed=1, duplicate=2), (
        "the first stands, the last stands refused"
    )
    assert rows(city, OPEN) == [("missing_field", 2)]
    assert one(city, "SELECT count(*) FROM dead_letter") == 2, "nothing is refused twice"
    whole = [GOOD, better[1], {"measured_at": GOOD["measured_at"] - 120, "index_m3": 3}]
    assert mended(city, whole, letter=2) == Counts(3, committed=1, duplicate=2)
    assert rows(city, OPEN) == []
    with pytest.raises(ConflictError):
        mended(city, whole, letter=2)


def test_a_topic_that_was_at_fault_is_mended_too(city: str) -> None:
    refuse(city, GOOD | {"device": "D-01"})
    assert rows(city, OPEN) == [("identity_mismatch", 0)]
    topic = "citygas/v1/north/D-01/reading"
    assert mended(city, GOOD | {"device": "D-01"}, topic=topic) == Counts(1, committed=1)
    assert one(city, "SELECT device FROM reading JOIN device USING (device_id)") == "D-01"


def test_a_mended_payload_is_replayed_like_any_other(city: str) -> None:
    refuse(city, b"{")
    mended(city, GOOD)
    assert replay_refused(city) == Counts()
    assert replay_all(city, 0) == Counts(received=2, duplicate=2)
    assert rows(city, "SELECT count(*) FROM reading") == [(1,)]
    assert rows(city, OPEN) == []


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_nothing_is_mended_without_a_reason(city: str, reason: str) -> None:
    refuse(city, b"{")
    with pytest.raises(EntryError, match="reason"):
        mended(city, GOOD, reason=reason)
    with pytest.raises(NotFoundError):
        mended(city, GOOD, letter=99)
    assert rows(city, OPEN) == [("not_json", None)]


VOLUMES: Final = """
    SELECT meter, interval_start, volume_um3, base_volume_um3, quality, flags, coverage
    FROM volume_hour JOIN meter USING (meter_id) ORDER BY 1, 2"""


def hours(of: int = 9) -> list[RawMessage]:
    """Return a device's readings of some hours, every ten minutes."""
    begin = NOW - of * HOUR
    found = []
    for number in range(6 * of):
        at: Instant = begin + number * 10 * MINUTE
        fields = {"pressure_kpa": 300.0 + number % 7, "temperature_degc": 10.0 + number % 3}
        found.append(said("D-00", 100 + number * 1.25, ago_s=0, at=at, **fields))
    return found


def derived(city: str) -> list[tuple[Any, ...]]:
    with connect(city, "derive", autocommit=True) as connection:
        derive_pending(connection)
    return rows(city, VOLUMES)


def forget(city: str) -> None:
    """Forget all that was said and worked out; the registry stays."""
    with connect(city, "test", autocommit=True) as connection:
        connection.execute(
            "TRUNCATE message, reading, dead_letter, mended_payload, arrival, ingest_counter, dirty_span,"
            " volume_hour, volume_hour_superseded RESTART IDENTITY"
        )


@pytest.mark.parametrize("how", ["mended", "replayed"])
def test_afterwards_the_volumes_are_as_if_it_had_never_failed(
    city: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = hours()
    with pipeline(city) as into:
        into.process(messages)
    undisturbed = derived(city)
    assert len(undisturbed) >= 8
    forget(city)
    failed = messages[20:32]
    with pipeline(city) as into:
        into.process([*messages[:20], *messages[32:]])
        if how == "mended":
            into.process([RawMessage(one.topic, one.payload[:-1], one.received_at) for one in failed])
        else:
            with monkeypatch.context() as broken:
                broken.setattr(Assembly, "_admit", lambda *_: ("clock", "a fault of ours"))
                into.process(failed)
    assert derived(city) != undisturbed
    assert one(city, "SELECT count(*) FROM dead_letter") == len(failed)
    if how == "mended":
        for number, correct in enumerate(failed, 1):
            assert mended(city, correct.payload, letter=number).committed == 1
    else:
        assert replay_refused(city).committed == len(failed)
    assert derived(city) == undisturbed
    assert rows(city, OPEN) == []
