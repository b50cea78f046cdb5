"""KPIs and the handover over HTTP, from what the database holds."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from telemetry.store.pool import connect
from tests.api_access import Caller, calling
from tests.small_city import migrated, populate

FLOOD = """
INSERT INTO alarm_event (alarm_id, at, recorded_at, signal, from_state, to_state, muted_by)
SELECT 1, now(), now() - INTERVAL '3 hours' + n * INTERVAL '5 s', signal, before, 'active', muted::jsonb
FROM generate_series(1, 15) AS n,
     (VALUES ('HELD', 'returned', '[]'), ('SHELVE', 'active', '[]'), ('HELD', 'pending', '[{"kind": "x"}]'))
     AS event (signal, before, muted)
"""


@pytest.fixture
def caller(database: str) -> Iterator[Caller]:
    with migrated(database) as connection:
        populate(connection)
        connection.execute(FLOOD)
        connection.commit()
    with calling(database) as found:
        yield found


def ago(hours: float) -> str:
    return (datetime.now(UTC) - timedelta(hours=hours)).isoformat()


def test_figures_count_who_was_called(caller: Caller) -> None:
    """Fifteen of 45 events called anybody; five alarms began in the recent hour as the city was written."""
    answer = caller.get("/alarms/kpi", start=ago(6), to=ago(1))
    assert answer.status_code == 200, answer.text
    known = answer.json()
    assert known["alarms"] == 15
    assert known["bad_actors"][0]["alarms"] == 15
    assert [one["rule"] for one in known["chattering"]] == ["outlet_pressure_high"]
    (flood,) = known["floods"]
    assert (flood["alarms"], flood["most_in_10_min"], known["in_flood"]) == (5, 15, False)
    figures = {one["name"]: one for one in known["figures"]}
    assert figures["annunciated_alarms_per_hour"]["value"] == pytest.approx(3, rel=1e-3)
    assert figures["max_alarms_in_10_min"]["target"] == 10
    assert not any(one["verified"] for one in figures.values())
    assert caller.get("/alarms/kpi", start=ago(6), to=ago(1), operators=2).json()["floods"] == []
    assert (
        caller.get("/alarms/kpi", start=ago(6), to=ago(1), flood_above=14).json()["floods"][0]["alarms"] == 1
    )
    assert caller.get("/alarms/kpi").json()["alarms"] == 20
    wrong = caller.get("/alarms/kpi", start=ago(1), to=ago(6))
    assert (wrong.status_code, wrong.json()["field"]) == (400, "to")


def test_the_handover_says_what_stands_and_must_be_looked_at(caller: Caller, database: str) -> None:
    until = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    caller.post("/alarms/1/shelve", {"until": until, "reason": "换传感器"})
    target = {"kind": "station", "id": "G2"}
    caller.post("/jobs", {"kind": "fault", "target": target, "fault_class": "leak", "due_at": ago(1)})
    caller.post("/out-of-service", {"target": {"kind": "meter", "id": "M1"}, "reason": "rebuilt"})
    with connect(database, "test") as connection:
        connection.execute("UPDATE alarm SET muted_by = '[]' WHERE rule = 'slam_shut_tripped'")
    report = caller.get("/shift-report").json()
    assert [one["rule"] for one in report["standing"]] == [
        *("register_regression", "outlet_pressure_high", "device_silent")
    ]
    assert [one["rule"] for one in report["out_of_band"]] == ["outlet_pressure_high"]
    assert [one["target"]["id"] for one in report["silent"]] == ["D2"]
    assert [one["reason"] for one in report["shelved"]] == ["换传感器"]
    assert [one["muted_by"][0]["kind"] for one in report["muted"]] == ["shelved"]
    assert [one["target"]["id"] for one in report["out_of_service"]] == ["M1"]
    assert [one["fault_class"] for one in report["jobs_opened"]] == ["leak"]
    assert [(one["about"], one["why"]["en"].split()[0]) for one in report["look_at"]] == [
        ("slam_shut_tripped", "came"),
        ("device_silent", "stands"),
        ("outlet_pressure_high: 换传感器", "is"),
        ("leak", "should"),
        ("rebuilt", "is"),
    ]
    assert report["raised"]["critical"] == 1
    headers = {"Accept": "text/plain"}
    text = caller.get("/shift-report", headers=headers, language="zh", time_zone="Asia/Shanghai")
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert text.text.startswith("交接班报告")
    assert "换传感器" in text.text
    assert caller.get("/shift-report", time_zone="Nowhere").json()["field"] == "time_zone"
    assert caller.get("/shift-report", headers={"Accept": "image/png"}).status_code == 406
