"""The handover, the figures of the alarm system and a meter, as the pages show them."""

import re
from collections.abc import Iterator

import pytest
from httpx import Client

from telemetry.store.pool import connect
from tests.api_access import Caller, new_key, served
from tests.console_access import Visitor, rows, visiting, wrong
from tests.small_city import migrated, populate

YEAR = "from=2026-01-01T00:00&to=2026-12-31T23:59"


@pytest.fixture
def dsn(plain_database: str) -> str:
    with migrated(plain_database) as connection:
        populate(connection)
        connection.execute("UPDATE alarm SET raised_at = '2026-07-01 02:00+00' WHERE target_id = 'D3'")
        connection.execute(
            "INSERT INTO alarm_event (alarm_id, at, recorded_at, signal, from_state, to_state)"
            " SELECT 5, at, at, 'HELD', 'pending', 'active' FROM (SELECT '2026-07-01 02:00+00'::timestamptz"
            " + n * INTERVAL '10 seconds' AS at FROM generate_series(1, 14) n) AS calls"
        )
        connection.execute(
            "INSERT INTO job (kind, fault_class, target_kind, target_id, state, due_at, created_at) VALUES"
            " ('fault', 'slam_shut_tripped', 'station', 'G2', 'new', '2026-07-01', '2026-07-01')"
        )
    return plain_database


@pytest.fixture
def address(dsn: str) -> Iterator[str]:
    with served(dsn) as found:
        yield found


@pytest.fixture
def viewer(dsn: str, address: str) -> Iterator[Visitor]:
    with visiting(dsn, address, "viewer") as found:
        yield found


def test_the_handover_is_that_of_the_api(viewer: Visitor, dsn: str, address: str) -> None:
    with Client(base_url=address, timeout=30) as client:
        said = Caller(client, new_key(dsn)).get("/shift-report").json()
    page = viewer.page(f"/shift-report?from={said['from']}&to={said['to']}".replace("+", "%2B"))
    for name in ("look_at", "standing", "shelved", "jobs_opened"):
        shown = re.findall(rf'id="{name}"><h2>[^<]+<small>(\d+)</small>', page)
        assert shown == ([str(len(said[name]))] if said[name] else [])
    assert {f"/alarms/{one['id']}" for one in said["standing"]} <= set(re.findall(r'href="([^"]+)"', page))
    assert "should have been done by now" in page
    assert re.findall(r'href="(/jobs/\d+)"', page)


def test_the_handover_names_alarms_and_jobs_in_the_readers_language(viewer: Visitor, dsn: str) -> None:
    with connect(dsn, "test") as connection:
        connection.execute(
            "INSERT INTO alarm_shelving (rule, target_kind, target_id, priority, shelved_at, until, reason,"
            " shelved_by) VALUES ('outlet_pressure_low', 'station', 'G3', 'high', now() - INTERVAL '1 hour',"
            " now() + INTERVAL '1 hour', '换传感器', 'op')"
        )
        connection.execute(
            "INSERT INTO job (kind, target_kind, target_id, state, due_at, created_at) VALUES"
            " ('calibration', 'meter', 'M1', 'new', '2026-07-01', '2026-07-01')"
        )
    viewer.speak("zh")
    look_at = viewer.page("/shift-report").split('id="look_at"')[1].split("</section>")[0]
    assert "出口压力低: 换传感器" in look_at
    assert "</a> 检定" in look_at
    assert "outlet_pressure_low" not in look_at
    assert "calibration" not in look_at


@pytest.mark.parametrize("path", ["/shift-report", "/figures"])
@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=2026-07-02T00:00&to=2026-07-01T00:00", "必须晚于起始时间，且跨度不超过一年"),
        ("from=soon", "不是有效时间"),
        ("from=0001-01-01T00:00", "不是有效时间"),
        ("to=2199-07-01T00:00", "不是有效时间"),
    ],
)
def test_a_span_that_there_is_not_is_told_and_the_usual_one_shown(
    viewer: Visitor, path: str, query: str, said: str
) -> None:
    viewer.speak("zh")
    page = viewer.page(f"{path}?{query}", 422)
    assert wrong(page) == [said]
    assert 'class="scroll report"' in page


def test_the_shift_is_the_present_one_where_nothing_is_said(viewer: Visitor) -> None:
    page = viewer.page("/shift-report")
    begin = re.findall(r'name="from" value="[\d-]+T([\d:]+)"', page)
    assert begin[0] in {"00:00", "08:00", "16:00"}
    before = re.findall(r'href="(/shift-report\?from=[^"]+)"', page)
    assert f"T{begin[0]}" in before[0]
    viewer.page(before[0])


def test_figures_stand_beside_their_targets(viewer: Visitor) -> None:
    page = viewer.page(f"/figures?{YEAR}&operators=1")
    lines = rows(page, "kpi")
    assert [line for line in lines if line.startswith("most that rang in one period of ten minutes 14")]
    assert [line for line in lines if "most that rang" in line and line.endswith("BEYOND")]
    assert [line for line in lines if "shelved at the end 0" in line and line.endswith("on target")]
    assert rows(page, "floods")[0].split()[-2:] == ["4", "14"]
    assert 'href="/alarms?span=30d&rule=device_silent&target=device%3AD3"' in page
    assert "Chattering" in page
    two = viewer.page(f"/figures?{YEAR}&operators=2")
    assert "floods" not in re.findall(r'<table class="table" id="(\w+)"', two)


def test_a_meters_page_tells_who_supplies_it_and_what_is_wrong(viewer: Visitor, dsn: str) -> None:
    with connect(dsn, "test") as connection:
        connection.execute("UPDATE station SET feeds_zone = 'east' WHERE station = 'G1'")
        connection.execute(
            "INSERT INTO job (kind, target_kind, target_id, state, created_at) VALUES"
            " ('exchange', 'meter', 'M1', 'new', now()), ('inspection', 'device', 'D1', 'new', now())"
        )
    page = viewer.page("/meters/M1")
    assert 'Supplied by</dt><dd><a href="/stations/G1">东门站</a>' in " ".join(page.split())
    assert 'href="/alarms/3"' in page
    assert "exchange" in page
    assert "inspection" in page, "what is to be done about its device too"


def test_an_hour_is_explained_to_who_may_read_volumes(dsn: str, address: str, viewer: Visitor) -> None:
    path = "/meters/M1/explain?at=2026-07-01T08:00"
    assert "/explain" not in viewer.page("/meters/M1")
    assert "billing:read" in viewer.page(path, 403)
    with visiting(dsn, address, "billing", "billing:read") as billing:
        assert 'action="/meters/M1/explain"' in billing.page("/meters/M1")
        for language, words in (("en", "Where"), ("zh", "小时气量依据")):
            billing.speak(language)
            text = billing.page(path).split('<pre class="explanation">')[1]
            assert words in text
            assert "2026-07-01 08:00" in text
        assert "at=2026-07-01T07:00" in billing.page(path)
        billing.page("/meters/M1/explain?at=soon", 400)
        billing.page("/meters/M1/explain", 400)
        billing.page("/meters/nobody/explain?at=2026-07-01T08:00", 404)
