"""``citygas dead-letters`` over a real database: listed, shown, mended, replayed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from telemetry.store.pool import connect
from tests.integration.ingesting import build_registry, message, one, pipeline, said

ROOT = Path(__file__).parents[2]
CLI = "from citygas.cli import main; main()"
GOOD = '{"measured_at":1772323140,"index_m3":5}'


@pytest.fixture
def city(plain_database: str) -> str:
    build_registry(plain_database)
    with pipeline(plain_database) as into:
        into.process(
            [message("north/D-00/reading", b'{"index_m3":5,'), said("NEW", 1), message("x", b"\x00\xff")]
        )
    return plain_database


def run(city: str, *arguments: str, status: int = 0) -> str:
    environment = {**os.environ, "CITYGAS_DATABASE__DSN": city, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", CLI, "dead-letters", *arguments]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, check=False, text=True)
    assert done.returncode == status, done.stderr
    return done.stdout if status == 0 else done.stderr


def test_from_the_list_to_what_is_stored(city: str) -> None:
    assert [line.split("\t")[2] for line in run(city, "list").splitlines()] == [
        "unknown_topic",
        "unknown_device",
        "not_json",
    ]
    (found,) = json.loads(run(city, "list", "--device", "D-00", "--since", "2026-01-01T00:00:00Z", "--json"))
    number = str(found["id"])
    shown = run(city, "show", number)
    assert '{"index_m3":5,' in shown
    assert "what to do  The text is no JSON" in shown
    why = ("--reason", "cut off", "--by", "wang")
    assert "still refused: missing_field" in run(city, "mend", number, "--text", "{}", *why, status=1)
    assert (
        run(city, "mend", number, "--text", GOOD, *why).strip()
        == "stored 1, stood already 0, refused newly 0"
    )
    assert "by wang: cut off" in run(city, "show", number)
    assert run(city, "list", "--device", "D-00") == ""
    assert len(run(city, "list", "--all", "--device", "D-00").splitlines()) == 1
    assert "is stored since" in run(city, "mend", number, "--text", GOOD, *why, status=1)


def test_replayed_one_by_one_or_by_reason(city: str) -> None:
    with connect(city, "test") as connection:
        connection.execute("INSERT INTO device (device) VALUES ('NEW')")
        connection.execute("INSERT INTO registry_import (changed) VALUES ('{}')")
    letter = str(one(city, "SELECT dead_letter_id FROM dead_letter WHERE reason = 'unknown_topic'"))
    assert run(city, "replay", letter).startswith("stored 0, stood already 1")
    assert run(city, "replay", "--reason", "unknown_device").startswith("stored 1, stood already 0")
    assert one(city, "SELECT count(*) FROM reading") == 1
    assert "68" not in run(city, "show", letter)
    assert "00 ff" in run(city, "show", letter)
    assert "there is no dead letter 99" in run(city, "show", "99", status=1)
