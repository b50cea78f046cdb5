"""What happened to a job as people read it: each step, and what of its plan became what."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from api.console.alarm_rows import cause_word
from api.console.languages import Language, translator
from api.console.rendering import local
from telemetry.store.jobs import JobEvent, PlanChange, PlanField, PlanValue

_COMMA: Final = {"en": ", ", "zh": "、"}


@dataclass(frozen=True)
class ShownJobEvent:
    """One line of a job's history, with a sentence for each field that changed."""

    row: JobEvent
    changes: Sequence[str]


def shown_job_events(events: Iterable[JobEvent], language: Language, zone: ZoneInfo) -> list[ShownJobEvent]:
    """Return what happened, in order; times by the city's clock."""
    return [ShownJobEvent(row, [_sentence(one, language, zone) for one in row.changes]) for row in events]


def _sentence(change: PlanChange, language: Language, zone: ZoneInfo) -> str:
    """Say what became of a field: set, changed or emptied."""
    became = "changed" if change.before and change.after else "set" if change.after else "emptied"
    t = translator(language)
    return t(f"plan_{became}").format(
        field=t(change.field),
        before=_value(change.field, change.before, language, zone),
        after=_value(change.field, change.after, language, zone),
    )


def _value(field: PlanField, value: PlanValue, language: Language, zone: ZoneInfo) -> str:
    match value:
        case None:
            return ""
        case datetime():
            # Only whole minutes can be entered on a page; what the API was told to the second is shown so.
            return local(value, zone).removesuffix(":00")
        case list():
            return _COMMA[language].join(translator(language)(f"permit_{one}") for one in value)
        case str():
            return cause_word(value, language) if field == "cause" else value
