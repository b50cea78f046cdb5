"""Who loses gas when a station trips, and what is not watched, against a real database."""

from collections.abc import Iterator
from typing import Any

import pytest

from telemetry.store.pool import connect
from tests.integration.api.conftest import City

SUPPLY = """
UPDATE station SET feeds_zone = 'east' WHERE station = 'G1';
UPDATE station SET feeds_zone = 'city' WHERE station IN ('G2', 'G3');
INSERT INTO supplied_by (site, station, valid_from) VALUES
    ('S1', 'G3', '2020-01-01Z'), ('S1', 'G1', '2021-01-01Z'), ('S1', 'G3', now() + INTERVAL '1 day');
"""
EAST_AGAIN = "UPDATE station SET feeds_zone = 'east' WHERE station = 'G3'"


@pytest.fixture
def supplied(city: City) -> Iterator[City]:
    _run(city, SUPPLY)
    yield city
    _run(
        city,
        "DELETE FROM supplied_by; UPDATE station SET feeds_zone = NULL, kind = NULL WHERE station <> 'G1'",
    )


def _run(city: City, statement: str) -> None:
    with connect(city.dsn, "test") as connection:
        connection.execute(statement.encode())


def _affected(city: City, station: str) -> dict[str, Any]:
    answer: dict[str, Any] = city.caller.get(f"/stations/{station}/affected").json()
    return answer


def test_a_site_is_affected_by_the_station_that_supplies_it_today(supplied: City) -> None:
    found = _affected(supplied, "G1")
    (site,) = found["sites"]
    assert (site["site"], site["through"], site["dependence"], site["other_stations"]) == (
        "S1",
        "supplied_by",
        "alone",
        [],
    )
    assert site["account"] == {"account": "A1", "name": "玻璃厂", "key_account": True}
    assert site["meters"] == ["M1"], "a check meter is no load"
    assert site["base_volume_peak_hour_m3"] == pytest.approx(60, rel=1e-3)
    assert site["base_volume_day_m3"] == pytest.approx(60 * 24, rel=0.05)
    assert [found[key] for key in ("alone", "partly", "accounts", "key_accounts")] == [1, 0, 1, 1]


def test_a_site_without_a_station_hangs_on_all_that_feed_the_nearest_zone_around(supplied: City) -> None:
    for station, other in (("G2", "G3"), ("G3", "G2")):
        sites = {one["site"]: one for one in _affected(supplied, station)["sites"]}
        assert set(sites) == {"S2", "S3"}, "the east is fed by a station of its own"
        for one in sites.values():
            assert (one["through"], one["dependence"], one["other_stations"]) == ("zone", "partly", [other])
        assert sites["S2"]["account"]["account"] == "A2", "the contract's account"
        assert sites["S3"]["account"] is None


def test_only_a_station_of_about_the_same_pressure_that_is_nobodys_own_backs_up(supplied: City) -> None:
    _run(supplied, EAST_AGAIN)
    assert _affected(supplied, "G1")["sites"][0]["other_stations"] == ["G3"], "nobody knows what it is set to"
    _run(supplied, "UPDATE station SET feeds_zone = 'east' WHERE station = 'G2'")
    assert _affected(supplied, "G1")["sites"][0]["other_stations"] == ["G3"], "2.5 kPa is another network"
    _run(supplied, "UPDATE station SET kind = 'dedicated' WHERE station = 'G3'")
    assert _affected(supplied, "G1")["alone"] == 1
    assert _affected(supplied, "G3")["sites"] == [], "a dedicated station has the sites that name it"


def test_a_station_that_feeds_nothing_affects_nobody(city: City) -> None:
    found = _affected(city, "G3")
    assert (found["sites"], found["alone"], found["base_volume_day_m3"]) == ([], 0, 0)
    assert city.caller.get("/stations/nowhere/affected").status_code == 404


def test_what_is_not_watched_is_told_with_the_reason(city: City) -> None:
    gaps = city.caller.get("/rules/coverage", limit=1000).json()["items"]
    why = {(one["target"]["id"], one["rule"]): one["reason"] for one in gaps}
    assert (
        why["G1", "regulator_hunting"]["en"] == "needs a statement every 12 s, and this one speaks every 60 s"
    )
    assert why["G1", "regulator_hunting"]["zh"].startswith("需要每 12 s")
    assert why["G1", "gas_detected"]["en"] == "has not said gas_lel_pct for a day"
    assert why["G3", "overprotection_ceiling"]["en"] == "no set point is given"
    assert ("G3", "gas_detected") not in why, "it never spoke: its silence is another matter"
    first = city.caller.get("/rules/coverage", limit=3).json()
    pages = [first["items"]]
    while first["next_cursor"]:
        first = city.caller.get("/rules/coverage", limit=3, cursor=first["next_cursor"]).json()
        pages.append(first["items"])
    assert [one for page in pages for one in page] == gaps
