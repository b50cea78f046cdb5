"""Alarms speak the operator's language, and those that wait come first."""

from datetime import UTC, datetime
from typing import Any

import pytest

from alerts.catalogue import catalogue
from api.console.alarm_rows import ShownAlarm, _shown
from api.console.languages import Language
from telemetry.store.alarm_lists import AlarmRow


def row(**changes: object) -> AlarmRow:
    values: dict[str, Any] = {
        "alarm_id": 1,
        "rule": "outlet_pressure_high",
        "target_kind": "station",
        "target_id": "ST-1",
        "priority": "high",
        "state": "active",
        "muted_by": [],
        "raised_at": datetime(2026, 7, 1, tzinfo=UTC),
        "acknowledged_at": None,
        "cleared_at": None,
        "value": 231.40000000000003,
        "limit_value": 220.0,
        "unit": "kPa",
        "message": "as stored",
        "response": "as stored",
        "evidence": {},
        "verdict": None,
    }
    return AlarmRow(**values | changes)


@pytest.mark.parametrize(
    ("language", "words"), [("en", ["Outlet pressure", "231.4", "220"]), ("zh", ["出口压力", "231.4", "220"])]
)
def test_an_alarm_is_told_in_the_chosen_language(language: Language, words: list[str]) -> None:
    shown = _shown(row(), None, language)
    assert all(word in shown.message for word in words)
    assert shown.response != "as stored"
    assert (shown.value, shown.limit, shown.unit) == ("231.4", "220", "kPa")


def test_an_operator_sees_why_nothing_rang() -> None:
    until = "2026-07-01T08:00:00Z"
    muted_by = [
        {"kind": "shelved", "reason": "换传感器", "by": "op", "until": until},
        {"kind": "inhibited", "rule": "slam_shut_tripped", "target": {"kind": "station", "id": "ST-1"}},
        {"kind": "planned_job", "job": 12, "reason": "exchange"},
    ]
    shelved, inhibited, planned = _shown(row(muted_by=muted_by), None, "zh").muted_by
    assert (shelved.kind, shelved.text, shelved.by) == ("shelved", "换传感器", "op")
    assert shelved.until == datetime(2026, 7, 1, 8, tzinfo=UTC)
    assert (inhibited.text, planned.text) == ("切断阀动作 ST-1", "#12 exchange")


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_every_rule_can_be_told_even_without_its_evidence(name: str) -> None:
    for language in ("en", "zh"):
        assert _shown(row(rule=name), None, language).message


def test_a_rule_that_is_gone_is_told_as_it_was_stored() -> None:
    shown = _shown(row(rule="retired_rule"), None, "zh")
    assert (shown.title, shown.message, shown.response) == ("retired_rule", "as stored", "as stored")


def test_who_waits_comes_first_then_priority_then_the_newest() -> None:
    def one(number: int, priority: str, state: str, hour: int = 0) -> ShownAlarm:
        at = datetime(2026, 7, 1, hour, tzinfo=UTC)
        return _shown(row(alarm_id=number, priority=priority, state=state, raised_at=at), None, "en")

    alarms = [
        one(1, "critical", "acknowledged"),
        one(2, "low", "active"),
        one(3, "high", "returned", 1),
        one(4, "high", "active", 2),
    ]
    assert [alarm.id for alarm in sorted(alarms, key=lambda alarm: alarm.rank)] == [4, 3, 2, 1]


def test_what_is_muted_comes_last_whatever_it_is() -> None:
    muted = _shown(row(priority="critical", muted_by=[{"kind": "shelved"}]), None, "en")
    quiet = _shown(row(priority="low", state="acknowledged"), None, "en")
    assert sorted([muted, quiet], key=lambda alarm: alarm.rank) == [quiet, muted]
