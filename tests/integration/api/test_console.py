"""Logging in and sending forms: links work once, cookies stay ours, forms come from our own pages."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from httpx import Client, Response

from telemetry.store.keys import create_key, revoke_key
from telemetry.store.pool import connect
from telemetry.store.sessions import find_session, offer_login
from tests.api_access import served
from tests.small_city import migrated, populate

PEOPLE = {"Accept": "text/html"}
PAGES = (
    "/",
    "/meters",
    "/meters/M1",
    "/stations/G1",
    "/stations/G3",
    "/alarms",
    "/alarms/1",
    "/muted",
    "/shift-report",
    "/figures",
    "/jobs",
    "/jobs/new",
    "/dead-letters",
    "/dead-letters/1",
)
PARTS = (
    "/console/status",
    "/console/stations",
    "/console/alarms",
    "/console/meters",
    "/console/alarms/1/events",
    "/console/alarms/1/facts",
    "/console/alarms/1/hands",
)
CHARTS = ("/console/meters/M1/chart?span=7d", "/console/stations/G2/chart?span=1h")


@pytest.fixture
def dsn(plain_database: str) -> str:
    with migrated(plain_database) as connection:
        populate(connection)
    return plain_database


@pytest.fixture
def client(dsn: str) -> Iterator[Client]:
    with served(dsn) as address, Client(base_url=address, headers=PEOPLE, timeout=30) as found:
        yield found


def _offer(dsn: str, lifetime: timedelta = timedelta(hours=1)) -> str:
    with connect(dsn, "test") as connection:
        return offer_login(connection, lifetime=lifetime)


def _log_in(client: Client, dsn: str) -> Response:
    answer = client.get("/login", params={"token": _offer(dsn)})
    assert answer.status_code == 200
    return answer


def _csrf(client: Client) -> str:
    return client.get("/").text.split('"X-CSRF-Token": "')[1].split('"')[0]


def test_nobody_sees_anything_before_logging_in(client: Client) -> None:
    for path in (*PAGES, *PARTS, *CHARTS, "/console/alarms/stream"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["location"].startswith("/login?next=")) == (303, True)
        part = client.get(path, headers={"HX-Request": "true"})
        assert (part.status_code, part.headers["hx-redirect"]) == (401, "/login")
        program = client.get(path, headers={"Accept": "application/json"})
        assert (program.status_code, program.headers["content-type"]) == (401, "application/problem+json")
    assert client.post("/console/alarms/1/acknowledge").status_code == 303


def test_a_link_works_once_and_the_cookie_stays_ours(client: Client, dsn: str) -> None:
    token = _offer(dsn)
    cookie = client.get("/login", params={"token": token}).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    session = cookie.split("citygas_session=")[1].split(";")[0]
    with connect(dsn, "test") as connection:
        stored = connection.execute("SELECT console_session::text FROM console_session").fetchall()
        assert session not in str(stored)
        key = find_session(connection, session)
        assert key is not None
        assert key.name == "operator"
    again = client.get("/login", params={"token": token})
    assert (again.status_code, again.headers["location"]) == (303, "/"), "who is in is let on"
    client.cookies.clear()
    assert client.get("/login", params={"token": token}).status_code == 401
    assert client.get("/login", params={"token": _offer(dsn, timedelta(seconds=-1))}).status_code == 401
    assert client.get("/").status_code == 303


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_and_part_is_there(client: Client, dsn: str, language: str) -> None:
    _log_in(client, dsn)
    client.cookies.set("citygas_language", language)
    for path in PAGES + PARTS:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["content-security-policy"].startswith("default-src 'self';")
        assert "http://" not in answer.text.replace("http://www.w3.org/2000/svg", "")
        assert "https://" not in answer.text
        assert 'style="' not in answer.text, "the policy would block it"
    for path in CHARTS:
        columns = client.get(path).json()
        assert len(columns["at"]) > 10
    for path in (
        "/meters/nobody",
        "/stations/nobody",
        "/console/alarms/99/events",
        "/dead-letters/99",
        "/nowhere",
    ):
        page = client.get(path)
        assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")


def test_a_form_must_come_from_our_own_page(client: Client, dsn: str) -> None:
    _log_in(client, dsn)
    token = _csrf(client)
    path = "/console/alarms/1/acknowledge"
    for headers in (
        {},
        {"X-CSRF-Token": "wrong"},
        {"X-CSRF-Token": token, "Sec-Fetch-Site": "cross-site"},
        {"X-CSRF-Token": token, "Sec-Fetch-Site": "same-site"},
    ):
        assert client.post(path, headers=headers).status_code == 403
    with Client(base_url=client.base_url, headers=PEOPLE) as other:
        _log_in(other, dsn)
        assert other.post(path, headers={"X-CSRF-Token": token}).status_code == 403, "another session's token"
    too_large = client.post(path, headers={"X-CSRF-Token": token}, content=b"comment=" + b"x" * 20_000)
    assert too_large.status_code == 413
    good = client.post(
        path, headers={"X-CSRF-Token": token, "Sec-Fetch-Site": "same-origin"}, data={"comment": "gesehen ✓"}
    )
    assert good.status_code == 200
    assert 'id="alarm-1"' in good.text
    with connect(dsn, "test") as connection:
        row = connection.execute("SELECT comment FROM alarm_event ORDER BY event_id DESC LIMIT 1").fetchone()
    assert row == ("gesehen ✓",)


def test_who_may_not_operate_cannot_even_by_hand(client: Client, dsn: str) -> None:
    with connect(dsn, "test") as connection:
        key = create_key(connection, "viewer", ["telemetry:read", "alarms:read"])
        blind = create_key(connection, "billing", ["billing:read"])
    assert client.post("/login", data={"key": key}).headers["location"] == "/"
    answer = client.post("/console/alarms/1/acknowledge", headers={"X-CSRF-Token": _csrf(client)})
    assert answer.status_code == 403
    assert "alarms:operate" in answer.text
    client.cookies.clear()
    client.post("/login", data={"key": blind})
    refused = client.get("/")
    assert (refused.status_code, "telemetry:read" in refused.text) == (403, True)
    assert client.post("/login", data={"key": "cg_wrong"}).status_code == 401
    assert client.post("/login", data={}).status_code == 401


@pytest.mark.parametrize(
    "target", ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere", "x", "/a\n"]
)
def test_nobody_is_led_elsewhere(client: Client, dsn: str, target: str) -> None:
    with connect(dsn, "test") as connection:
        key = create_key(connection, "someone", ["admin"])
    answer = client.post("/login", data={"key": key, "next": target})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    kept = client.get("/preferences", params={"language": "zh", "back": target})
    assert kept.headers["location"] == "/"


def test_a_session_ends_with_its_key_and_by_logging_out(client: Client, dsn: str) -> None:
    _log_in(client, dsn)
    token = _csrf(client)
    assert client.post("/logout").status_code == 403
    assert client.post("/logout", data={"csrf": token}).headers["location"] == "/login"
    assert client.get("/").status_code == 303
    _log_in(client, dsn)
    assert client.get("/").status_code == 200
    with connect(dsn, "test") as connection:
        revoke_key(connection, "operator")
    assert client.get("/").status_code == 303


def test_names_are_text_and_never_markup(client: Client, dsn: str) -> None:
    with connect(dsn, "test") as connection:
        connection.execute("UPDATE account SET name = '<script>alert(1)</script>'")
        connection.execute("UPDATE station SET name = '\"><img src=x onerror=alert(1)>'")
        connection.execute("UPDATE dead_letter SET topic = '<b>', detail = '</td><script>'")
        connection.execute('UPDATE alarm SET evidence = \'{"<i>": "<script>"}\'')
    _log_in(client, dsn)
    for path in PAGES + PARTS:
        text = client.get(path).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "<i>:" not in text
        assert "</td><script>" not in text


def test_files_are_ours_and_may_be_kept(client: Client) -> None:
    for name in (
        "console.css",
        "console.js",
        "chart.js",
        "icon.svg",
        "vendor/htmx.min.js",
        "vendor/uPlot.iife.min.js",
    ):
        assert client.get(f"/static/{name}").status_code == 200
    for licence in ("htmx.LICENSE", "uPlot.LICENSE"):
        assert client.get(f"/static/vendor/{licence}").status_code == 200
    assert client.get("/static/../app.py").status_code == 404
    assert client.get("/static/%2e%2e/console/login.py").status_code == 404


def test_a_muted_alarm_says_why_and_its_history_too(client: Client, dsn: str) -> None:
    _log_in(client, dsn)
    client.cookies.set("citygas_language", "zh")
    with connect(dsn, "test") as connection:
        connection.execute(
            "INSERT INTO alarm_event (alarm_id, at, signal, from_state, to_state)"
            " SELECT alarm_id, now(), 'SHELVE', 'returned', 'returned' FROM alarm WHERE muted_by <> '[]'"
        )
        number = connection.execute("SELECT alarm_id FROM alarm WHERE muted_by <> '[]'").fetchone()
    assert number
    assert "已搁置" in client.get("/console/alarms").text
    assert "搁置</span>" in client.get(f"/console/alarms/{number[0]}/events").text
