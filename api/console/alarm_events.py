"""What happened to an alarm as an operator reads it: what, who, and what was said."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from alerts.alarm import Note
from api.console.alarm_rows import cause_word
from api.console.languages import Language, translator
from telemetry.store.alarm_lists import EventRow

_JOB: Final = re.compile(r"job (?P<job>\d+) (?P<state>\w+)(: (?P<cause>\w+))?")


@dataclass(frozen=True)
class ShownEvent:
    """One line of an alarm's history."""

    at: datetime
    what: str
    value: float | None
    by: str | None
    said: str | None
    job: int | None


def shown_events(events: Iterable[EventRow], language: Language) -> list[ShownEvent]:
    """Return what happened, in order."""
    return [_shown(one, language) for one in events]


def _shown(one: EventRow, language: Language) -> ShownEvent:
    job = _JOB.fullmatch(one.comment or "") if one.signal == Note.JOB else None
    return ShownEvent(
        at=one.at,
        what=_what(one, language),
        value=None if one.signal in set(Note) else one.value,
        by=one.actor,
        said=_job_said(job, language) if job else _said(one, language),
        job=int(job["job"]) if job else None,
    )


def _what(one: EventRow, language: Language) -> str:
    t = translator(language)
    if one.signal in set(Note):
        return t(f"note_{one.signal}")
    return "…" if one.to_state == "pending" else t(one.to_state)


def _job_said(job: re.Match[str], language: Language) -> str:
    state = translator(language)(f"job_{job['state']}")
    return f"{state}: {cause_word(job['cause'], language)}" if job["cause"] else state


def _said(one: EventRow, language: Language) -> str | None:
    """Return what was said, with words in the place of names."""
    if one.comment is None:
        return None
    if one.signal == Note.VERDICT:
        cause, *rest = one.comment.split(": ", 1)
        return ": ".join([cause_word(cause, language), *rest])
    if one.signal == Note.PRIORITY:
        return " → ".join(map(translator(language), one.comment.split(" -> ")))
    return one.comment
