"""Payloads pushed over HTTP: the same path, the same count, the same letters as over MQTT."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ingest.options import PushSource
from ingest.replay import replay_refused
from ingest.router import Router
from telemetry.store.pool import connect
from tests.api_access import Caller, calling, new_key
from tests.integration.ingesting import build_registry, counters, one, rows

MAPPING = {"device": "id", "time": {"path": "t", "as": "local"}, "fields": {"index_m3": "v"}}
SOURCES = [
    PushSource("GW-BOUND", "json_map", MAPPING),
    PushSource("other", "json_map", MAPPING | {"time_zone": "UTC"}),
]
TOPIC = "citygas/v1/north/D-00/reading"


@pytest.fixture
def dsn(database: str) -> str:
    build_registry(database)
    return database


@pytest.fixture
def caller(dsn: str) -> Iterator[Caller]:
    with calling(dsn, router=Router(pushes=SOURCES)) as found:
        yield Caller(found.client, new_key(dsn, "ingest:write"))


def native(*elements: dict[str, Any]) -> bytes:
    return json.dumps(list(elements)).encode()


def counted(answer: Any) -> tuple[int, ...]:  # noqa: ANN401 -- a response
    assert answer.status_code == 200, answer.text
    said = answer.json()
    return tuple(said[name] for name in ("received", "committed", "duplicate", "refused"))


def test_a_payload_is_stored_and_counted_once(dsn: str, caller: Caller) -> None:
    payload = native({"measured_at": 1_767_225_600, "index_m3": 5}, {"measured_at": 1_767_225_600})
    answer = caller.send("/ingest/native", payload, topic=TOPIC)
    assert counted(answer) == (2, 1, 0, 1)
    (refusal,) = answer.json()["refusals"]
    assert refusal == {
        "element": 1,
        "device": "D-00",
        "reason": "missing_field",
        "detail": "index_m3 or base_index_m3",
    }
    again = caller.send("/ingest/native", payload, topic=TOPIC)
    assert counted(again) == (2, 0, 2, 0), "who heard no answer sends again"
    assert again.json()["refusals"] == [refusal]
    assert one(dsn, "SELECT count(*) FROM reading") == 1
    assert one(dsn, "SELECT count(*) FROM dead_letter") == 1
    found = counters(dsn, "push")
    assert (found.received, found.committed, found.duplicate, found.refused) == (4, 1, 2, 1)


def test_without_a_topic_the_native_format_is_a_gateway_s(dsn: str, caller: Caller) -> None:
    messages = [{"device": "D-01", "kind": "reading", "measured_at": 1_767_225_600, "index_m3": 5}]
    assert counted(caller.send("/ingest/native", json.dumps({"messages": messages}).encode())) == (1, 1, 0, 0)
    assert rows(dsn, "SELECT topic, decoder FROM message") == [
        ("$http/native//citygas/v1/http/http/batch", "native")
    ]


def test_a_source_says_how_its_payloads_are_read_and_speaks_for_its_devices(dsn: str, caller: Caller) -> None:
    payload = json.dumps(
        [{"id": name, "t": "2026-01-01 08:00:00", "v": 5} for name in ("D-01", "D-03")]
    ).encode()
    bound = caller.send("/ingest/json_map", payload, source="GW-BOUND")
    assert counted(bound) == (2, 1, 0, 1)
    assert [(one["device"], one["reason"]) for one in bound.json()["refusals"]] == [
        ("D-03", "identity_mismatch")
    ]
    assert counted(caller.send("/ingest/json_map", payload, source="other")) == (2, 2, 0, 0)
    query = """
        SELECT device, extract(hour FROM measured_at AT TIME ZONE 'UTC')::int, flags & 32768
        FROM reading JOIN device USING (device_id) ORDER BY 1, 2"""
    assert rows(dsn, query) == [("D-01", 0, 32768), ("D-01", 8, 32768), ("D-03", 8, 32768)]


def test_what_was_pushed_and_refused_is_replayed_by_its_source_s_decoder(dsn: str, caller: Caller) -> None:
    payload = json.dumps({"id": "NEW", "t": "2026-01-01 08:00:00", "v": 5}).encode()
    assert counted(caller.send("/ingest/json_map", payload, source="other")) == (1, 0, 0, 1)
    with connect(dsn, "test") as connection:
        connection.execute("INSERT INTO device (device) VALUES ('NEW')")
        connection.execute("INSERT INTO registry_import (changed) VALUES ('{}')")
    assert replay_refused(dsn, router=Router(pushes=SOURCES)).committed == 1
    assert counted(caller.send("/ingest/json_map", payload, source="other")) == (1, 0, 1, 0)


@pytest.mark.parametrize(
    ("path", "query", "status", "field"),
    [
        ("/ingest/nix", {}, 404, None),
        ("/ingest/json_map", {}, 400, "source"),
        ("/ingest/json_map", {"source": "nobody"}, 400, "source"),
        ("/ingest/native", {"source": "other"}, 400, "source"),
        ("/ingest/native", {"colour": "red"}, 400, "colour"),
    ],
)
def test_what_is_asked_wrongly_is_a_problem(
    dsn: str, caller: Caller, path: str, query: dict[str, str], status: int, field: str | None
) -> None:
    answer = caller.send(path, b"{}", **query)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["field"] == field
    assert one(dsn, "SELECT count(*) FROM message") == 0


def test_anything_is_kept_but_what_is_too_large(dsn: str, caller: Caller) -> None:
    assert counted(caller.send("/ingest/native", bytes(range(256)), topic=TOPIC)) == (1, 0, 0, 1)
    assert counted(caller.send("/ingest/native", b"", topic=TOPIC)) == (1, 0, 0, 1)
    assert counted(caller.send("/ingest/native", b" " * 1_048_576, topic=TOPIC)) == (1, 0, 0, 1)
    answer = caller.send("/ingest/native", b" " * 1_048_577, topic=TOPIC)
    assert (answer.status_code, answer.json()["status"]) == (413, 413)
    assert one(dsn, "SELECT count(*) FROM dead_letter") == 3


def test_a_key_that_may_not_push_is_refused_before_its_payload_is_read(dsn: str, caller: Caller) -> None:
    other = Caller(caller.client, new_key(dsn, "telemetry:read"))
    assert other.send("/ingest/native", b" " * 2_000_000).status_code == 403
    assert caller.client.post("/v1/ingest/native", content=b"{}").status_code == 401


def test_many_at_once_and_a_connection_that_breaks_in_between(dsn: str, caller: Caller) -> None:
    def send(number: int) -> tuple[int, ...]:
        element = {"measured_at": 1_767_225_600 + number, "index_m3": number}
        return counted(caller.send("/ingest/native", native(element), topic=TOPIC))

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(send, range(60))) == {(1, 1, 0, 0)}
    with connect(dsn, "test", autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name LIKE '%push%' AND datname = current_database()"
        )
    assert send(60) == (1, 1, 0, 0)
    assert one(dsn, "SELECT count(*) FROM reading") == 61
