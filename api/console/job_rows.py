"""Jobs as those read them who do them: in the chosen language, with what they are about."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection

from alerts.maintenance.jobs import JobState
from api.console.alarm_rows import cause_word, rule_title
from api.console.languages import Language, translator
from api.console.targets import ShownTarget, shown_targets
from telemetry.store.jobs import StoredJob

OPEN = tuple(state.value for state in JobState if state is not JobState.VERIFIED)
"""What there is still something to do about."""


@dataclass(frozen=True)
class ShownJob:
    """One job as a line of the list."""

    row: StoredJob
    title: str
    target: ShownTarget
    cause: str | None

    @property
    def heading(self) -> str:
        """What a list with a column of kinds calls it: its fault, else what is to be done."""
        return self.title if self.row.fault_class else self.row.task or self.title

    @property
    def said(self) -> str | None:
        """What was said last, None where that is what is to be done."""
        return self.row.comment if self.row.comment != self.row.task else None

    def overdue(self, now: datetime) -> bool:
        """Whether it should have been done by now."""
        waits = self.row.state not in {JobState.DONE, JobState.VERIFIED}
        return waits and self.row.due_at is not None and self.row.due_at < now


def shown_jobs(connection: Connection, rows: Iterable[StoredJob], language: Language) -> list[ShownJob]:
    """Return jobs as lines, in the order given."""
    rows = list(rows)
    targets = shown_targets(connection, {(row.target_kind, row.target_id) for row in rows})
    return [
        ShownJob(
            row=row,
            title=_title(row, language),
            target=targets[row.target_kind, row.target_id],
            cause=cause_word(row.cause, language) if row.cause else None,
        )
        for row in rows
    ]


def _title(row: StoredJob, language: Language) -> str:
    """Return what is to be done: a fault by its rule, all else by its kind."""
    return (
        rule_title(row.fault_class, language)
        if row.fault_class
        else translator(language)(f"job_kind_{row.kind}")
    )
