"""Figures of the alarm system, worked out by hand beside."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.reports.flood import FloodLimits, floods
from alerts.reports.kpi import Span, performance
from alerts.reports.shift_report import LATE, shift_report
from alerts.reports.shift_text import shift_text
from telemetry.store.alarm_figures import AlarmSpan, JobThen, OutThen, Ring, ShelvedThen

BEGIN: Final = datetime(2026, 7, 1, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
MINUTE: Final = timedelta(minutes=1)
SECOND: Final = timedelta(seconds=1)


def ring(
    at_s: float, rule: str = "outlet_pressure_high", target: str = "ST-1", priority: str = "high"
) -> Ring:
    return Ring(BEGIN + at_s * SECOND, 1, rule, "station", target, priority)


def alarm(number: int = 1, **changed: Any) -> AlarmSpan:  # noqa: ANN401 -- fields of a span
    known = {
        "alarm_id": number,
        "rule": "outlet_pressure_high",
        "target_kind": "station",
        "target_id": "ST-1",
        "priority": "high",
        "state": "active",
        "muted_by": [],
        "raised_at": BEGIN,
        "acknowledged_at": None,
        "cleared_at": None,
        "message": "high",
        "evidence": {},
    }
    return AlarmSpan(**known | changed)


def span(
    rings: Sequence[Ring] = (),
    alarms: Sequence[AlarmSpan] = (),
    hours: float = 1,
    shelved: Sequence[ShelvedThen] = (),
    operators: int = 1,
) -> Span:
    limits = FloodLimits(operators=operators)
    return Span(BEGIN, BEGIN + hours * HOUR, list(rings), list(alarms), list(shelved), limits)


def figures(of: Span) -> dict[str, float | None]:
    return {one.definition.name: one.value for one in performance(of).figures}


def test_rates_are_per_operator() -> None:
    rings = [ring(600 * one) for one in range(12)]
    one, two = figures(span(rings, hours=2)), figures(span(rings, hours=2, operators=2))
    assert (one["annunciated_alarms_per_hour"], two["annunciated_alarms_per_hour"]) == (6, 3)
    assert one["annunciated_alarms_per_10_min"] == 1
    assert (one["max_alarms_in_10_min"], one["time_in_flood_pct"], one["periods_above_10_alarms_pct"]) == (
        1,
        0,
        0,
    )


def test_a_flood_is_counted_in_time_and_in_periods() -> None:
    """Twenty calls in 200 s: the eleventh begins it at 100 s; fewer than five are left after 160 + 600 s."""
    of = span([ring(10 * one) for one in range(20)])
    (flood,) = performance(of).floods
    assert (flood.begins_at - BEGIN, flood.ends_at) == (100 * SECOND, BEGIN + 750 * SECOND)
    assert (flood.alarms, flood.most_in_10_min) == (10, 20)
    known = figures(of)
    assert known["time_in_flood_pct"] == pytest.approx(100 * 650 / 3600)
    assert known["periods_above_10_alarms_pct"] == pytest.approx(100 / 6)
    assert performance(span(of.rings, operators=2)).floods == []


def test_a_flood_that_lasts_has_no_end() -> None:
    (flood,) = floods([BEGIN + one * SECOND for one in range(11)], BEGIN + MINUTE, FloodLimits())
    assert flood.ends_at is None


@given(
    st.lists(st.integers(0, 400).map(lambda one: 10 * one), max_size=80).map(sorted),
    st.integers(1, 15),
    st.integers(1, 15),
)
def test_floods_are_those_of_their_definition(at_s: list[int], above: int, below: int) -> None:
    """Second by second: how many calls lie in the ten minutes before, and what follows from that."""
    calls = [BEGIN + one * SECOND for one in at_s]
    found = floods(calls, BEGIN + 10_000 * SECOND, FloodLimits(above, min(above, below)))
    lasting, expected = False, []
    for now in range(0, 10_000, 10):
        lately = sum(now - 600 < one <= now for one in at_s)
        if not lasting and lately > above and now in at_s:
            lasting = True
            expected.append([now, None])
        if lasting and lately < min(above, below):
            lasting = False
            expected[-1][1] = now
    seen = [
        [(one.begins_at - BEGIN) // SECOND, one.ends_at and (one.ends_at - BEGIN) // SECOND] for one in found
    ]
    assert seen == expected


def test_chattering_bad_actors_and_their_share() -> None:
    rings = [
        ring(0),
        ring(20),
        ring(59),
        ring(100, target="ST-2"),
        ring(170, target="ST-2"),
        ring(240, target="ST-2"),
    ]
    known = performance(span(rings))
    assert [(one.source[2], one.alarms, one.most_in_a_minute) for one in known.bad_actors] == [
        ("ST-1", 3, 3),
        ("ST-2", 3, 1),
    ]
    assert [one.source[2] for one in known.chattering] == ["ST-1"]
    assert figures(span(rings))["top_10_share_pct"] == 100
    assert figures(span())["top_10_share_pct"] is None


def test_stale_standing_fleeting_and_shelved() -> None:
    old = alarm(1, raised_at=BEGIN - 30 * HOUR, state="acknowledged", acknowledged_at=BEGIN - 29 * HOUR)
    gone = alarm(2, cleared_at=BEGIN + 5 * SECOND, state="returned")
    slow = alarm(3, cleared_at=BEGIN + 50 * SECOND, acknowledged_at=BEGIN + 40 * SECOND, state="normal")
    known = figures(span([ring(0), ring(1, priority="low")], [old, gone, slow], shelved=[shelf()]))
    assert (known["stale_alarms"], known["standing_alarms"], known["shelved_alarms"]) == (1, 1, 1)
    assert (known["fleeting_alarms"], known["median_time_to_acknowledge_s"]) == (1, 40)
    assert (known["high_share_pct"], known["low_share_pct"], known["critical_share_pct"]) == (50, 50, 0)


def shelf(hours: float = 2) -> ShelvedThen:
    until = BEGIN + hours * HOUR
    return ShelvedThen("outlet_pressure_low", "station", "ST-3", "high", BEGIN, until, "传感器", "op")


def job(number: int, **changed: Any) -> JobThen:  # noqa: ANN401 -- fields of a job
    known = {
        "job_id": number,
        "kind": "fault",
        "target_kind": "station",
        "target_id": "ST-1",
        "state": "assigned",
        "fault_class": "slam_shut_tripped",
        "assignee": "crew",
        "due_at": BEGIN + 4 * HOUR,
        "task": None,
        "cause": None,
        "reopened": 0,
        "created_at": BEGIN,
        "done_at": None,
    }
    return JobThen(**known | changed)


SHIFT: Final = span(
    [ring(0), ring(60)],
    [
        alarm(1),
        alarm(2, priority="low", target_kind="device", target_id="D-1", rule="device_silent"),
        alarm(3, priority="critical", state="returned", cleared_at=BEGIN + HOUR),
        alarm(4, muted_by=[{"kind": "shelved"}], target_id="ST-3"),
        alarm(5, raised_at=BEGIN - 30 * HOUR, state="acknowledged", acknowledged_at=BEGIN, target_id="ST-9"),
        alarm(6, acknowledged_at=BEGIN + LATE["high"], state="acknowledged", target_id="ST-4"),
    ],
    hours=8,
    shelved=[shelf(10), shelf(20)],
)
OUT: Final = [OutThen("station", "ST-7", BEGIN - HOUR, None, "rebuilt", "crew")]
JOBS: Final = [
    job(1),
    job(2, done_at=BEGIN + HOUR, state="done", cause="battery", reopened=1),
    job(3, created_at=BEGIN - HOUR, due_at=None, reopened=1),
    job(4, due_at=BEGIN + 9 * HOUR),
    job(5, kind="inspection", fault_class=None, task="旁通检查", created_at=BEGIN - HOUR),
    job(6, kind="calibration", fault_class=None, due_at=None),
]


def test_the_handover_names_what_the_next_shift_must_look_at() -> None:
    report = shift_report(SHIFT, OUT, JOBS)
    assert [(one.why.en.split()[0], one.alarm or one.job, one.target_id) for one in report.look_at] == [
        ("came", 3, "ST-1"),
        ("stands", 1, "ST-1"),
        ("stands", 2, "D-1"),
        ("is", None, "ST-3"),
        ("has", 5, "ST-9"),
        ("should", 1, "ST-1"),
        ("was", 3, "ST-1"),
        ("should", 5, "ST-1"),
        ("is", None, "ST-7"),
    ]
    assert [one.alarm_id for one in report.late] == [1, 3], "nobody was called for 4"
    assert [one.alarm_id for one in report.standing] == [1, 2, 4, 5, 6]
    assert [one.alarm_id for one in report.muted] == [4]
    assert [one.alarm_id for one in report.out_of_band] == [1, 4, 5, 6]
    assert [one.alarm_id for one in report.silent] == [2]
    assert [one.job_id for one in report.jobs_opened] == [1, 2, 4, 6]
    assert [one.job_id for one in report.jobs_closed] == [2]
    assert report.raised == {"critical": 1, "high": 3, "medium": 0, "low": 1}


def test_the_handover_is_written_in_both_languages() -> None:
    report = shift_report(SHIFT, OUT, JOBS)
    english = shift_text(report, "en", UTC).splitlines()
    chinese = shift_text(report, "zh", UTC).splitlines()
    assert english[0] == "Shift report  2026-07-01 00:00 - 2026-07-01 08:00"
    assert "ST-1 Outlet pressure high: stands and nobody acknowledged it #1" in "\n".join(english)
    assert len(english) == len(chinese)
    assert chinese[0].startswith("交接班报告")
    assert "- D-1 设备失联: 未确认且仍存在 #2" in chinese
    assert "- ST-3 出口压力低 (传感器): 搁置将在下一班到期" in chinese
    assert [line.partition(" #4 ")[2] for line in chinese if " #4 " in line] == ["(搁置)"]
    assert not [line for line in (*english, *chinese) if "outlet_pressure" in line], "titles, no rules' names"
    assert "- ST-1 巡检 (旁通检查): 已超过期限" in "\n".join(chinese)
    assert "- job 6 ST-1 检定 assigned" in chinese
    assert "- job 1 ST-1 Slam-shut tripped assigned" in english
    quiet = shift_text(shift_report(span(), [], []), "en", UTC)
    assert quiet.splitlines()[1:] == ["Alarms raised: 0", "Calls of the operator: 0"]
