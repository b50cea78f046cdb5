"""Meters, readings and stations as others read them."""

from datetime import UTC, datetime, timedelta

from telemetry.store.pool import connect
from tests.integration.api.conftest import City

HOUR = timedelta(hours=1)


def test_a_meter_carries_its_site_contract_account_and_latest_reading(city: City) -> None:
    meter = city.caller.get("/meters/M2").json()
    assert (meter["site"]["site"], meter["site"]["device"], meter["site"]["zone"]) == ("S2", "D2", "west")
    assert meter["account"] == {"account": "A2", "name": 'Hotel "O\'Brien"', "sector": "commerce"}, (
        "the contract's account, not the site's old one"
    )
    assert meter["contract"]["base_temperature_degc"] == 20
    latest = meter["latest"]
    assert (latest["gauge_pressure_kpa"], latest["pressure_kpa"]) == (100, None)
    assert latest["correction_factor"] == 5
    assert city.caller.get("/meters/M3").json()["latest"] is None


def test_meters_are_found_by_what_people_call_them(city: City) -> None:
    def found(**query: str) -> list[str]:
        return [one["meter"] for one in city.caller.get("/meters", **query).json()["items"]]

    assert found() == ["M1", "M2", "M3", "M4"]
    assert found(search="玻璃") == ["M1", "M3"]
    assert found(search="o'brien") == ["M2", "M4"]
    assert found(search="%") == [], "no wildcards"
    assert found(zone="west") == ["M2", "M4"]
    assert found(account="A1") == ["M1", "M3"]
    assert found(account="'; DROP TABLE meter; --") == []


def test_a_reading_belongs_to_the_meter_its_device_carried_then(city: City) -> None:
    span = {"start": _text(datetime.now(UTC) - 3 * 24 * HOUR), "limit": 5000}
    before = city.caller.get("/meters/M4/readings", **span).json()["items"]
    after = city.caller.get("/meters/M2/readings", **span).json()["items"]
    assert before
    assert after
    assert before[-1]["measured_at"] < after[0]["measured_at"]
    assert {one["device"] for one in before + after} == {"D2"}
    with connect(city.dsn, "test") as connection:
        row = connection.execute("SELECT count(*) FROM reading WHERE device_id = 2").fetchone()
    assert row == (len(before) + len(after),)


def test_registers_come_to_their_last_digit_and_units_as_people_read_them(city: City) -> None:
    with connect(city.dsn, "test") as connection:
        connection.execute(
            "UPDATE reading SET index_um3 = 123456789012345, battery_v = 3.58, pressure_pa = 101325.1 "
            "WHERE device_id = 1 AND measured_at = (SELECT max(measured_at) FROM reading WHERE device_id = 1)"
        )
    answer = city.caller.get("/meters/M1/readings", start=_text(datetime.now(UTC) - HOUR), limit=5000)
    assert '"index_m3":123456789.012345,' in answer.text
    last = answer.json()["items"][-1]
    assert (last["battery_v"], last["pressure_kpa"]) == (3.58, 101.3251)
    assert last["measured_at"].endswith("Z")


def test_two_statements_of_one_instant_are_a_conflict_on_whatever_page(city: City) -> None:
    with connect(city.dsn, "test") as connection:
        connection.execute(
            "INSERT INTO reading (device_id, measured_at, content_hash, received_at, message_id, flags) "
            "SELECT device_id, measured_at, 7, received_at, 1, 1 FROM reading WHERE device_id = 1 "
            "AND measured_at > now() - INTERVAL '40 minutes' AND measured_at < now() - INTERVAL '30 minutes'"
        )
    span = {"start": _text(datetime.now(UTC) - HOUR), "to": _text(datetime.now(UTC))}
    for limit in (1, 2, 3, 1000):
        items = [
            one for page in city.caller.pages("/meters/M1/readings", limit=limit, **span) for one in page
        ]
        instants = [one["measured_at"] for one in items]
        for one in items:
            assert ("conflict" in one["flags"]) == (instants.count(one["measured_at"]) > 1), limit
        flags = [one["flags"] for one in items if len(one["flags"]) > 1]
        assert flags
        assert all(one == ["low_battery", "conflict"] for one in flags)


def test_a_station_is_shown_against_the_limits_that_the_rules_use(city: City) -> None:
    stations = {one["station"]: one for one in city.caller.get("/stations").json()["items"]}
    (common,) = stations["G1"]["streams"]
    assert common["stream"] is None
    assert common["limits"]["source"] == "company"
    assert (common["limits"]["low_low_kpa"], common["limits"]["high_high_kpa"]) == (300, 480)
    a, b = stations["G2"]["streams"]
    assert (a["stream"], a["role"], a["set_kpa"]) == ("A", "duty", 2.5)
    assert (b["stream"], b["role"], b["set_kpa"]) == ("B", "standby", 2.2)
    assert a["latest"]["outlet_gauge_pressure_kpa"] == 2.46
    assert a["condition"] == "normal"
    assert b["condition"] == "normal"
    flowing, locked = b["limits"]["high_flowing_kpa"], b["limits"]["high_at_no_flow_kpa"]
    assert round(flowing, 6) == 2.464
    assert round(locked, 6) == 2.684
    assert b["limits"]["high_kpa"] == (flowing if b["latest"]["flow_m3h"] else locked)
    assert 0 <= a["age_s"] < 300
    (unset,) = stations["G3"]["streams"] or [None]
    assert unset is None


def test_the_condition_follows_the_pressure(city: City) -> None:
    expected = {290: "low_low", 339: "low", 340: "normal", 440: "normal", 441: "high", 481: "high_high"}
    for number, (kpa, word) in enumerate(expected.items()):
        with connect(city.dsn, "test") as connection:
            connection.execute(
                "INSERT INTO pressure_sample (station_id, stream, measured_at, content_hash, received_at, "
                "message_id, outlet_gauge_pressure_pa, slam_shut, bypass_valve, flags) "
                "VALUES (1, 0, now() + %s * INTERVAL '1 s', 1, now(), 1, %s, 1, 1, 0)",
                (number, kpa * 1000),
            )
        (stream,) = city.caller.get("/stations/G1").json()["streams"]
        assert (stream["condition"], stream["latest"]["outlet_gauge_pressure_kpa"]) == (word, kpa)
        assert (stream["latest"]["slam_shut"], stream["latest"]["bypass_valve"]) == ("tripped", "open")


def test_pressures_of_one_stream(city: City) -> None:
    span = {"start": _text(datetime.now(UTC) - HOUR), "limit": 1000}
    both = city.caller.get("/stations/G2/pressures", **span).json()["items"]
    only = city.caller.get("/stations/G2/pressures", stream="B", **span).json()["items"]
    assert only == [one for one in both if one["stream"] == "B"]
    assert 0 < len(only) < len(both)
    assert city.caller.get("/stations/G2/pressures", stream="C", **span).json()["field"] == "stream"


def _text(at: datetime) -> str:
    return at.isoformat()
