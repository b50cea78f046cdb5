"""Taking things out of service and back, from an alarm, a station, a meter and the list."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from telemetry.store.pool import connect
from tests.api_access import served
from tests.console_access import Visitor, rows, visiting, wrong
from tests.small_city import migrated, populate

AHEAD = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%dT%H:%M}"
WHERE = ("/alarms/1/out-of-service", "/stations/G1/out-of-service", "/meters/M1/out-of-service", "/muted")


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
def crew(dsn: str, address: str) -> Iterator[Visitor]:
    with visiting(dsn, address, "crew", "work:write") as found:
        yield found


def removals(dsn: str) -> list[tuple[Any, ...]]:
    with connect(dsn, "test") as connection:
        return connection.execute(
            "SELECT target_kind, target_id, reason, taken_by, returned_by, until AT TIME ZONE 'Asia/Shanghai'"
            " FROM out_of_service ORDER BY out_of_service_id"
        ).fetchall()


def offered(page: str) -> list[str]:
    return re.findall(r'<option value="((?:station|meter|device|zone):[^"]+)"', page)


def test_a_station_is_taken_out_from_its_alarm_and_returned(crew: Visitor, dsn: str) -> None:
    assert offered(crew.page("/alarms/1"))[0] == "station:G1"
    taken = crew.send(
        "/alarms/1/out-of-service", service_target="station:G1", service_reason="大修", service_until=AHEAD
    )
    assert (taken.status_code, taken.headers["location"]) == (303, "/alarms/1")
    assert removals(dsn) == [("station", "G1", "大修", "crew", None, datetime.fromisoformat(AHEAD))]
    page = crew.page("/alarms/1")
    assert "station:G1" not in offered(page), "it is out already"
    for path in ("/alarms/1", "/stations/G1"):
        said = re.search(r'action="/out-of-service/1/return".*?<p>(.*?)</p>', crew.page(path), re.DOTALL)
        assert said
        assert re.search(rf"大修 <small>crew, since .*, until {AHEAD[5:10]} {AHEAD[11:]}", said[1])
    back = crew.send("/out-of-service/1/return", next="/alarms/1")
    assert (back.status_code, back.headers["location"]) == (303, "/alarms/1")
    assert [row[4] for row in removals(dsn)] == ["crew"]
    assert offered(crew.page("/alarms/1"))[0] == "station:G1"


def test_a_meter_its_device_and_what_lies_around_it_are_offered(crew: Visitor, dsn: str) -> None:
    found = offered(crew.page("/meters/M1"))
    assert found[:2] == ["meter:M1", "device:D1"]
    assert [one for one in found if one.startswith("zone:")]
    taken = crew.send(
        "/meters/M1/out-of-service", service_target="device:D1", service_reason="x", next="/meters/M1"
    )
    assert (taken.status_code, taken.headers["location"]) == (303, "/meters/M1")
    assert removals(dsn) == [("device", "D1", "x", "crew", None, None)]
    assert "station:G1" in offered(crew.page("/stations/G1"))


def test_anything_is_taken_out_and_returned_on_the_list(crew: Visitor, dsn: str) -> None:
    form = {"service_kind": "station", "service_id": "G3", "service_reason": "rebuilt"}
    assert crew.send("/muted", **form, service_until=AHEAD).headers["location"] == "/muted"
    (line,) = rows(crew.page("/muted?kind=out_of_service"), "muted")
    assert re.search(rf"all its alarms rebuilt crew {AHEAD[5:10]} {AHEAD[11:]} Return to service", line)
    again = crew.send("/muted", **form)
    assert (again.status_code, wrong(again.text)) == (409, ["station G3 is out of service already"])
    assert 'value="rebuilt"' in again.text, "what was written is kept"
    assert crew.send("/out-of-service/1/return", next="/muted").headers["location"] == "/muted"
    assert removals(dsn)[0][4] == "crew"
    crew.speak("zh")
    late = crew.send("/out-of-service/1/return", next="/muted")
    assert (late.status_code, wrong(late.text)) == (409, ["该停用已结束，请查看最新状态"])


@pytest.mark.parametrize("path", WHERE)
@pytest.mark.parametrize(
    ("change", "english", "chinese"),
    [
        ({"service_reason": " "}, "is required", "必填"),
        ({"service_until": "2001-01-01T00:00"}, "must be in the future", "必须是将来的时间"),
        ({"service_until": "soon"}, "is not a time", "不是有效时间"),
        ({"service_target": "station:G9"}, "there is no station G9", "不存在：G9"),
        ({"service_target": "pump:G1"}, "is not one of the choices", "不在可选范围内"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    crew: Visitor, dsn: str, path: str, change: dict[str, str], english: str, chinese: str
) -> None:
    form = {"service_target": "station:G1", "service_reason": "大修 <1>", "service_until": AHEAD} | change
    for language, said in (("en", english), ("zh", chinese)):
        crew.speak(language)
        page = crew.send(path, **form)
        assert (page.status_code, wrong(page.text)) == (422, [said])
        assert "service_reason" in change or 'value="大修 &lt;1&gt;"' in page.text
        assert f'value="{form["service_until"]}"' in page.text
    assert removals(dsn) == []


def test_it_asks_for_the_scope_and_the_sessions_token(dsn: str, address: str, crew: Visitor) -> None:
    form = {"service_target": "station:G1", "service_reason": "x"}
    crew.send("/alarms/1/out-of-service", **form)
    with visiting(dsn, address, "dispatcher", "alarms:operate") as operator:
        for path in ("/alarms/1", "/stations/G1", "/meters/M1", "/muted"):
            page = operator.page(path)
            assert "service_reason" not in page
            assert "Return to service" not in page
        assert "Out of service" in operator.page("/alarms/1"), "but it is told"
        for path in (*WHERE, "/out-of-service/1/return"):
            answer = operator.send(path, **form)
            assert (answer.status_code, "work:write" in answer.text) == (403, True)
    for path in (*WHERE, "/out-of-service/1/return"):
        assert crew.send(path, csrf="wrong", **form).status_code == 403
    assert [row[4] for row in removals(dsn)] == [None]
