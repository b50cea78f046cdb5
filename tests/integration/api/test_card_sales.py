"""Sales of IC cards over HTTP: recorded once, listed by meter, refused by their field."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.api_access import Caller, new_key
from tests.integration.api.conftest import City

HOUR = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


def ago(hours: float) -> str:
    return (HOUR - timedelta(hours=hours)).isoformat()


@pytest.fixture
def counter(city: City) -> Iterator[Caller]:
    return Caller(city.caller.client, new_key(city.dsn, "registry:write"))


SALE = {
    "meter": "M1",
    "sold_at": ago(5),
    "kind": "sale",
    "sequence": 5,
    "volume_m3": 100.5,
    "money": "386.925",
    "operator": "李",
}


def test_a_sale_is_recorded_once_and_listed(counter: Caller) -> None:
    answer = counter.post("/card-sales", SALE)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert (said["volume_m3"], said["money"], said["unit_price"]) == ("100.5", "386.925", None)
    assert (said["kind"], said["sequence"], said["operator"]) == ("sale", 5, "李")
    assert counter.post("/card-sales", SALE).json() == said, "exactly the same again is the same"
    for hours, kind in ((4, "refund"), (3, "top_up")):
        counter.post("/card-sales", SALE | {"sold_at": ago(hours), "kind": kind})
    pages = counter.pages("/meters/M1/card-sales", limit=1)
    assert [[one["kind"] for one in page] for page in pages] == [["sale"], ["refund"], ["top_up"]]
    assert counter.get("/meters/M1/card-sales", start=ago(4.5)).json()["items"][0]["kind"] == "refund"
    assert counter.get("/meters/M2/card-sales").json()["items"] == []
    assert counter.get("/meters/nobody/card-sales").status_code == 404


def test_an_idempotency_key_sells_once(counter: Caller) -> None:
    headers = counter.headers | {"Idempotency-Key": "sale-1"}

    def post(body: dict[str, Any]) -> Any:  # noqa: ANN401 -- whatever is answered
        return counter.client.post("/v1/card-sales", json=body, headers=headers)

    body = SALE | {"sequence": 9}
    first = post(body)
    assert first.status_code == 200, first.text
    assert post(body).json() == first.json()
    other = post(body | {"volume_m3": 31})
    assert (other.status_code, other.json()["field"]) == (422, "Idempotency-Key")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"meter": "nobody"}, "meter"),
        ({"sold_at": "yesterday"}, "sold_at"),
        ({"sold_at": ago(-2)}, "sold_at"),
        ({"kind": "gift"}, "kind"),
        ({"sequence": None}, "sequence"),
        ({"sequence": 10**9}, "sequence"),
        ({"volume_m3": -1}, "volume_m3"),
        ({"volume_m3": None, "money": None}, "volume_m3"),
        ({"unit_price": 0}, "unit_price"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_sale_is_refused_by_its_field(counter: Caller, change: dict[str, Any], field: str) -> None:
    before = counter.get("/meters/M1/card-sales").json()
    answer = counter.post("/card-sales", SALE | {"sequence": 77} | change)
    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text
    assert counter.get("/meters/M1/card-sales").json() == before
