"""A job's plan changed over HTTP, and what its history tells."""

from collections.abc import Iterator
from typing import Any

import pytest

from telemetry.store.pool import connect
from tests.api_access import Caller, calling
from tests.small_city import migrated, populate

PLANNED = {
    "kind": "planned",
    "target": {"kind": "station", "id": "G1"},
    "assignee": "crew 2",
    "starts_at": "2026-07-02T01:00:00Z",
    "ends_at": "2026-07-02T05:00:00Z",
    "due_at": "2026-07-03T00:00:00Z",
    "comment": "换调压器",
    "external_id": "WO-1",
}


@pytest.fixture
def caller(database: str) -> Iterator[Caller]:
    with migrated(database) as connection:
        populate(connection)
    with calling(database) as found:
        yield found


def entered(caller: Caller, **more: object) -> str:
    made = caller.post("/jobs", PLANNED | more)
    assert made.status_code == 200, made.text
    return f"/jobs/{made.json()['id']}"


def changed(caller: Caller, path: str, **body: object) -> dict[str, Any]:
    answer = caller.patch(path, body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def history(caller: Caller, path: str) -> list[dict[str, Any]]:
    """Return what each line of a job's history says that changed: before and after, by field."""
    lines = caller.get(f"{path}/events").json()["items"]
    return [{one["field"]: (one["before"], one["after"]) for one in line["changes"]} for line in lines]


def test_history_tells_before_and_after_in_utc(caller: Caller) -> None:
    path = entered(caller, permits=["pressure"])
    changed(
        caller,
        path,
        comment="rain",
        ends_at="2026-07-02T15:30:00+08:00",
        starts_at="2026-07-02T09:00:00+08:00",  # as it stands, in another zone
        external_id="2026-07-02T09:00:00+08:00",  # a text that could be a time
        permits=["silence", "pressure"],
        assignee="crew 3",
    )
    (line,) = caller.get(f"{path}/events").json()["items"][1:]
    assert (line["from_state"], line["to_state"], line["comment"]) == ("assigned", "assigned", "rain")
    assert line["changes"] == [
        {"field": "assignee", "before": "crew 2", "after": "crew 3"},
        {"field": "ends_at", "before": "2026-07-02T05:00:00Z", "after": "2026-07-02T07:30:00Z"},
        {"field": "permits", "before": ["pressure"], "after": ["pressure", "silence"]},
        {"field": "external_id", "before": "WO-1", "after": "2026-07-02T09:00:00+08:00"},
    ]


def test_a_step_alone_changes_nothing_else_and_nothing_changed_is_no_line(caller: Caller) -> None:
    path = entered(caller, permits=["pressure", "silence"])
    tag = caller.get(path).headers["ETag"]
    for nothing in ({}, {"due_at": PLANNED["due_at"]}, {"permits": ["silence", "pressure"]}):
        answer = caller.patch(path, nothing)
        assert (answer.status_code, answer.headers["ETag"]) == (200, tag), nothing
    changed(caller, path, comment="ask at the gate")
    changed(caller, path, state="on_site")
    lines = caller.get(f"{path}/events").json()["items"]
    assert [(one["to_state"], one["comment"], one["changes"]) for one in lines] == [
        ("assigned", PLANNED["comment"], []),
        ("assigned", "ask at the gate", []),
        ("on_site", None, []),
    ]


def test_what_happened_before_has_no_changes(caller: Caller, database: str) -> None:
    path = entered(caller)
    with connect(database, "test") as connection:
        connection.execute(
            "INSERT INTO job_event (job_id, at, from_state, to_state, actor)"
            " SELECT job_id, now(), 'assigned', 'assigned', 'crew' FROM job"
        )
    assert history(caller, path) == [{}, {}]
