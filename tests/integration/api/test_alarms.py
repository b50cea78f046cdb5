"""Alarms: lists, acknowledging, and the stream that forgets nothing."""

import json
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

from httpx import Client
from psycopg import Connection

from telemetry.store.pool import connect
from tests.api_access import Asked, Caller
from tests.integration.api.conftest import City

SECONDS = 20
NAMES = {
    *("id", "rule", "target", "priority", "state", "muted_by", "raised_at", "acknowledged_at", "cleared_at"),
    *("value", "limit", "unit", "message", "response", "evidence", "verdict"),
}


def _ids(city: City, **query: Asked) -> list[str]:
    items = city.caller.get("/alarms", **query).json()["items"]
    return [f"{one['rule']}:{one['target']['id']}" for one in items]


def test_alarms_are_listed_newest_first_and_filtered(city: City) -> None:
    whole = _ids(city)
    assert whole == [
        "device_silent:D2",
        "outlet_pressure_high:G1",
        "slam_shut_tripped:G2",
        "register_regression:M1",
        "device_silent:D3",
    ], "a pending alarm is none yet"
    assert _ids(city, state="active") == ["device_silent:D2", "outlet_pressure_high:G1"]
    assert _ids(city, state=["active", "returned"]) == whole[:3]
    assert _ids(city, priority="critical") == ["slam_shut_tripped:G2"]
    assert _ids(city, rule="device_silent") == ["device_silent:D2", "device_silent:D3"]
    assert _ids(city, target="G1") == _ids(city, target="station:G1") == ["outlet_pressure_high:G1"]
    assert _ids(city, target="meter:G1") == []
    first = city.caller.get("/alarms").json()["items"][0]
    assert _ids(city, start=first["raised_at"]) == whole[:1], "the span includes its start"
    assert _ids(city, to=first["raised_at"]) == whole[1:], "and excludes its end"
    assert city.caller.get("/alarms", state="pending").json()["field"] == "state"


def test_an_alarm_has_the_names_that_others_depend_on(city: City) -> None:
    one = city.caller.get("/alarms", rule="outlet_pressure_high").json()["items"][0]
    assert set(one) == NAMES
    assert city.caller.get(f"/alarms/{one['id']}").json() == one
    pending = city.caller.get("/alarms/6")
    assert pending.status_code == 404
    muted = city.caller.get("/alarms", rule="slam_shut_tripped").json()["items"][0]
    assert [one["kind"] for one in muted["muted_by"]] == ["shelved"]
    assert _ids(city, muted="true") == ["slam_shut_tripped:G2"]
    assert len(_ids(city, muted="false")) == 4


def test_acknowledging_follows_the_lifecycle_and_says_who(caller: Caller) -> None:
    ids = {one["rule"]: one["id"] for one in caller.get("/alarms").json()["items"]}
    answer = caller.post(f"/alarms/{ids['outlet_pressure_high']}/acknowledge", {"comment": "派人去了"})
    assert (answer.status_code, answer.json()["state"]) == (200, "acknowledged")
    assert answer.json()["acknowledged_at"]
    returned = caller.post(f"/alarms/{ids['slam_shut_tripped']}/acknowledge", {})
    assert (returned.status_code, returned.json()["state"]) == (200, "normal")
    for rule in ("outlet_pressure_high", "slam_shut_tripped", "register_regression"):
        again = caller.post(f"/alarms/{ids[rule]}/acknowledge", {"comment": "again"})
        assert again.status_code == 409
        assert again.headers["content-type"] == "application/problem+json"
    assert caller.post("/alarms/999999/acknowledge", {}).status_code == 404
    events = caller.get(f"/alarms/{ids['outlet_pressure_high']}/events").json()["items"]
    last = events[-1]
    assert (last["signal"], last["from_state"], last["to_state"]) == ("ACK", "active", "acknowledged")
    assert (last["actor"], last["comment"]) == ("test-0", "派人去了")


class Listener:
    """Reads a stream in a thread of its own."""

    def __init__(self, address: str, headers: dict[str, str], wanted: int) -> None:
        self.events: list[tuple[int, dict[str, Any]]] = []
        self.open = threading.Event()
        self._wanted = wanted
        self._thread = threading.Thread(target=self._read, args=(address, headers))
        self._thread.start()
        assert self.open.wait(SECONDS)

    def _read(self, address: str, headers: dict[str, str]) -> None:
        with Client(timeout=SECONDS) as client, client.stream("GET", address, headers=headers) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            number = 0
            for line in answer.iter_lines():
                self.open.set()
                if line.startswith("id: "):
                    number = int(line[4:])
                if line.startswith("data: "):
                    self.events.append((number, json.loads(line[6:])))
                if len(self.events) >= self._wanted:
                    return

    def finished(self) -> list[tuple[int, dict[str, Any]]]:
        self._thread.join(SECONDS)
        assert not self._thread.is_alive(), f"only {self.events}"
        return self.events


def _listen(caller: Caller, wanted: int, after: int | None = None) -> Listener:
    headers = caller.headers | ({} if after is None else {"Last-Event-ID": str(after)})
    return Listener(f"{caller.client.base_url}/v1/alarms/stream", headers, wanted)


def test_the_stream_tells_what_happens_and_takes_up_where_it_was_left(caller: Caller) -> None:
    listener = _listen(caller, 2)
    alarm = caller.get("/alarms", rule="outlet_pressure_high").json()["items"][0]["id"]
    caller.post(f"/alarms/{alarm}/acknowledge", {"comment": "one"})
    other = caller.get("/alarms", rule="slam_shut_tripped").json()["items"][0]["id"]
    caller.post(f"/alarms/{other}/acknowledge", {"comment": "two"})
    heard = listener.finished()
    assert [(one["id"], one["state"], one["comment"]) for _, one in heard] == [
        (alarm, "acknowledged", "one"),
        (other, "normal", "two"),
    ]
    first = heard[0][0]
    assert _listen(caller, 1, after=first).finished() == heard[1:]
    # What happened before the server began is not in its memory, but in the database.
    everything = _listen(caller, 7, after=0).finished()
    assert [number for number, _ in everything] == sorted(number for number, _ in everything)
    assert everything[-2:] == heard


def test_an_event_that_commits_late_is_not_missed(caller: Caller, database: str) -> None:
    listener = _listen(caller, 2)
    with closing(connect(database, "slow")) as slow, closing(connect(database, "fast")) as fast:
        early = _happen(slow, "early")
        late = _happen(fast, "late")
        assert early < late
        fast.commit()
        slow.commit()
    heard = listener.finished()
    assert [(number, one["comment"]) for number, one in heard] == [(early, "early"), (late, "late")]


def _happen(connection: Connection, comment: str) -> int:
    row = connection.execute(
        "INSERT INTO alarm_event (alarm_id, at, signal, from_state, to_state, comment) "
        "VALUES (1, now(), 'HELD', 'active', 'active', %s) RETURNING event_id",
        (comment,),
    ).fetchone()
    connection.execute("NOTIFY citygas_alarm")
    assert row is not None
    return int(row[0])


def test_a_number_that_was_never_used_holds_nothing_up_for_long(caller: Caller, database: str) -> None:
    listener = _listen(caller, 1)
    with closing(connect(database, "gone")) as connection:
        _happen(connection, "rolled back")
        connection.rollback()
        number = _happen(connection, "after the gap")
        connection.commit()
    assert [heard for heard, _ in listener.finished()] == [number]


def test_the_stream_refuses_a_number_that_is_none(city: City) -> None:
    for value in ("x", "-1"):
        answer = city.caller.get("/alarms/stream", headers={"Last-Event-ID": value})
        assert (answer.status_code, answer.json()["field"]) == (400, "last-event-id")


def test_the_catalogue_of_rules_speaks_both_languages(city: City) -> None:
    rules = {one["rule"]: one for one in city.caller.get("/rules", limit=1000).json()["items"]}
    assert {"outlet_pressure_high", "slam_shut_tripped", "device_silent"} <= set(rules)
    assert rules["slam_shut_tripped"]["overrides"] == []
    for one in rules.values():
        assert all(one[part][language] for part in ("title", "response") for language in ("en", "zh"))


def test_an_alarm_is_shelved_unshelved_and_judged_by_name(caller: Caller) -> None:
    ids = {one["rule"]: one["id"] for one in caller.get("/alarms").json()["items"]}
    high = f"/alarms/{ids['outlet_pressure_high']}"
    until = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    shelved = caller.post(f"{high}/shelve", {"until": until, "reason": "换传感器"})
    assert shelved.status_code == 200, shelved.text
    (reason,) = shelved.json()["muted_by"]
    assert (reason["kind"], reason["reason"], reason["by"]) == ("shelved", "换传感器", "test-0")
    assert shelved.json()["state"] == "active"
    assert caller.post(f"{high}/shelve", {"until": until, "reason": "again"}).status_code == 409
    late = caller.post(f"{high}/shelve", {"until": "2099-01-01T00:00:00Z", "reason": "for ever"})
    assert (late.status_code, late.json()["field"]) == (422, "until")
    assert caller.post(f"{high}/shelve", {"until": until}).status_code == 422
    back = caller.post(f"{high}/unshelve", {"comment": "done"})
    assert (back.status_code, back.json()["muted_by"]) == (200, [])
    assert caller.post(f"{high}/unshelve", {}).status_code == 409
    ended = caller.post(f"/alarms/{ids['device_silent']}/shelve", {"until": until, "reason": "any state"})
    assert [one["kind"] for one in ended.json()["muted_by"]] == ["shelved"]
    judged = caller.post(f"{high}/verdict", {"cause": "regulator_fault", "comment": "seat worn"})
    verdict = judged.json()["verdict"]
    assert (verdict["cause"], verdict["true"], verdict["by"]) == ("regulator_fault", True, "test-0")
    assert caller.post(f"{high}/verdict", {"cause": "luck"}).status_code == 422
    said = {"shelve": {"until": until, "reason": "x"}, "unshelve": {}, "verdict": {"cause": "test"}}
    for action, body in said.items():
        assert caller.post(f"/alarms/999999/{action}", body).status_code == 404
    events = caller.get(f"{high}/events").json()["items"]
    assert [(one["signal"], one["actor"], one["comment"]) for one in events[1:]] == [
        ("SHELVE", "test-0", "换传感器"),
        ("MUTED", None, None),
        ("UNSHELVE", "test-0", "done"),
        ("UNMUTED", None, None),
        ("VERDICT", "test-0", "regulator_fault: seat worn"),
    ]


def test_what_is_out_of_service_is_listed_with_who_and_why(caller: Caller) -> None:
    body = {"target": {"kind": "station", "id": "G1"}, "reason": "rebuilt"}
    taken = caller.post("/out-of-service", body)
    assert (taken.status_code, taken.json()["taken_by"], taken.json()["returned_at"]) == (200, "test-0", None)
    assert caller.post("/out-of-service", body).status_code == 409
    nobody = caller.post("/out-of-service", {"target": {"kind": "meter", "id": "G1"}, "reason": "?"})
    assert (nobody.status_code, nobody.json()["field"]) == (422, "target")
    back = caller.post(f"/out-of-service/{taken.json()['id']}/return", {})
    assert (back.status_code, back.json()["returned_by"]) == (200, "test-0")
    assert caller.post(f"/out-of-service/{taken.json()['id']}/return", {}).status_code == 409
    past = caller.post("/out-of-service", body | {"until": "2001-01-01T00:00:00Z"})
    assert (past.status_code, past.json()["field"]) == (422, "until")
    again = caller.post("/out-of-service", body | {"until": "2099-01-01T00:00:00Z"})
    assert (again.status_code, again.json()["until"][:10]) == (200, "2099-01-01"), "and out again"
    pages = caller.pages("/out-of-service", limit=1)
    assert [[one["returned_at"] is None for one in page] for page in pages] == [[True], [False]]
