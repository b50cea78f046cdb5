"""Stored payloads decoded again: what was refused and is accepted now, and what stands already."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from ingest import replay
from ingest.assembly import Assembly
from ingest.replay import replay_all, replay_refused
from telemetry.store.batches import Counts
from telemetry.store.pool import connect
from tests.integration.ingesting import (
    NOW,
    build_registry,
    counters,
    message,
    one,
    pipeline,
    reasons,
    rows,
    said,
)

ROOT = Path(__file__).parents[2]
CLI = "from citygas.cli import main; main()"
OPEN = "SELECT reason, element FROM dead_letter WHERE replayed_at IS NULL ORDER BY dead_letter_id"


@pytest.fixture
def city(database: str) -> str:
    build_registry(database)
    return database


def register(city: str, *devices: str) -> None:
    with connect(city, "test") as connection:
        for device in devices:
            connection.execute("INSERT INTO device (device) VALUES (%s)", (device,))
        connection.execute("INSERT INTO registry_import (changed) VALUES ('{}')")


def closes(city: str) -> bool:
    counted = counters(city)
    return counted.received == counted.committed + counted.duplicate + counted.refused


def passed_on(*devices: str) -> dict[str, Sequence[object]]:
    """A gateway's batch of a reading of each device, one of them bad for good."""
    readings = [
        {"device": device, "kind": "reading", "measured_at": NOW / 1e6 - 9, "index_m3": 1}
        for device in devices
    ]
    return {"messages": [*readings, {"device": "D-00", "kind": "reading"}]}


def test_what_was_unknown_is_stored_once_its_device_is_registered(city: str) -> None:
    with pipeline(city) as into:
        into.process(
            [said("NEW", 1), said("OTHER", 1), message("north/GW/batch", passed_on("D-01", "NEW", "OTHER"))]
        )
    register(city, "NEW")
    again = replay_refused(city, reason="unknown_device", devices=["NEW"])
    # Of the batch: D-01 stands, NEW is new, OTHER and the bad one stand refused.
    assert again == Counts(received=5, committed=2, duplicate=3)
    assert rows(city, OPEN) == [("unknown_device", 0), ("missing_field", 3), ("unknown_device", 2)]
    assert one(city, "SELECT count(*) FROM dead_letter") == 5, "what is refused again is not doubled"
    assert closes(city)


def test_nothing_happens_twice(city: str) -> None:
    with pipeline(city) as into:
        into.process([said("NEW", 1), message("north/D-00/reading", b"garbage")])
    register(city, "NEW")
    assert replay_refused(city).committed == 1
    assert replay_refused(city) == Counts(received=1, duplicate=1), "the garbage alone"
    assert one(city, "SELECT count(*) FROM reading") == 1
    assert rows(city, OPEN) == [("not_json", None)]
    assert closes(city)


def test_only_what_came_since(city: str) -> None:
    with pipeline(city) as into:
        into.process([said("NEW", 1, at=NOW - 1), said("NEW", 2, at=NOW)])
    register(city, "NEW")
    assert replay_refused(city, since=NOW).committed == 1
    assert one(city, "SELECT index_um3 FROM reading") == 2_000_000


def test_everything_stored_is_found_standing(city: str) -> None:
    large = message("north/D-00/reading", b" " * 1_100_000)
    with pipeline(city) as into:
        into.process([said("D-00", 1), message("north/GW/batch", passed_on("D-01", "D-02")), large])
        into.process([message("north/D-00/reading", large.payload, redelivered=True)])
    before = rows(city, "SELECT * FROM reading ORDER BY 1, 2, 3"), reasons(city)
    told: list[int] = []
    assert replay_all(city, 0, progress=told.append) == Counts(received=4, duplicate=4)
    assert sum(told) == 2, "what was too large is not there to be decoded"
    assert (rows(city, "SELECT * FROM reading ORDER BY 1, 2, 3"), reasons(city)) == before
    assert closes(city)


def test_a_decoder_that_was_mended_stores_what_it_refused(city: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Assembly, "_admit", lambda *_: ("clock", "a fault of ours"))
        with pipeline(city) as into:
            into.process([said("D-00", 1), said("D-01", 1)])
    assert replay_all(city, 0) == Counts(received=2, committed=2)
    assert rows(city, OPEN) == []
    arrived = (
        "SELECT count(*) FROM reading r JOIN message m USING (message_id) WHERE r.received_at = m.received_at"
    )
    assert one(city, arrived) == 2, "as if they had been stored when they came"


def test_what_the_database_will_not_have_costs_no_neighbour_in_a_replay(city: str) -> None:
    with connect(city, "test") as connection:
        connection.execute("ALTER TABLE reading ADD CONSTRAINT odd CHECK (index_um3 <> 13000000)")
    with pipeline(city) as into:
        assert into.process([said("D-00", 13), said("NEW", 1), said("NEW", 2)]).refused == 3
    register(city, "NEW")
    assert replay_refused(city) == Counts(received=3, committed=2, duplicate=1)
    assert rows(city, OPEN) == [("decode_error", None)]
    with connect(city, "test") as connection:
        connection.execute("ALTER TABLE reading DROP CONSTRAINT odd")
    assert replay_refused(city) == Counts(received=1, committed=1)
    assert rows(city, OPEN) == []


def test_more_messages_than_one_batch(city: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "_BATCH", 7)
    with pipeline(city) as into:
        into.process([said("NEW", number, ago_s=60 + number) for number in range(100)])
    register(city, "NEW")
    assert replay_refused(city) == Counts(received=100, committed=100)


def test_by_the_command_line(city: str) -> None:
    with pipeline(city) as into:
        into.process([said("NEW", 1), said("D-00", 1)])
    register(city, "NEW")
    environment = {**os.environ, "CITYGAS_DATABASE__DSN": city, "PYTHONPATH": str(ROOT)}

    def run(*arguments: str) -> dict[str, int]:
        command = [sys.executable, "-c", CLI, "replay", "--since", "2026-01-01T00:00:00Z", "--json"]
        done = subprocess.run(
            [*command, *arguments], env=environment, cwd=ROOT, capture_output=True, check=True, text=True
        )
        return dict(json.loads(done.stdout))

    assert run("--dead-letters") == {"stored": 1, "repeated": 0, "refused": 0}
    assert run("--decoder", "native") == {"stored": 0, "repeated": 2, "refused": 0}
