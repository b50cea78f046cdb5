"""Statements and adjustments over HTTP: closed once, told once, refused by their field."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from psycopg import Connection

from telemetry.model import HOUR, MINUTE, moment
from telemetry.store.pool import connect
from telemetry.work.derive import derive_pending
from telemetry.work.settle import draw
from tests.api_access import Caller, calling, new_key
from tests.integration.settling import JULY, START, copies_of, populate
from tests.integration.test_derive import say
from tests.servers import drop_database

CLOSING = {"cycle": "monthly", "period": "2024-07"}
TEN_DAYS = {"cycle": "ten_day", "period": "2024-07-D1"}
EDIT = {
    "meter": "M1",
    "kind": "set_volume",
    "from": moment(START + 2 * HOUR).isoformat(),
    "to": moment(START + 5 * HOUR).isoformat(),
    "volume_m3": 6,
    "reason": "counted by hand",
}


@dataclass(frozen=True)
class Office:
    """A database in which July of M1 is drawn, and the people who ask it."""

    dsn: str
    billing: Caller
    metering: Caller
    chief: Caller


def draw_july(connection: Connection) -> None:
    populate(connection)
    draw(connection, JULY)


@pytest.fixture(scope="module")
def copy(postgres_dsn: str) -> Iterator[Callable[[], str]]:
    with copies_of(postgres_dsn, draw_july) as copy:
        yield copy


@pytest.fixture
def office(copy: Callable[[], str]) -> Iterator[Office]:
    dsn = copy()
    with calling(dsn) as somebody:
        billing, metering, chief = (
            Caller(somebody.client, new_key(dsn, *scopes))
            for scopes in (
                ("billing:read", "billing:close"),
                ("edits:write", "work:write", "reads:write"),
                ("edits:write", "edits:approve", "work:verify", "billing:close"),
            )
        )
        yield Office(dsn, billing, metering, chief)
    drop_database(dsn)


def late_reading(dsn: str) -> None:
    with connect(dsn, "test", autocommit=True) as connection:
        say(connection, 1, START + np.array([150]) * MINUTE, np.array([105.6]))
        derive_pending(connection)


def test_a_period_is_drawn_closed_and_adjusted(office: Office) -> None:
    billing = office.billing
    (draft,) = billing.get("/statements", status="draft").json()["items"]
    assert (draft["status"], draft["base_volume_m3"]) == ("draft", "1846.221120")
    closed = billing.post("/statements/close", CLOSING)
    assert closed.status_code == 200, closed.text
    manifest = closed.json()
    assert (manifest["rows"], manifest["sum_m3"], manifest["statements"]) == (744, draft["base_volume_m3"], 1)
    assert billing.post("/statements/close", CLOSING).json() == manifest
    answer = billing.get(f"/statements/{draft['id']}")
    statement = answer.json()
    assert (statement["status"], statement["closed_by"]) == ("closed", "test-1")
    (line,) = statement["lines"]
    assert line["base_volume_m3"] == statement["base_volume_m3"]
    assert (line["opening"]["how"], line["mean_correction_factor"][:5]) == ("interpolated", "2.010")
    assert line["quality_breakdown"] == [
        {"quality": "measured", "hours": 744, "base_volume_m3": statement["base_volume_m3"]}
    ]
    assert billing.get("/adjustments").json() == {"items": [], "next": 0}
    late_reading(office.dsn)
    found = billing.get("/adjustments", limit=1).json()
    (first,) = found["items"]
    assert (first["id"], first["statement"], first["effective_period"]) == (1, draft["id"], "2024-07")
    assert float(first["delta_m3"]) == pytest.approx(float(first["revised_m3"]) - float(first["original_m3"]))
    rest = billing.get("/adjustments", since=found["next"]).json()
    assert [one["id"] for one in rest["items"]] == [2]
    assert billing.get("/adjustments", since=rest["next"]).json() == {"items": [], "next": rest["next"]}
    assert billing.get("/adjustments", statement=draft["id"] + 1).json()["items"] == []
    again = billing.get(f"/statements/{draft['id']}")
    assert (again.json(), again.headers["ETag"]) == (statement, answer.headers["ETag"])


def test_statements_are_listed_and_exported(office: Office) -> None:
    for third in ("D1", "D2", "D3"):
        office.billing.post("/statements/close", TEN_DAYS | {"period": f"2024-07-{third}"})
    pages = office.billing.pages("/statements", limit=1)
    assert [page[0]["period"] for page in pages] == ["2024-07-D3", "2024-07-D2", "2024-07-D1", "2024-07"]

    def listed(**query: str) -> list[str]:
        return [one["period"] for one in office.billing.get("/statements", **query).json()["items"]]

    assert listed(account="A") == ["2024-07"]
    assert listed(cycle="ten_day", status="closed", period="2024-07-D2") == ["2024-07-D2"]
    answer = office.billing.get("/statements", headers={"Accept": "text/csv"}, account="B", bom="true")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["period"] for row in rows] == ["2024-07-D3", "2024-07-D2", "2024-07-D1"]
    assert (rows[0]["contract"], rows[0]["base_volume_m3"]) == ("K2", "132.000000")
    assert rows[0]["measured_hours"] == "264"
    assert (rows[0]["opening_how"], rows[0]["peak_day_base_volume_m3"]) == ("read", "12.000000")
    assert office.billing.get("/statements", account="B", bom="true").status_code == 400
    for query in ({"account": "nobody"}, {"period": "July"}, {"cycle": "weekly"}, {"colour": "red"}):
        refused = office.billing.get("/statements", **query)  # type: ignore[arg-type]
        assert (refused.status_code, refused.json()["field"]) == (400, next(iter(query)))
    assert office.billing.get("/statements/999").status_code == 404


def test_a_wrong_closing_is_refused_by_its_field(office: Office) -> None:
    before = office.billing.get("/statements").json()
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"cycle": "weekly"}, "cycle"),
        ({"period": "2024-07-D1"}, "period"),
        ({"period": "2024-08", "account": "nobody"}, "account"),
        ({"period": "2024-08"}, "with_missing"),
        ({"with_missing": 7}, "with_missing"),
        ({"when": "now"}, "when"),
    ]
    for change, field in wrong:
        answer = office.billing.post("/statements/close", CLOSING | change)
        assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert office.billing.get("/statements").json() == before


def test_who_may_not_is_refused(office: Office) -> None:
    assert office.metering.post("/statements/close", CLOSING).status_code == 403
    assert office.metering.get("/statements").status_code == 403
    assert office.metering.get("/adjustments").status_code == 403


def test_closing_under_a_key_is_done_once(office: Office) -> None:
    def close(body: dict[str, Any]) -> Any:  # noqa: ANN401 -- an answer
        headers = office.billing.headers | {"Idempotency-Key": "july"}
        return office.billing.client.post("/v1/statements/close", json=body, headers=headers)

    assert close(CLOSING).json() == close(CLOSING).json()
    assert close(TEN_DAYS).json()["field"] == "Idempotency-Key"


def everything(office: Office) -> list[tuple[Any, ...]]:
    """Return all that an entry could change."""
    tables = (
        "edit installation exchange hand_read dirty_span registry_import statement adjustment volume_hour"
    )
    with connect(office.dsn, "test") as connection:
        return [
            row
            for table in tables.split()
            for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2".encode()).fetchall()
        ]


EXCHANGE = {
    "meter": "M1",
    "new_meter": "M3",
    "device": "D3",
    "exchanged_at": moment(START + 20 * 24 * HOUR).isoformat(),
    "final_index_m3": 696,
    "index_m3": 0,
    "reason": "calibration due",
    "done_by": "Li",
}


def test_bad_input_names_its_field_and_changes_nothing(office: Office) -> None:
    """Overlapping installations, edits across a closed period, a final index too low, an own approval."""
    office.billing.post("/statements/close", CLOSING)
    own = office.chief.post(
        "/edits", EDIT | {"from": moment(START - HOUR).isoformat(), "to": moment(START).isoformat()}
    )
    assert own.status_code == 200, own.text
    before = everything(office)
    crossing = {"from": moment(START - HOUR).isoformat(), "to": moment(START + HOUR).isoformat()}
    cases: list[tuple[Caller, str, dict[str, Any] | None, int, str]] = [
        (office.metering, "/exchanges", EXCHANGE | {"new_meter": "M2"}, 422, "new_meter"),
        (office.metering, "/exchanges", EXCHANGE | {"device": "D2"}, 422, "device"),
        (office.metering, "/exchanges", EXCHANGE | {"final_index_m3": 600}, 422, "final_index_m3"),
        (office.metering, "/edits", EDIT, 422, "from"),
        (office.metering, "/edits?dry_run=true", EDIT, 422, "from"),
        (office.metering, "/edits", EDIT | crossing, 422, "to"),
        (office.metering, "/edits", EDIT | {"adjust_closed": "perhaps"}, 422, "adjust_closed"),
        (office.chief, f"/edits/{own.json()['id']}/approve", None, 403, "approved_by"),
    ]
    for caller, path, body, status, field in cases:
        answer = caller.post(path, body)
        assert (answer.status_code, answer.json()["field"]) == (status, field), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert everything(office) == before, path


def test_only_who_may_close_may_have_a_closed_period_adjusted(office: Office) -> None:
    office.billing.post("/statements/close", CLOSING)
    deliberate = EDIT | {"adjust_closed": True}
    before = everything(office)
    for path in ("/edits", "/edits?dry_run=true", "/edits/1/undo?adjust_closed=true"):
        assert office.metering.post(path, deliberate).status_code == 403
    assert everything(office) == before
    entered = office.chief.post("/edits", deliberate).json()
    assert (entered["state"], entered["adjust_closed"]) == ("in_force", True)
    with connect(office.dsn, "test", autocommit=True) as connection:
        derive_pending(connection)
    found = office.billing.get("/adjustments").json()["items"]
    assert {one["cause"] for one in found} == {"edit"}
    path = f"/edits/{entered['id']}/undo"
    refused = office.chief.post(path, None)
    assert (refused.status_code, refused.json()["field"]) == (422, "from")
    assert office.chief.post(f"{path}?adjust_closed=true", None).json()["state"] == "undone"


def test_a_change_of_what_was_changed_meanwhile_is_refused(office: Office) -> None:
    def change(path: str, tag: str) -> Any:  # noqa: ANN401 -- an answer
        headers = office.chief.headers | {"If-Match": tag}
        return office.chief.client.post(f"/v1{path}", headers=headers)

    path = f"/edits/{office.metering.post('/edits', EDIT).json()['id']}"
    tag = office.metering.get(path).headers["ETag"]
    approved = change(f"{path}/approve", f'"0000", {tag}')
    assert (approved.status_code, approved.headers["ETag"]) == (
        200,
        office.metering.get(path).headers["ETag"],
    )
    stale = change(f"{path}/undo", tag)
    assert (stale.status_code, stale.json()["field"]) == (412, "If-Match")
    assert office.metering.get(path).json()["state"] == "in_force"
    assert change(f"{path}/undo", approved.headers["ETag"]).json()["state"] == "undone"
    assert change("/edits/999/undo", tag).status_code == 404
    exchanged = f"/exchanges/{office.metering.post('/exchanges', EXCHANGE).json()['id']}"
    tag = office.metering.get(exchanged).headers["ETag"]
    assert change(f"{exchanged}/verify", '"0000"').status_code == 412
    assert change(f"{exchanged}/verify", tag).json()["state"] == "verified"
    assert change(f"{exchanged}/verify", tag).status_code == 412
    assert change(f"{exchanged}/verify", "*").status_code == 409
