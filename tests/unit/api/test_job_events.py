"""What changed of a job is said in the reader's words, times by the city's clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from api.console.job_events import shown_job_events
from api.console.languages import Language
from telemetry.store.jobs import JobEvent, PlanChange

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 7, 1, 17, 0, tzinfo=UTC)
"""The second of July, one o'clock, in the city."""


def said(*changes: PlanChange, language: Language = "en") -> list[str]:
    row = JobEvent(1, AT, "assigned", "assigned", "lead", None, changes)
    (shown,) = shown_job_events([row], language, ZONE)
    assert shown.row is row
    return list(shown.changes)


@pytest.mark.parametrize(
    ("change", "english", "chinese"),
    [
        (
            PlanChange("ends_at", AT, AT + timedelta(hours=2, minutes=30)),
            "Ends: from 2026-07-02 01:00 to 2026-07-02 03:30",
            "结束：由 2026-07-02 01:00 改为 2026-07-02 03:30",
        ),
        (PlanChange("due_at", None, AT), "Due: set to 2026-07-02 01:00", "期限：设为 2026-07-02 01:00"),
        (
            PlanChange("starts_at", AT + timedelta(seconds=30), None),
            "Begins: emptied, was 2026-07-02 01:00:30",
            "开始：清空，原为 2026-07-02 01:00:30",
        ),
        (PlanChange("assignee", None, "crew {0}"), "Assignee: set to crew {0}", "承办人：设为 crew {0}"),
        (
            PlanChange("permits", ["pressure"], ["pressure", "silence"]),
            "Permits: from pressure out of band to pressure out of band, silence",
            "作业许可：由 压力波动 改为 压力波动、通信中断",
        ),
        (
            PlanChange("permits", ["bypass_open"], []),
            "Permits: emptied, was bypass open",
            "作业许可：清空，原为 旁通打开",
        ),
        (
            PlanChange("task", "exchange the seat", "exchange {0}"),
            "What is to be done: from exchange the seat to exchange {0}",
            "作业内容：由 exchange the seat 改为 exchange {0}",
        ),
        (PlanChange("cause", None, "leak"), "Cause: set to gas escaped", "原因：设为 漏气"),
        (PlanChange("cause", "no_longer_known", None), "Cause: emptied, was no_longer_known", None),
        (
            PlanChange("external_id", "WO-1", "leak"),
            "Number elsewhere: from WO-1 to leak",
            "外部单号：由 WO-1 改为 leak",
        ),
    ],
)
def test_each_change_is_a_sentence(change: PlanChange, english: str, chinese: str | None) -> None:
    assert said(change) == [english]
    assert chinese is None or said(change, language="zh") == [chinese]


def test_a_line_tells_all_that_changed_in_order_or_nothing() -> None:
    assert said() == []
    both = said(PlanChange("assignee", "a", "b"), PlanChange("due_at", AT, None))
    assert both == ["Assignee: from a to b", "Due: emptied, was 2026-07-02 01:00"]
