"""Every query of every panel, variable and annotation, as the data source sends it, by the role it has."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import psycopg
import pytest

from grafana.catalogue import catalogue
from tests.grafana_macros import Panel, macros, variables
from tests.small_city import as_reader, migrated, populate

NOW = datetime.now(UTC)
HOSTILE = "O'Brien \"; DROP TABLE x --"
CHOICES: dict[str, list[dict[str, str | list[str]]]] = {
    "citygas-control-room": [
        {"zone": ["$__all"]},
        {"zone": ["east", "west"]},
        {"zone": ["west"]},
        {"zone": [HOSTILE]},
    ],
    "citygas-meter": [
        {"zone": ["$__all"], "account": "$__all", "meter": "M1", "__searchFilter": "%"},
        {"zone": ["east", "west"], "account": "A2", "meter": "M2", "__searchFilter": "M%"},
        {"zone": ["$__all"], "account": "$__all", "meter": "", "__searchFilter": "%"},
        {"zone": [HOSTILE], "account": HOSTILE, "meter": HOSTILE, "__searchFilter": HOSTILE},
    ],
}
SPANS = [timedelta(minutes=5), timedelta(hours=6), timedelta(days=7), timedelta(days=400)]
MAY_BE_EMPTY = {"Anno"}
NUMERIC = {16, 20, 21, 23, 700, 701, 1700}
TIMESTAMPTZ = 1184
TEXT = {25, 1043}


class Query(NamedTuple):
    where: str
    kind: str
    format: str
    ref_id: str
    sql: str


def queries(dashboard: dict[str, Any]) -> Iterator[Query]:
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            yield Query(panel["title"], panel["type"], target["format"], target["refId"], target["rawSql"])
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            yield Query(variable["name"], "variable", "table", "variable", variable["query"])
    for note in dashboard.get("annotations", {}).get("list", []):
        yield Query(note["name"], "annotation", "table", note["target"]["refId"], note["target"]["rawSql"])


def quoted(dashboard: dict[str, Any]) -> set[str]:
    found = dashboard["templating"]["list"]
    return {one["name"] for one in found if one.get("multi") or one.get("includeAll")}


def every(dashboard: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["allValue"] for one in dashboard["templating"]["list"] if one.get("includeAll")}


def ask(connection: psycopg.Connection, sql: str) -> psycopg.Cursor:
    # The simple protocol, as the data source asks: no parameters, text results.
    return connection.execute(sql.encode())


def check_series(query: Query, cursor: psycopg.Cursor, rows: list[tuple[Any, ...]]) -> None:
    types = {column.name: column.type_code for column in cursor.description or ()}
    assert types.pop("time") == TIMESTAMPTZ, query.where
    if "metric" in types:
        assert types.pop("metric") in TEXT
        assert len(types) == 1, f"{query.where}: a third column would double the series' names"
    assert set(types.values()) <= NUMERIC, f"{query.where}: {types}"
    times = [row[0] for row in rows]
    assert None not in times, query.where
    assert times == sorted(times), f"{query.where}: Grafana refuses unsorted series"
    labels = [column.name for column in cursor.description or ()]
    counted: dict[Any, int] = {}
    for row in rows:
        label = row[labels.index("metric")] if "metric" in labels else None
        counted[label] = counted.get(label, 0) + 1
    assert max(counted.values(), default=0) <= 2001, f"{query.where}: {counted}"


def run(connection: psycopg.Connection, uid: str, *, full: bool) -> int:
    dashboard = catalogue()[uid]
    asked = 0
    for number, choice in enumerate(CHOICES[uid]):
        for span in SPANS:
            panel = Panel.of(NOW - span, NOW + timedelta(seconds=30))
            for query in queries(dashboard):
                sql = macros(variables(query.sql, choice, quoted(dashboard), every(dashboard)), panel)
                assert not re.search(r"\$\w", sql), f"{query.where}: unfilled {sql}"
                cursor = ask(connection, sql)
                rows = cursor.fetchall()
                asked += 1
                if query.format == "time_series":
                    check_series(query, cursor, rows)
                elif query.kind == "variable":
                    assert {column.name for column in cursor.description or ()} == {"__text", "__value"}
                    assert len(rows) <= 300
                elif query.kind in ("statetimeline", "state-timeline", "annotation"):
                    assert (cursor.description or ())[0].name == "time"
                if full and number == 0 and span >= timedelta(days=7) and query.ref_id not in MAY_BE_EMPTY:
                    assert rows, f"{uid} {query.where}: no rows though there are data"
                    assert any(value is not None for row in rows for value in row[1:] or row), query.where
    return asked


@pytest.fixture
def empty(database: str) -> Iterator[psycopg.Connection]:
    migrated(database).close()
    with as_reader(database) as connection:
        yield connection


@pytest.fixture
def city(database: str) -> Iterator[psycopg.Connection]:
    with migrated(database) as owner:
        populate(owner)
    with as_reader(database) as connection:
        yield connection


def test_there_are_choices_for_every_dashboard() -> None:
    assert set(CHOICES) == set(catalogue())


@pytest.mark.parametrize("uid", sorted(CHOICES))
def test_every_query_runs_on_an_empty_database(empty: psycopg.Connection, uid: str) -> None:
    assert run(empty, uid, full=False) >= 12 * len(SPANS) * len(CHOICES[uid])


@pytest.mark.parametrize("uid", sorted(CHOICES))
def test_every_query_gives_what_its_panel_needs(city: psycopg.Connection, uid: str) -> None:
    assert run(city, uid, full=True) >= 12 * len(SPANS) * len(CHOICES[uid])


def test_zone_is_kept_to(city: psycopg.Connection) -> None:
    dashboard = catalogue()["citygas-control-room"]
    panel = Panel.of(NOW - timedelta(hours=6), NOW)
    by_title = {query.where.split(" ")[0]: query for query in queries(dashboard)}
    for zones, stations in ((["east"], {"G1"}), (["west"], {"G2"}), (["$__all"], {"G1", "G2"})):
        sql = variables(by_title["出口压力与限值"].sql, {"zone": zones}, {"zone"}, every(dashboard))
        assert {row[0] for row in ask(city, macros(sql, panel)).fetchall()} == stations


def test_silent_devices_are_those_unheard_for_two_intervals(city: psycopg.Connection) -> None:
    found = ask(city, "SELECT device FROM grafana.device WHERE silent AND meter IS NOT NULL").fetchall()
    assert {row[0] for row in found} == {"D2", "D3"}


def test_alarms_over_time_count_what_was_present(city: psycopg.Connection) -> None:
    sql = """
SELECT "time", priority, alarms FROM grafana.alarms_present(NULL, now() - INTERVAL '6 hours', now(), 60000)
"""
    rows = ask(city, sql).fetchall()
    last = {priority: alarms for _, priority, alarms in rows}
    assert last == {"critical": 0, "high": 1, "medium": 2, "low": 0}
    assert max(alarms for _, priority, alarms in rows if priority == "critical") == 1
    assert sum(alarms for _, priority, alarms in rows if priority == "critical") in range(59, 64)
