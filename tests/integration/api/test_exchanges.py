"""Exchanges over HTTP: recorded, refused by their field, verified by another."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from telemetry.store.pool import connect
from tests.api_access import Caller, new_key
from tests.integration.api.conftest import City

NOW = datetime.now(UTC)
BODY = {
    "meter": "M4",
    "exchanged_at": (NOW - timedelta(hours=2)).isoformat(),
    "final_index_m3": 100,
    "reason": "calibration due",
    "done_by": "Li",
}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({}, "exchanged_at"),  # M4 was taken down 30 hours ago
        ({"meter": "nobody"}, "meter"),
        ({"meter": "M1", "final_index_m3": 1}, "device"),
        ({"meter": "M1", "device": "D4", "final_index_m3": 1}, "final_index_m3"),
        ({"meter": "M1", "new_meter": "M3", "index_m3": 0}, "new_meter"),
        ({"meter": "M1", "new_meter": "M4", "index_m3": 0, "device": "D3"}, "device"),
        ({"meter": "M1", "exchanged_at": "2019-01-01T00:00:00Z", "device": "D4"}, "exchanged_at"),
        ({"final_index_m3": None}, "final_index_m3"),
        ({"final_index_m3": -5}, "final_index_m3"),
        ({"gas_used_meanwhile": "some"}, "gas_used_meanwhile"),
        ({"done_by": ""}, "done_by"),
        ({"reason": None}, "reason"),
        ({"verified_by": "me"}, "verified_by"),
    ],
)
def test_a_wrong_exchange_is_refused_by_its_field(city: City, change: dict[str, Any], field: str) -> None:
    answer = city.caller.post("/exchanges", BODY | change)
    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    with connect(city.dsn, "test") as connection:
        assert connection.execute("SELECT count(*) FROM installation").fetchone() == (4,)


def test_an_exchange_is_recorded_and_verified_by_another(city: City) -> None:
    worker = Caller(city.caller.client, new_key(city.dsn, "work:write", "work:verify"))
    other = Caller(city.caller.client, new_key(city.dsn, "work:verify"))
    body = BODY | {"meter": "M3", "device": "D4", "final_index_m3": "0.5", "base_index_m3": 12.25}
    headers = worker.headers | {"Idempotency-Key": "x1"}
    answer = worker.client.post("/v1/exchanges", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert (said["state"], said["new_meter"], said["old_device"]) == ("recorded", "M3", "D3")
    assert (said["index_m3"], said["base_index_m3"]) == ("0.5", "12.25")
    assert worker.client.post("/v1/exchanges", json=body, headers=headers).json() == said
    path = f"/v1/exchanges/{said['id']}/verify"
    own = worker.client.post(path, headers=worker.headers)
    assert (own.status_code, own.json()["field"]) == (403, "verified_by")
    assert other.client.post(path, headers=other.headers).json()["state"] == "verified"
    assert other.client.post(path, headers=other.headers).status_code == 409
    assert other.client.post("/v1/exchanges/999/verify", headers=other.headers).status_code == 404
    listed = other.get("/exchanges", meter="M3", state="verified").json()["items"]
    assert [one["id"] for one in listed] == [said["id"]]
    assert other.get(f"/exchanges/{said['id']}").json() == listed[0]
    assert other.get("/exchanges", state="recorded").json()["items"] == []
