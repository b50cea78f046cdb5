"""What an operator does to alarms on the pages, and what the pages say of them."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from telemetry.store.muting import take_out_of_service
from telemetry.store.pool import connect
from tests.api_access import served
from tests.console_access import Visitor, rows, visiting, wrong
from tests.small_city import migrated, populate

ACTS = ("acknowledge", "shelve", "unshelve", "verdict")


@pytest.fixture
def dsn(plain_database: str) -> str:
    with migrated(plain_database) as connection:
        populate(connection)
    return plain_database


@pytest.fixture
def address(dsn: str) -> Iterator[str]:
    with served(dsn) as found:
        yield found


@pytest.fixture
def operator(dsn: str, address: str) -> Iterator[Visitor]:
    with visiting(dsn, address, "dispatcher", "alarms:operate") as found:
        yield found


def one(dsn: str, query: str, *values: object) -> Any:  # noqa: ANN401 -- whatever is asked
    with connect(dsn, "test") as connection:
        row = connection.execute(query, values).fetchone()
    assert row is not None
    return row[0] if len(row) == 1 else row


def test_an_alarm_is_shelved_from_its_line_and_taken_back_from_the_list(operator: Visitor, dsn: str) -> None:
    before = datetime.now(UTC)
    line = operator.send("/console/alarms/1/shelve", hold="4h", reason="换传感器")
    assert line.status_code == 200
    assert 'hx-post="/console/alarms/1/unshelve"' in line.text
    until, reason, by = one(
        dsn, "SELECT until, reason, shelved_by FROM alarm_shelving WHERE ended_at IS NULL"
    )
    assert (reason, by) == ("换传感器", "dispatcher")
    assert timedelta(hours=4) <= until - before < timedelta(hours=4, minutes=1)

    (shown,) = (row for row in rows(operator.page("/muted?kind=shelved"), "muted") if "G1" in row)
    assert "换传感器 dispatcher" in shown
    assert rows(operator.page("/muted?kind=inhibited"), "muted") == ["Nothing is muted."]
    back = operator.send("/alarms/1/unshelve", next="/muted")
    assert (back.status_code, back.headers["location"]) == (303, "/muted")
    assert one(dsn, "SELECT ended_by FROM alarm_shelving") == "dispatcher"
    assert "G1" not in operator.page("/muted").split("<main")[1]


@pytest.mark.parametrize(
    ("form", "language", "said"),
    [
        ({"hold": "1h", "reason": " "}, "en", "is required"),
        ({"hold": "1h", "reason": " "}, "zh", "必填"),
        ({"hold": "time", "until": "", "reason": "x"}, "zh", "必填"),
        ({"hold": "time", "until": "soon", "reason": "x"}, "zh", "不是有效时间"),
        ({"hold": "time", "until": "2001-01-01T00:00", "reason": "x"}, "zh", "必须是将来的时间"),
        (
            {"hold": "time", "until": "2099-01-01T00:00", "reason": "x"},
            "en",
            "an alarm is shelved for 24 h at most",
        ),
        ({"hold": "time", "until": "2099-01-01T00:00", "reason": "x"}, "zh", "报警最多可搁置 24 小时"),
    ],
)
def test_a_shelving_that_is_refused_says_why_at_the_field(
    operator: Visitor, dsn: str, form: dict[str, str], language: str, said: str
) -> None:
    operator.speak(language)
    page = operator.send("/alarms/1/shelve", **form)
    assert (page.status_code, wrong(page.text)) == (422, [said])
    line = operator.send("/console/alarms/1/shelve", **form)
    assert (line.status_code, said in line.text) == (422, True)
    assert one(dsn, "SELECT count(*) FROM alarm_shelving") == 0


def test_what_was_written_is_kept_when_the_form_is_refused(operator: Visitor) -> None:
    page = operator.send("/alarms/1/shelve", hold="time", until="2099-01-01T00:00", reason='"so" <long>')
    assert 'value="&#34;so&#34; &lt;long&gt;"' in page.text
    assert 'value="2099-01-01T00:00"' in page.text


def test_a_verdict_names_a_cause_of_the_list(operator: Visitor, dsn: str) -> None:
    operator.speak("zh")
    refused = operator.send("/alarms/3/verdict", cause="luck")
    assert (refused.status_code, wrong(refused.text)) == (422, ["请从列表中选择"])
    assert operator.send("/alarms/3/verdict", cause="meter_exchanged", comment="7月1日").status_code == 303
    verdict = one(dsn, "SELECT verdict FROM alarm WHERE alarm_id = 3")
    assert (verdict["cause"], verdict["true"], verdict["by"]) == ("meter_exchanged", True, "dispatcher")
    page = operator.page("/alarms/3")
    assert "换表未录入: 报警属实" in page
    assert "<q>换表未录入: 7月1日</q>" in page, "in its history too"
    assert any("换表未录入" in row for row in rows(operator.page("/alarms"), "history"))


def test_each_act_asks_for_the_scope_and_the_sessions_token(
    dsn: str, address: str, operator: Visitor
) -> None:
    with visiting(dsn, address, "viewer") as viewer:
        page = viewer.page("/alarms/1")
        assert not re.search(r'action="/alarms/1/', page)
        for act in ACTS:
            answer = viewer.send(f"/alarms/1/{act}", reason="x", hold="1h", cause="test")
            assert (answer.status_code, "alarms:operate" in answer.text) == (403, True)
    for act in ACTS:
        for token in ("", "wrong"):
            assert operator.send(f"/alarms/1/{act}", csrf=token, cause="test").status_code == 403
    assert one(dsn, "SELECT count(*) FROM alarm_event WHERE actor IS NOT NULL") == 0


def test_what_is_shelved_calls_nobody_and_stands_last(operator: Visitor) -> None:
    def heads() -> list[str]:
        return re.findall(r'title="(?:High|Critical): ([^"]+)"', operator.page("/console/status"))

    def order() -> list[str]:
        return re.findall(r'<li id="alarm-(\d)"', operator.page("/console/alarms"))

    assert (heads(), order()) == (["1, Unacknowledged: 0", "1, Unacknowledged: 1"], ["1", "4", "3", "2"])
    operator.send("/console/alarms/1/shelve", hold="1h", reason="x")
    assert (heads(), order()) == (["1, Unacknowledged: 0", "1, Unacknowledged: 0"], ["4", "3", "2", "1"])


def test_an_alarms_page_tells_all_about_it(operator: Visitor, dsn: str) -> None:
    with connect(dsn, "test") as connection:
        connection.execute(
            """
            UPDATE alarm SET evidence = jsonb_build_object('flow_m3h', 12.5, 'came_first', jsonb_build_object(
                'rule', 'slam_shut_tripped', 'target', jsonb_build_object('kind', 'station', 'id', 'G2'),
                'raised_at', (SELECT to_char(raised_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
                              FROM alarm WHERE alarm_id = 2))),
                raised_at = (SELECT raised_at + INTERVAL '2 minutes' FROM alarm WHERE alarm_id = 2)
            WHERE alarm_id = 1
            """
        )
    page = operator.page("/alarms/1")
    assert "Outlet pressure 451.5 kPa" in page
    for word in ("If nothing is done", "Rings when", "451.5", "440", "12.5", "Unacknowledged"):
        assert word in page
    assert 'href="/alarms/2">Slam-shut tripped</a> West' in page, "what came first"
    assert 'href="/alarms/1"' in operator.page("/alarms/2").split("What followed")[1]
    for nobody in ("/alarms/6", "/alarms/99", "/alarms/none"):
        operator.page(nobody, 404)


def test_the_charts_of_an_alarm_are_around_it(operator: Visitor) -> None:
    asked = re.findall(r'data-address="(\S+?)" data-around="(\S+?)"', operator.page("/alarms/3"))
    ((chart, around),) = asked
    found = operator.client.get(chart, params={"span": "24h", "around": around}).json()
    raised = datetime.fromisoformat(around).timestamp()
    assert found["at"][0] <= raised - 11 * 3600
    assert raised <= found["at"][-1] <= datetime.now(UTC).timestamp() + 3600


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", {1, 2, 3, 4, 5}),
        ("span=24h", {1, 2, 3, 4}),
        ("priority=medium", {3, 4}),
        ("state=returned", {2}),
        ("rule=device_silent", {4, 5}),
        ("target=G1", {1}),
        ("target=device:D2", {4}),
        ("priority=&state=&rule=&target=&first=&last=", {1, 2, 3, 4, 5}),
        ("first=2001-01-01&last=2001-12-31", set()),
        ("rule=device_silent&state=normal", {5}),
        ("first=0001-01-01&last=9999-12-30", {1, 2, 3, 4, 5}),
        ("first=soon&last=9999-12-31", {1, 2, 3, 4, 5}),
    ],
)
def test_history_is_filtered(operator: Visitor, query: str, numbers: set[int]) -> None:
    page = operator.page(f"/alarms?{query}").split('id="history"')[1]
    assert {int(number) for number in re.findall(r'href="/alarms/(\d+)"', page)} == numbers


def test_history_is_turned_page_by_page(operator: Visitor, dsn: str) -> None:
    with connect(dsn, "test") as connection:
        connection.execute(
            """
            INSERT INTO alarm (rule, target_kind, target_id, priority, state, raised_at, message, response)
            SELECT 'device_silent', 'device', 'D9', 'low', 'normal', now() - n / 3 * INTERVAL '1 minute',
                   '', ''
            FROM generate_series(1, 230) n
            """
        )
    address, seen = "/alarms?target=D9", list[str]()
    while address:
        page = operator.page(address)
        seen += re.findall(r'href="/alarms/(\d+)"', page.split('id="history"')[1])
        following = re.findall(r'rel="next" href="([^"]+)"', page)
        address = following[0] if following else ""
    assert len(seen) == len(set(seen)) == 230


def test_what_does_not_ring_is_listed_even_where_nothing_stands(operator: Visitor, dsn: str) -> None:
    operator.send("/alarms/5/shelve", hold="1h", reason="battery on its way")
    with connect(dsn, "test") as connection:
        at = datetime.now(UTC)
        take_out_of_service(connection, "meter", "M2", since=at, reason="rebuilt", by="crew")
        connection.execute(
            "INSERT INTO job (kind, target_kind, target_id, state, assignee, permits, starts_at, ends_at,"
            " created_at, task, comment)"
            " VALUES ('planned', 'station', 'G3', 'assigned', 'crew 2', '{pressure}',"
            " now() - INTERVAL '1 hour', now() + INTERVAL '1 hour', now(), 'exchange the regulator', 'rain')"
        )
    page = operator.page("/muted")
    lines = rows(page, "muted")
    assert len(lines) == 4, "and one that was shelved before"
    assert [line for line in lines if "D3" in line and "battery on its way dispatcher" in line]
    assert [line for line in lines if "M2" in line and "all its alarms rebuilt crew" in line]
    assert [
        line for line in lines if "G3" in line and "what it permits #1 exchange the regulator crew 2" in line
    ]
    assert operator.send("/alarms/5/unshelve", next="/muted").headers["location"] == "/muted"
    assert len(rows(operator.page("/muted"), "muted")) == 3


def test_forms_lead_nowhere_else(operator: Visitor) -> None:
    answer = operator.send("/alarms/1/acknowledge", next="https://elsewhere.example")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_filters_that_there_are_not_are_refused(operator: Visitor) -> None:
    for path in ("/alarms?state=odd", "/muted?kind=odd", "/jobs?state=odd", "/alarms?odd=1"):
        operator.page(path, 400)


def test_an_alarm_about_a_bypass_lists_what_speaks_for_it(operator: Visitor, dsn: str) -> None:
    evidence = {
        "evidences": {
            "hydraulic": {"sigmas": 9.3, "share_pct": 31.0, "days": 4.0, "unmetered_base_m3": 1520.4}
        },
        "states": ["unlocked"],
        "unmetered_estimate": {"days": 4.0, "base_volume_m3": 1520.4, "low": 900.0, "high": 2100.0},
    }
    number = one(
        dsn,
        "INSERT INTO alarm (rule, target_kind, target_id, priority, state, raised_at, value, unit, message, "
        "response, evidence) VALUES ('bypass_suspected', 'meter', 'M1', 'high', 'active', now(), 31, '%%', "
        "'x', 'x', %s) RETURNING alarm_id",
        Jsonb(evidence),
    )
    shown = operator.page(f"/alarms/{number}")
    assert rows(shown, "findings") == [
        "The pipe loses more pressure than the metered flow explains 9.3 31 4 1520.4"
    ]
    assert "Its bypass is not locked" in shown
    operator.speak("zh")
    assert "4 天内约 1520.4 m³（标况，900 至 2100）" in operator.page(f"/alarms/{number}")
