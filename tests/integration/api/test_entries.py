"""Hand reads and edits over HTTP: what is recorded, what is refused by its field, who may what."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import Response

from telemetry.store.pool import connect
from tests.api_access import Caller, calling, new_key
from tests.integration.api.conftest import City

HOUR = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


def ago(hours: float) -> str:
    return (HOUR - timedelta(hours=hours)).isoformat()


def counts(city: City) -> tuple[Any, ...]:
    with connect(city.dsn, "test") as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM hand_read), (SELECT count(*) FROM edit),"
            " (SELECT count(*) FROM dirty_span), (SELECT count(*) FROM volume_hour)"
        ).fetchone()
    assert row is not None
    return row


@pytest.fixture
def author(city: City) -> Iterator[Caller]:
    return Caller(city.caller.client, new_key(city.dsn, "edits:write", "reads:write", "edits:approve"))


READ = {"meter": "M2", "measured_at": ago(5), "index_m3": 250.125, "reader": "李"}
EDIT = {
    "meter": "M1",
    "kind": "set_volume",
    "from": ago(10),
    "to": ago(8),
    "volume_m3": 30,
    "reason": "stuck",
}


def test_a_read_is_recorded_and_listed(city: City, author: Caller) -> None:
    before = counts(city)
    answer = author.post("/reads", READ)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert (said["index_m3"], said["reader"], said["base_index_m3"]) == ("250.125", "李", None)
    assert said["recorded_by"].startswith("test-")
    assert author.post("/reads", READ).json() == said, "exactly the same again is the same"
    assert counts(city) == (before[0] + 1, before[1], before[2] + 1, before[3])
    for index in ("251", "252.5"):
        author.post("/reads", READ | {"measured_at": ago(4), "index_m3": index})
    pages = author.pages("/meters/M2/reads", limit=1)
    assert [[item["index_m3"] for item in page] for page in pages] == [["250.125"], ["251"], ["252.5"]]
    assert author.get("/meters/M2/reads", start=ago(4.5)).json()["items"][0]["index_m3"] == "251"
    assert author.get("/meters/M1/reads").json()["items"] == []
    assert author.get("/meters/nobody/reads").status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"meter": "nobody"}, "meter"),
        ({"meter": ""}, "meter"),
        ({"measured_at": "yesterday"}, "measured_at"),
        ({"measured_at": ago(31)}, "measured_at"),
        ({"measured_at": ago(-2)}, "measured_at"),
        ({"index_m3": None}, "index_m3"),
        ({"index_m3": -1}, "index_m3"),
        ({"index_m3": "NaN"}, "index_m3"),
        ({"index_m3": "1.1234567"}, "index_m3"),
        ({"index_m3": 9_000_000}, "index_m3"),
        ({"index_m3": 10**8}, "index_m3"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_read_is_refused_by_its_field(
    city: City, author: Caller, change: dict[str, Any], field: str
) -> None:
    before = counts(city)
    answer = author.post("/reads", READ | change)
    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert counts(city) == before


def test_an_idempotency_key_does_a_thing_once(city: City, author: Caller) -> None:
    before = counts(city)

    def post(body: dict[str, Any], key: str, path: str = "/edits") -> Response:
        headers = author.headers | {"Idempotency-Key": key}
        return author.client.post(f"/v1{path}", json=body, headers=headers)

    first = post(EDIT, "one")
    assert first.status_code == 200, first.text
    assert post(EDIT, "one").json() == first.json()
    assert counts(city)[1] == before[1] + 1
    other = post(EDIT | {"volume_m3": 31}, "one")
    assert (other.status_code, other.json()["field"]) == (422, "Idempotency-Key")
    assert post(READ, "one", "/reads").status_code == 422, "another path is another request"
    refused = EDIT | {"to": ago(10)}
    assert post(refused, "two").json()["field"] == "to"
    assert post(EDIT, "two").json()["id"] > first.json()["id"], "a refusal does not use a key up"
    assert post(EDIT, "").status_code == 400
    somebody = Caller(city.caller.client, new_key(city.dsn, "edits:write"))
    headers = somebody.headers | {"Idempotency-Key": "one"}
    answer = somebody.client.post("/v1/edits", json=EDIT | {"volume_m3": 5}, headers=headers)
    assert answer.status_code == 200, "another holder's keys are their own"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"meter": "nobody"}, "meter"),
        ({"kind": "delete"}, "kind"),
        ({"from": (HOUR - timedelta(minutes=90)).isoformat()}, "from"),
        ({"to": (HOUR - timedelta(seconds=1)).isoformat()}, "to"),
        ({"to": ago(11)}, "to"),
        ({"to": ago(10)}, "to"),
        ({"to": ago(-5)}, "to"),
        ({"from": ago(24 * 400)}, "to"),
        ({"meter": "M2", "from": ago(50), "to": ago(40)}, "from"),
        ({"reason": ""}, "reason"),
        ({"volume_m3": None}, "volume_m3"),
        ({"volume_m3": -1}, "volume_m3"),
        ({"volume_m3": 1e9}, "volume_m3"),
        ({"base_volume_m3": 30_000}, "base_volume_m3"),
        ({"pressure_kpa": 300}, "pressure_kpa"),
        ({"kind": "substitute"}, "volume_m3"),
        ({"kind": "substitute", "volume_m3": None}, "pressure_kpa"),
        ({"kind": "substitute", "volume_m3": None, "pressure_kpa": 0}, "pressure_kpa"),
        ({"kind": "substitute", "volume_m3": None, "temperature_degc": 300}, "temperature_degc"),
        ({"kind": "substitute", "volume_m3": None, "gas_quality": {}}, "gas_quality.method"),
        ({"kind": "substitute", "volume_m3": None, "gas_quality": {"method": "magic"}}, "gas_quality.method"),
        (
            {"kind": "substitute", "volume_m3": None, "gas_quality": {"method": "fixed", "zone": "z"}},
            "gas_quality.zone",
        ),
        (
            {"kind": "substitute", "volume_m3": None, "gas_quality": {"method": "fixed", "z_ratio": 9}},
            "gas_quality.z_ratio",
        ),
        ({"kind": "exclude_readings"}, "volume_m3"),
        ({"author": "me"}, "author"),
    ],
)
def test_a_wrong_edit_is_refused_by_its_field(
    city: City, author: Caller, change: dict[str, Any], field: str
) -> None:
    before = counts(city)
    for path in ("/edits", "/edits?dry_run=true"):
        answer = author.post(path, EDIT | change)
        assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text
    assert counts(city) == before


def test_a_dry_run_tells_and_keeps_nothing(city: City, author: Caller) -> None:
    before = counts(city)
    answer = author.post("/edits?dry_run=true", EDIT)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert said["dry_run"] is True
    assert said["deltas"], "the city's volumes are not what its readings give"
    assert said["delta_m3"] == pytest.approx(sum(one["delta_m3"] for one in said["deltas"]))
    one = said["deltas"][0]
    assert one["delta_m3"] == pytest.approx(one["base_volume_m3"] - one["old_base_volume_m3"])
    assert counts(city) == before


def test_an_edit_is_approved_by_another_and_undone_once(city: City, author: Caller) -> None:
    entered = author.post("/edits", EDIT | {"meter": "M3"}).json()
    assert (entered["state"], entered["approval_needed"], entered["volume_m3"]) == ("in_force", False, 30.0)
    path = f"/edits/{entered['id']}"
    own = author.client.post(f"/v1{path}/approve", headers=author.headers)
    assert (own.status_code, own.json()["field"]) == (403, "approved_by")
    other = Caller(city.caller.client, new_key(city.dsn, "edits:approve"))
    approved = other.client.post(f"/v1{path}/approve", headers=other.headers)
    assert approved.status_code == 200
    assert approved.json()["approved_by"] not in (None, entered["author"])
    assert other.client.post(f"/v1{path}/approve", headers=other.headers).status_code == 409
    assert other.client.post(f"/v1{path}/undo", headers=other.headers).status_code == 403
    undone = author.client.post(f"/v1{path}/undo", headers=author.headers)
    assert (undone.status_code, undone.json()["state"]) == (200, "undone")
    assert author.client.post(f"/v1{path}/undo", headers=author.headers).status_code == 409
    assert author.get(path).json() == undone.json()
    assert author.client.post("/v1/edits/99999/approve", headers=author.headers).status_code == 404
    listed = author.get("/edits", meter="M3", state="undone").json()["items"]
    assert [one["id"] for one in listed] == [entered["id"]]
    assert author.get("/edits", meter="M3", state="in_force").json()["items"] == []
    with connect(city.dsn, "test") as connection:
        marks = connection.execute(
            "SELECT count(*) FROM dirty_span JOIN meter USING (meter_id)"
            " WHERE meter = 'M3' AND cause = 'edit'"
        ).fetchone()
    assert marks == (2,), "entered and undone; approving what held already changed nothing"


def test_where_the_setting_asks_for_it_an_edit_waits_for_approval(city: City) -> None:
    before = counts(city)
    with calling(city.dsn, edits_need_approval=True) as strict:
        entered = strict.post("/edits", EDIT | {"meter": "M3"}).json()
        assert (entered["state"], entered["approval_needed"]) == ("proposed", True)
        assert counts(city)[2] == before[2], "nothing is worked out for what does not hold"
        other = Caller(strict.client, new_key(city.dsn, "edits:approve"))
        approved = other.client.post(f"/v1/edits/{entered['id']}/approve", headers=other.headers).json()
    assert approved["state"] == "in_force"
    assert counts(city)[2] == before[2] + 1


def test_edits_are_listed_newest_first_by_pages(author: Caller) -> None:
    for volume in range(3):
        author.post("/edits", EDIT | {"volume_m3": volume})
    items = [one for page in author.pages("/edits", limit=2) for one in page]
    assert [one["id"] for one in items] == sorted((one["id"] for one in items), reverse=True)
    assert len(items) >= 3
