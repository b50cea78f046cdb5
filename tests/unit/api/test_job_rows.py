"""A job as a line: beside what is to be done stands what was said last, where that is something else."""

from datetime import UTC, datetime

import pytest

from api.console.job_rows import ShownJob
from api.console.targets import ShownTarget
from telemetry.store.jobs import StoredJob

AT = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("task", "comment", "said"),
    [
        ("exchange the regulator", "exchange the regulator", None),
        ("exchange the regulator", "rain", "rain"),
        (None, "rain", "rain"),
        ("exchange the regulator", None, None),
        (None, None, None),
    ],
)
def test_what_was_said_last_is_not_told_twice(
    task: str | None, comment: str | None, said: str | None
) -> None:
    row = StoredJob(
        kind="planned", target_kind="station", target_id="G1", task=task, comment=comment, created_at=AT
    )
    assert ShownJob(row, "planned work", ShownTarget("station", "G1", None, None), None).said == said
