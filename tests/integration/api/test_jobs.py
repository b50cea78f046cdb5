"""Jobs over HTTP: entered once, changed by who may, listed page by page."""

from tests.api_access import Caller, new_key

PLANNED = {
    "kind": "planned",
    "target": {"kind": "station", "id": "G1"},
    "starts_at": "2026-07-02T01:00:00Z",
    "ends_at": "2026-07-02T05:00:00Z",
    "permits": ["pressure"],
    "comment": "换调压器",
    "external_id": "WO-1",
}


def test_a_job_goes_its_way_and_another_verifies(caller: Caller, database: str) -> None:
    made = caller.post("/jobs", PLANNED)
    assert made.status_code == 200, made.text
    job = made.json()
    assert (job["state"], job["permits"], job["created_by"], job["cause"]) == (
        "new",
        ["pressure"],
        "test-0",
        None,
    )
    path = f"/jobs/{job['id']}"
    assert caller.get(path).json() == job | {"unmetered_estimate": None}
    tag = made.headers["ETag"]
    assert caller.get(path).headers["ETag"] == tag
    assigned = caller.patch(path, {"state": "assigned", "assignee": "crew 2"}, If_Match=tag)
    assert assigned.status_code == 200
    assert assigned.headers["ETag"] != tag
    stale = caller.patch(path, {"comment": "late"}, If_Match=tag)
    assert (stale.status_code, stale.headers["content-type"]) == (412, "application/problem+json")
    assert caller.patch(path, {"state": "done"}).status_code == 409
    for state in ("on_site", "done"):
        assert caller.patch(path, {"state": state}).json()["state"] == state
    own = caller.patch(path, {"state": "verified"})
    assert (own.status_code, own.json()["field"]) == (403, "state")
    other = Caller(caller.client, new_key(database, "work:verify"))
    assert other.patch(path, {"comment": "x"}).status_code == 403
    verified = other.patch(path, {"state": "verified", "comment": "well done"})
    assert (verified.json()["state"], verified.json()["verified_by"]) == ("verified", "test-1")
    events = caller.get(f"{path}/events").json()["items"]
    assert [(one["to_state"], one["actor"]) for one in events] == [
        ("new", "test-0"),
        ("assigned", "test-0"),
        ("on_site", "test-0"),
        ("done", "test-0"),
        ("verified", "test-1"),
    ]


def test_a_fault_is_entered_from_an_alarm_once(caller: Caller) -> None:
    alarm = caller.get("/alarms", rule="outlet_pressure_high").json()["items"][0]
    body = {"kind": "fault", "target": alarm["target"], "alarm": alarm["id"], "assignee": "crew"}
    job = caller.post("/jobs", body).json()
    assert (job["fault_class"], job["state"], job["alarms"]) == (
        "outlet_pressure_high",
        "assigned",
        [alarm["id"]],
    )
    assert caller.post("/jobs", body).status_code == 409
    caller.patch(f"/jobs/{job['id']}", {"state": "on_site"})
    wrong = caller.patch(f"/jobs/{job['id']}", {"state": "done", "cause": "luck"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "cause")
    caller.patch(f"/jobs/{job['id']}", {"state": "done", "cause": "limit_wrong"})
    assert caller.get(f"/alarms/{alarm['id']}").json()["verdict"]["true"] is False
    rules = {one["rule"]: one["experience"] for one in caller.get("/rules", limit=1000).json()["items"]}
    assert rules["outlet_pressure_high"] == {"raised": 1, "judged": 1, "right": 0, "precision": 0.0}
    assert rules["slam_shut_tripped"]["precision"] is None
    events = caller.get(f"/alarms/{alarm['id']}/events").json()["items"]
    assert [one["signal"] for one in events] == ["HELD", *["JOB"] * 3]


WRONG: list[tuple[dict[str, object], str]] = [
    ({"target": {"kind": "station", "id": "nowhere"}}, "target"),
    ({"ends_at": None}, "permits"),
    ({"kind": "fault", "permits": []}, "fault_class"),
    ({"alarm": 999_999}, "alarm"),
    ({"alarm": 2}, "alarm"),
]


def test_what_does_not_go_together_is_refused(caller: Caller) -> None:
    for wrong, field in WRONG:
        answer = caller.post("/jobs", PLANNED | wrong)
        assert (answer.status_code, answer.json()["field"]) == (422, field), wrong
    assert caller.get("/jobs").json()["items"] == []


def test_jobs_are_listed_and_entered_once(caller: Caller) -> None:
    numbers = [caller.post("/jobs", PLANNED | {"external_id": f"WO-{one}"}).json()["id"] for one in range(3)]
    headers = caller.headers | {"Idempotency-Key": "once"}
    twice = [caller.client.post("/v1/jobs", json=PLANNED, headers=headers).json()["id"] for _ in range(2)]
    assert twice[0] == twice[1]
    pages = caller.pages("/jobs", limit=2)
    assert [[one["id"] for one in page] for page in pages] == [
        [twice[0], numbers[2]],
        [numbers[1], numbers[0]],
    ]
    caller.patch(f"/jobs/{numbers[0]}", {"state": "assigned", "assignee": "crew 1"})
    assert [one["id"] for one in caller.get("/jobs", assignee="crew 1").json()["items"]] == [numbers[0]]
    assert len(caller.get("/jobs", state=["new"], kind="planned", target="station:G1").json()["items"]) == 3
    assert caller.get("/jobs", kind="fault").json()["items"] == []
    assert caller.get("/jobs/999999").status_code == caller.get("/jobs/999999/events").status_code == 404
    assert caller.patch("/jobs/999999", {"comment": "x"}).status_code == 404
