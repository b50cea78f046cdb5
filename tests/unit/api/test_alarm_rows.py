"""Alarms speak the operator's language, and those that wait come first."""

from datetime import UTC, datetime
from typing import Any

import pytest

from alerts.catalogue import catalogue
from api.console.alarm_rows import ShownAlarm, _shown, counts
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


def test_the_head_counts_what_stands_and_what_waits() -> None:
    stand = {
        ("active", "high"): 2,
        ("returned", "high"): 1,
        ("acknowledged", "high"): 4,
        ("acknowledged", "low"): 1,
    }
    assert counts(stand) == {"critical": (0, 0), "high": (7, 3), "medium": (0, 0), "low": (1, 0)}
