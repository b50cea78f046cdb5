"""A job's plan changed over HTTP: what null empties, what is refused, and what its history tells."""

from typing import Any

import pytest

from telemetry.store.pool import connect
from tests.api_access import Caller, new_key

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


@pytest.mark.parametrize("field", ["task", "starts_at", "ends_at", "due_at", "external_id"])
def test_null_empties_one_field_and_what_is_left_out_stays(caller: Caller, field: str) -> None:
    path = entered(caller)
    stood = caller.get(path).json()
    assert changed(caller, path, **{field: None}) == {
        **{name: value for name, value in stood.items() if name != "unmetered_estimate"},
        field: None,
    }
    assert history(caller, path) == [{}, {field: (stood[field], None)}]


def test_an_assignee_and_a_cause_are_emptied_where_the_job_can_be_without(caller: Caller) -> None:
    path = entered(caller)
    assert changed(caller, path, cause="test")["cause"] == "test"
    assert changed(caller, path, cause=None)["cause"] is None
    back = changed(caller, path, state="new", assignee=None)
    assert (back["state"], back["assignee"]) == ("new", None)
    assert history(caller, path)[1:] == [
        {"cause": (None, "test")},
        {"cause": ("test", None)},
        {"assignee": ("crew 2", None)},
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"state": None}, "state"),
        ({"permits": None}, "permits"),
        ({"comment": None}, "comment"),
        ({"state": "odd"}, "state"),
        ({"permits": ["odd"]}, "permits"),
        ({"comment": ""}, "comment"),
        ({"starts_at": None}, "permits"),
        ({"ends_at": None}, "permits"),
        ({"assignee": None}, "assignee"),
        ({"state": "on_site", "assignee": None}, "assignee"),
    ],
)
def test_what_the_job_cannot_be_without_is_refused_at_its_field(
    caller: Caller, body: dict[str, object], field: str
) -> None:
    path = entered(caller, permits=["pressure"])
    stood = caller.get(path).json()
    refused = caller.patch(path, body | {"due_at": None})
    assert (refused.status_code, refused.json()["field"]) == (422, field), refused.text
    assert caller.get(path).json() == stood
    assert history(caller, path) == [{}]


def test_a_time_goes_with_the_permit_that_needed_it(caller: Caller) -> None:
    path = entered(caller, permits=["pressure", "silence"])
    assert changed(caller, path, ends_at=None, permits=[])["ends_at"] is None
    assert history(caller, path)[-1] == {
        "ends_at": ("2026-07-02T05:00:00Z", None),
        "permits": (["pressure", "silence"], []),
    }


def test_a_mended_fault_keeps_its_cause(caller: Caller) -> None:
    path = entered(caller, kind="fault", fault_class="leak")
    changed(caller, path, state="on_site")
    changed(caller, path, state="done", cause="leak")
    refused = caller.patch(path, {"cause": None})
    assert (refused.status_code, refused.json()["field"]) == (422, "cause")
    assert history(caller, path) == [{}, {}, {"cause": (None, "leak")}]


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
    for nothing in ({}, {"due_at": PLANNED["due_at"]}, {"permits": ["silence", "pressure"]}, {"cause": None}):
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


def test_what_is_to_be_done_stays_whatever_is_said(caller: Caller) -> None:
    path = entered(caller)
    made = caller.get(path).json()
    assert (made["task"], made["comment"]) == ("换调压器", "换调压器")
    later = changed(caller, path, ends_at="2026-07-02T17:00:00Z", comment="雨，推迟半天")
    assert (later["task"], later["comment"]) == ("换调压器", "雨，推迟半天")
    other = changed(caller, path, task="换调压器和滤芯")
    assert (other["task"], other["comment"]) == ("换调压器和滤芯", "雨，推迟半天")
    assert history(caller, path)[1:] == [
        {"ends_at": ("2026-07-02T05:00:00Z", "2026-07-02T17:00:00Z")},
        {"task": ("换调压器", "换调压器和滤芯")},
    ]
    (listed,) = caller.get("/jobs").json()["items"]
    assert (listed["task"], listed["comment"]) == ("换调压器和滤芯", "雨，推迟半天")


def test_what_was_entered_without_a_word_gets_a_task_by_its_plan_alone(caller: Caller) -> None:
    path = entered(caller, comment=None)
    assert changed(caller, path, comment="ask at the gate")["task"] is None
    assert changed(caller, path, task="exchange the regulator")["comment"] == "ask at the gate"
    assert history(caller, path)[-1] == {"task": (None, "exchange the regulator")}


@pytest.fixture
def closed(caller: Caller, database: str) -> str:
    path = entered(caller, permits=["pressure"])
    for state in ("on_site", "done"):
        changed(caller, path, state=state)
    other = Caller(caller.client, new_key(database, "work:verify"))
    changed(other, path, state="verified")
    return path


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"task": "less"}, "task"),
        ({"task": None}, "task"),
        ({"assignee": "crew 3"}, "assignee"),
        ({"assignee": None}, "assignee"),
        ({"starts_at": "2026-07-02T00:00:00Z"}, "starts_at"),
        ({"ends_at": "2026-07-02T06:00:00Z"}, "ends_at"),
        ({"due_at": None}, "due_at"),
        ({"permits": [], "comment": "none was needed"}, "permits"),
        ({"cause": "test"}, "cause"),
        ({"external_id": None, "assignee": "crew 3"}, "assignee, external_id"),
    ],
)
def test_a_verified_job_is_closed(caller: Caller, closed: str, body: dict[str, object], fields: str) -> None:
    stood, told = caller.get(closed).json(), len(history(caller, closed))
    refused = caller.patch(closed, body)
    assert refused.status_code == 409, refused.text
    assert refused.json()["detail"] == f"job {stood['id']} is verified: {fields} can no longer be changed"
    assert (caller.get(closed).json(), len(history(caller, closed))) == (stood, told)


def test_of_a_verified_job_something_may_still_be_said(caller: Caller, closed: str) -> None:
    assert changed(caller, closed, task=PLANNED["comment"], due_at=PLANNED["due_at"])["state"] == "verified"
    said = changed(caller, closed, comment="it held the winter")
    assert (said["task"], said["comment"]) == (PLANNED["comment"], "it held the winter")


def test_what_happened_before_has_no_changes(caller: Caller, database: str) -> None:
    path = entered(caller)
    with connect(database, "test") as connection:
        connection.execute(
            "INSERT INTO job_event (job_id, at, from_state, to_state, actor)"
            " SELECT job_id, now(), 'assigned', 'assigned', 'crew' FROM job"
        )
    assert history(caller, path) == [{}, {}]


def test_a_merge_patch_may_name_itself_so(caller: Caller) -> None:
    path = entered(caller)
    headers = caller.headers | {"Content-Type": "application/merge-patch+json"}
    answer = caller.client.patch(f"/v1{path}", content=b'{"due_at": null}', headers=headers)
    assert (answer.status_code, answer.json()["due_at"]) == (200, None)
