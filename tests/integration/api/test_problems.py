"""Every refusal is a problem that names the field, and never a stack trace."""

from typing import Any

import pytest

from telemetry.store.pool import connect
from tests.api_access import calling
from tests.integration.api.conftest import City
from tests.small_city import migrated

CASES: list[tuple[str, dict[str, Any], int, str | None]] = [
    ("/meters", {"unheard_of": "1"}, 400, "unheard_of"),
    ("/meters", {"limit": "0"}, 400, "limit"),
    ("/meters", {"limit": "-1"}, 400, "limit"),
    ("/meters", {"limit": "1000000000"}, 400, "limit"),
    ("/meters", {"limit": "ten"}, 400, "limit"),
    ("/meters", {"search": "\x00"}, 400, "search"),
    ("/meters", {"zone": ""}, 400, "zone"),
    ("/meters/nobody", {}, 404, None),
    ("/meters/%00", {}, 404, "meter"),
    ("/meters/a%2Fb", {}, 404, None),
    ("/meters/nobody/readings", {}, 404, None),
    ("/meters/nobody/volumes", {}, 404, None),
    ("/meters/M1", {"from": "2026-07-01T00:00:00Z"}, 400, "from"),
    ("/meters/M1/readings", {"from": "yesterday"}, 400, "from"),
    ("/meters/M1/readings", {"from": "2026-07-01T00:00:00"}, 400, "from"),
    ("/meters/M1/readings", {"from": "1783000000"}, 400, "from"),
    ("/meters/M1/readings", {"from": "0001-01-01T00:00:00Z"}, 400, "from"),
    ("/meters/M1/readings", {"to": "9999-12-31T23:59:59Z"}, 400, "to"),
    ("/meters/M1/readings", {"from": "2026-07-02T00:00:00Z", "to": "2026-07-01T00:00:00Z"}, 400, "to"),
    ("/meters/M1/readings", {"from": "2000-01-01T00:00:00Z", "to": "2099-01-01T00:00:00Z"}, 400, "to"),
    ("/meters/M1/volumes", {"granularity": "fortnight"}, 400, "granularity"),
    ("/stations/nobody", {}, 404, None),
    ("/stations/nobody/pressures", {}, 404, None),
    ("/alarms", {"priority": "urgent"}, 400, "priority"),
    ("/alarms/x", {}, 404, "id"),
    ("/alarms/99999999999999999999", {}, 404, "id"),
    ("/alarms/424242", {}, 404, None),
    ("/alarms/424242/events", {}, 404, None),
    ("/dead-letters", {"reason": "x" * 300}, 400, "reason"),
    ("/nowhere", {}, 404, None),
]


@pytest.mark.parametrize(("path", "query", "status", "field"), CASES)
def test_a_refusal_names_what_is_wrong(
    city: City, path: str, query: dict[str, Any], status: int, field: str | None
) -> None:
    answer = city.caller.get(path, **query)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["type"].startswith("urn:citygas:problem:")
    assert problem["title"]
    assert problem["detail"]
    assert problem["instance"].startswith("/v1/")
    assert problem["field"] == field
    assert "Traceback" not in answer.text
    if field:
        assert problem["errors"][0]["field"] == field


def test_a_wrong_method_and_a_wrong_body_are_problems_too(city: City) -> None:
    wrong_method = city.caller.client.delete("/v1/meters", headers=city.caller.headers)
    assert (wrong_method.status_code, wrong_method.json()["status"]) == (405, 405)
    for body, field in (({"comment": 5}, "comment"), ({"remark": "x"}, "remark"), ([], "body")):
        answer = city.caller.post("/alarms/1/acknowledge", body)
        assert (answer.status_code, answer.json()["field"]) == (422, field)
    broken = city.caller.client.post(
        "/v1/alarms/1/acknowledge",
        content=b"{",
        headers=city.caller.headers | {"Content-Type": "application/json"},
    )
    assert (broken.status_code, broken.headers["content-type"]) == (422, "application/problem+json")


def test_a_plus_that_became_a_space_is_still_an_offset(city: City) -> None:
    address = "/v1/meters/M1/readings?from=2026-07-01T08:00:00+08:00&to=2026-07-01T09:00:00+08:00"
    assert city.caller.client.get(address, headers=city.caller.headers).status_code == 200


def test_what_breaks_on_our_side_says_so_and_no_more(database: str) -> None:
    with migrated(database) as connection:
        connection.execute("ALTER TABLE meter RENAME COLUMN qmax_m3h TO secret_column")
    with calling(database) as caller:
        answer = caller.get("/meters")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text
    assert "qmax" not in answer.text


def test_a_database_that_is_away_is_a_503_and_comes_back(database: str) -> None:
    migrated(database).close()
    with calling(database) as caller:
        assert caller.get("/meters").status_code == 200
        with connect(database, "test", autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert caller.get("/meters").status_code == 200, "a dead connection is replaced"
