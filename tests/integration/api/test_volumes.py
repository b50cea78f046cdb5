"""Volumes: pages, streams and CSV say the same, as they stand or stood."""

import csv
import io
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.export import AT_ONCE, Export
from api.problems import Problem
from api.volume_csv import written
from api.volume_pages import Wanted
from telemetry.billing.gas_day import Granularity
from telemetry.quality import Quality
from telemetry.store.pool import connect
from telemetry.store.registry_tables import load_registry
from tests.integration.api.conftest import City

SPAN = {"start": "2020-01-01T00:00:00Z", "to": "2029-01-01T00:00:00Z"}
CSV = {"Accept": "text/csv"}


def _csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("granularity", ["hour", "day", "ten_day", "month"])
def test_stream_pages_and_csv_hold_the_same(city: City, granularity: str) -> None:
    asked = SPAN | {"granularity": granularity}
    streamed = city.caller.get("/volumes", **asked).json()
    assert streamed["next_cursor"] is None
    pages = [one for page in city.caller.pages("/volumes", limit=7, **asked) for one in page]
    assert streamed["items"] == pages
    meter = [one for page in city.caller.pages("/meters/M2/volumes", limit=5, **asked) for one in page]
    assert meter == [one for one in pages if one["meter"] == "M2"]
    answer = city.caller.get("/volumes", headers=CSV, **asked)
    assert answer.headers["content-type"].startswith("text/csv")
    lines = _csv(answer.text)
    assert len(lines) == len(pages)
    for line, item in zip(lines, pages, strict=True):
        for name in ("meter", "account", "quality", "interval_start", "interval_end"):
            assert line[name] == (item[name] or ""), name
        for name in ("volume_m3", "base_volume_m3", "pressure_kpa", "temperature_degc", "correction_factor"):
            assert float(line[name]) == item[name], name
        assert datetime.fromisoformat(line["computed_at"]) == datetime.fromisoformat(item["computed_at"])
        assert line["uncertainty_m3"] == ""


def worst(hours: list[dict[str, Any]], longer: Mapping[str, Any]) -> str:
    begin, end = (datetime.fromisoformat(longer[f"interval_{side}"]) for side in ("start", "end"))
    within = [
        Quality[one["quality"].upper()]
        for one in hours
        if one["meter"] == longer["meter"] and begin <= datetime.fromisoformat(one["interval_start"]) < end
    ]
    return max(within).word


def test_longer_intervals_sum_their_hours_and_carry_the_worst(city: City) -> None:
    hours = city.caller.get("/volumes", **SPAN).json()["items"]
    months = city.caller.get("/volumes", granularity="month", **SPAN).json()["items"]
    for meter in {one["meter"] for one in hours}:
        whole = sum(round(one["base_volume_m3"] * 1e6) for one in hours if one["meter"] == meter)
        assert whole == sum(round(one["base_volume_m3"] * 1e6) for one in months if one["meter"] == meter)
    for one in months:
        assert one["quality"] == worst(hours, one)
        shares = one["quality_breakdown"]
        assert sum(share["base_volume_m3"] for share in shares) == pytest.approx(one["base_volume_m3"])
    lines = _csv(city.caller.get("/volumes", headers=CSV, granularity="month", **SPAN).text)
    breakdown = {share["quality"]: share["hours"] for share in months[0]["quality_breakdown"]}
    assert {q: int(lines[0][f"{q}_hours"]) for q in breakdown} == breakdown


def test_bulk_is_cut_by_meter_zone_and_account(city: City) -> None:
    def meters(**query: str) -> set[str]:
        whole = {one["meter"] for one in city.caller.get("/volumes", **SPAN, **query).json()["items"]}
        lines = _csv(city.caller.get("/volumes", headers=CSV, **SPAN, **query).text)
        assert {line["meter"] for line in lines} == whole
        return whole

    assert meters() == {"M1", "M2", "M4"}
    assert meters(meter="M2") == {"M2"}
    assert meters(zone="east") == {"M1"}
    assert meters(zone="city") == {"M1", "M2", "M4"}, "a zone has those inside it"
    assert meters(account="A2") == {"M2", "M4"}
    assert meters(account="A3") == set()
    for field in ("meter", "zone", "account"):
        answer = city.caller.get("/volumes", **SPAN, **{field: "nobody"})
        assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_csv_is_after_rfc_4180_and_no_formula(city: City) -> None:
    with connect(city.dsn, "test") as connection:
        connection.execute(
            """
            INSERT INTO account (account, name) VALUES (E'=cmd|''x''!A1,"q"\nz', 'Formula');
            INSERT INTO contract (contract, account, site, valid_from)
            SELECT 'C9', account, 'S1', date_trunc('hour', now()) - INTERVAL '2 days'
            FROM account WHERE name = 'Formula';
            INSERT INTO registry_import (changed) VALUES ('{}');
            """
        )
    answer = city.caller.get("/volumes", headers=CSV, meter="M1", bom="1", **SPAN)
    text = answer.content.decode("utf-8-sig")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert text.count("\r\n") == text.count("\n") == len(_csv(text)) + 1
    accounts = [line["account"] for line in _csv(text)]
    assert set(accounts) == {"A1", "'=cmd|'x'!A1,\"q\" z"}
    assert accounts.count("A1") == 48, "who pays changes with the contract"
    days = _csv(city.caller.get("/volumes", headers=CSV, meter="M1", granularity="day", **SPAN).text)
    assert "'=cmd|'x'!A1,\"q\" z" in {line["account"] for line in days}


def test_volumes_stand_as_they_stood(city: City) -> None:
    span = SPAN | {"limit": 1000}
    first = city.caller.get("/meters/M4/volumes", **span).json()["items"]
    moment = datetime.now(UTC)
    with connect(city.dsn, "test") as connection:
        row = connection.execute("SELECT clock_timestamp()").fetchone()
        assert row is not None
        moment = row[0]
    with connect(city.dsn, "test") as connection:
        connection.execute(
            """
            WITH old AS (
                INSERT INTO volume_hour_superseded
                SELECT (jsonb_populate_record(
                    NULL::volume_hour_superseded,
                    to_jsonb(v) || jsonb_build_object('superseded_at', now())
                )).* FROM volume_hour v JOIN meter USING (meter_id)
                WHERE meter = 'M4' ORDER BY interval_start LIMIT 1
                RETURNING meter_id, interval_start
            )
            UPDATE volume_hour v SET revision = 1, base_volume_um3 = 7, computed_at = now()
            FROM old WHERE v.meter_id = old.meter_id AND v.interval_start = old.interval_start
            """
        )
    now = city.caller.get("/meters/M4/volumes", **span).json()["items"]
    assert (now[0]["base_volume_m3"], now[0]["revision"]) == (0.000007, 1)
    assert now[1:] == first[1:]
    then = city.caller.get("/meters/M4/volumes", as_of=moment.isoformat(), **span).json()["items"]
    assert then == first
    before = city.caller.get("/meters/M4/volumes", as_of="2020-01-01T00:00:00Z", **span).json()["items"]
    assert before == []


def test_what_cannot_be_given_is_refused(city: City) -> None:
    cases = [
        ({}, {"Accept": "image/png"}, 406, "Accept"),
        ({"limit": 5}, CSV, 400, "limit"),
        ({"cursor": "x"}, CSV, 400, "cursor"),
        ({"bom": 1}, {}, 400, "bom"),
        ({"granularity": "year"}, {}, 400, "granularity"),
    ]
    for query, headers, status, field in cases:
        answer = city.caller.get("/volumes", headers=headers, **SPAN, **query)  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()["field"]) == (status, field)
    for missing in ("start", "to"):
        rest = {name: value for name, value in SPAN.items() if name != missing}
        answer = city.caller.get("/volumes", **rest)
        assert (answer.status_code, answer.json()["field"]) == (400, {"start": "from", "to": "to"}[missing])


def test_without_a_span_a_meter_shows_its_last_day(city: City) -> None:
    items = city.caller.get("/meters/M1/volumes").json()["items"]
    starts = [datetime.fromisoformat(one["interval_start"]) for one in items]
    assert datetime.now(UTC) - starts[0] <= timedelta(hours=24)
    assert len(items) in {23, 24}


def test_only_so_many_exports_at_once_and_each_lets_go(city: City) -> None:
    class Stand:
        dsn = city.dsn

    open_ones = [Export(Stand(), lambda _: iter([b"x"])) for _ in range(AT_ONCE)]  # type: ignore[arg-type]
    with pytest.raises(Problem, match="too many"):
        Export(Stand(), lambda _: iter([]))  # type: ignore[arg-type]
    assert city.caller.get("/volumes", **SPAN).status_code == 503
    assert list(open_ones[0]) == [b"x"]
    open_ones.clear()
    assert city.caller.get("/volumes", **SPAN).status_code == 200


def test_a_long_export_comes_in_small_pieces(city: City) -> None:
    with connect(city.dsn, "test") as connection:
        connection.execute(
            """
            INSERT INTO volume_hour (meter_id, interval_start, revision, volume_um3, base_volume_um3,
                                     coverage, quality, method, flags, registry_version, calculation,
                                     cause, computed_at)
            SELECT meter_id, at, 1, 1000000, 2000000, 1, 0, 'ptz', 0, 1, 1, 'reading', now()
            FROM meter, generate_series('2021-01-01Z', '2023-01-01Z', INTERVAL '1 hour') AS at
            WHERE meter = 'M3'
            """
        )
        registry = load_registry(connection)
        wanted = Wanted(
            registry,
            ["M3"],
            datetime(2021, 1, 1, tzinfo=UTC),
            datetime(2024, 1, 1, tzinfo=UTC),
            Granularity.HOUR,
        )
        pieces = list(written(connection, wanted, bom=False))
        assert sum(piece.count(b"\r\n") for piece in pieces) == 1 + 17_521
        assert len(pieces) > 10
        assert max(len(piece) for piece in pieces) < 300_000
        items = [one for portion in wanted.everything() for one in wanted.read(connection, portion)]
        assert len(items) == 17_521
