"""Health, readiness and metrics: what a probe and a scraper see."""

from typing import Any

from httpx import Client
from prometheus_client.parser import text_string_to_metric_families

from telemetry.store.pool import connect
from tests.api_access import served
from tests.integration.api.conftest import City
from tests.small_city import migrated


def _samples(text: str) -> dict[tuple[str, ...], float]:
    """Return each sample's value by its name and, in the order of their names, its labels' values."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_health_needs_no_key(city: City) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        assert city.caller.client.get(path).status_code == 200
        refused = city.caller.client.get(path, params={"x": 1})
        assert (refused.status_code, refused.json()["field"]) == (400, "x")


def test_the_counters_close(city: City) -> None:
    with connect(city.dsn, "test") as connection:
        connection.execute("UPDATE ingest_counter SET in_flight = 7 WHERE source = 'collector-1'")
    found = _samples(city.caller.client.get("/metrics").text)
    ingest = {
        name: found[f"citygas_ingest_{name}",]
        for name in ("received_total", "committed_total", "duplicate_total", "refused_total", "in_flight")
    }
    assert ingest == {
        "received_total": 5017,
        "committed_total": 4910,
        "duplicate_total": 60,
        "refused_total": 40,
        "in_flight": 7,
    }
    assert found["citygas_alarms", "high", "active"] == 1
    assert found["citygas_alarms", "critical", "returned"] == 1
    assert found["citygas_alarms", "critical", "active"] == 0


def test_readiness_says_what_is_missing(empty_database: str) -> None:
    with served(empty_database) as address, Client(base_url=address) as client:
        empty = client.get("/readyz")
        assert empty.status_code == 503
        assert "0001_registry" in empty.json()["detail"]
        assert client.get("/healthz").status_code == 200
        with migrated(empty_database) as connection:
            assert _ready(client) == (200, True)
            connection.execute("INSERT INTO migration (number, name, checksum) VALUES (9999, 'later', 'x')")
            connection.commit()
        newer = client.get("/readyz")
    assert newer.status_code == 503
    assert "newer" in newer.json()["detail"]


def _ready(client: Client) -> tuple[int, Any]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json().get("ready")


def test_readiness_names_the_broker(plain_database: str) -> None:
    migrated(plain_database).close()
    for broker in ("amqtt", "mosquitto", None):
        with served(plain_database, broker=broker) as address, Client(base_url=address) as client:
            said = client.get("/readyz").json()
        assert said["broker"] == broker
        assert bool(said["notes"]) == (broker == "amqtt")
    assert "first look" not in str(said)


def test_small_answers_do_not_wait_for_a_delayed_acknowledgement(plain_database: str) -> None:
    with served(plain_database) as address, Client(base_url=address) as client:
        took = sorted(client.get("/healthz").elapsed.total_seconds() for _ in range(21))
    assert took[len(took) // 2] < 0.03
