"""Explanations and the feed of changes over HTTP."""

from tests.api_access import Caller, new_key
from tests.integration.api.conftest import City


def test_an_hour_is_laid_open(city: City) -> None:
    hour = city.caller.get("/meters/M2/volumes", limit=5).json()["items"][1]
    answer = city.caller.get("/meters/M2/volumes/explain", at=hour["interval_start"])
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["meter"], found["interval_start"]) == ("M2", hour["interval_start"])
    assert found["stored"]["base_volume_um3"] == round(hour["base_volume_m3"] * 1e6)
    assert found["agrees"] is False, "this city's volumes were written by hand"
    assert [step["first"]["device"] for step in found["steps"]] == ["D2"] * len(found["steps"])
    assert found["recomputed"]["volume_um3"] == sum(
        step["volume_share"]["share_um3"] for step in found["steps"]
    )


def test_only_billing_may_ask_and_only_sensibly(city: City) -> None:
    reader = Caller(city.caller.client, new_key(city.dsn, "telemetry:read"))
    at = "2026-07-01T00:00:00Z"
    assert reader.get("/meters/M2/volumes/explain", at=at).status_code == 403
    billing = Caller(city.caller.client, new_key(city.dsn, "billing:read"))
    assert billing.get("/meters/M2/volumes/explain", at=at).json()["reasons"] == ["no_reading"]
    assert billing.get("/meters/M9/volumes/explain", at=at).status_code == 404
    for query in ({}, {"at": "yesterday"}, {"at": at, "of": "x"}):
        answer = billing.get("/meters/M2/volumes/explain", **query)
        assert (answer.status_code, answer.json()["field"]) == (400, "of" if "of" in query else "at")


def test_the_feed_goes_on_where_it_was_left(city: City) -> None:
    empty = city.caller.get("/volumes/changes", since=10**9).json()
    assert empty == {"items": [], "next": 10**9}
    assert city.caller.get("/volumes/changes", since=-1).json()["field"] == "since"
    assert city.caller.get("/volumes/changes", since=2**70).status_code == 400
