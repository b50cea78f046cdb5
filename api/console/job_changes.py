"""What a form changes of a job, as the body that the API takes: only what is other than it stands."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from alerts.alarm import Permit
from api.console.entries import spoken, zoned
from api.console.rendering import field_time
from api.schemas.jobs import JobChange
from telemetry.store.jobs import StoredJob

TIMES: Final = ("starts_at", "ends_at", "due_at")
PERMIT: Final = "permit_"
PLAN: Final = "plan"
"""The mark of the form that holds the boxes of what is permitted: one that is not ticked is not sent."""
_WORDS: Final = ("task", "assignee", "cause", "external_id")


def changed(form: Mapping[str, str], row: StoredJob, zone: ZoneInfo) -> JobChange | None:
    """Return what a form changes of a job as it stands, None where that is nothing.

    A field that was left empty empties the job's; what the job cannot be without, it is refused for later.

    Raises
    ------
    ValidationError
        If the API would refuse it as well.
    """
    said = {name: spoken(text) for name, text in form.items()}
    given: dict[str, Any] = {name: said[name] for name in ("state", "comment") if said.get(name)}
    given |= dict(_reworded(said, row)) | dict(_moved(said, row, zone))
    if PLAN in said and set(permitted(said)) != set(row.permits):
        given["permits"] = permitted(said)
    return JobChange.model_validate(given) if given else None


def permitted(said: Mapping[str, str]) -> list[str]:
    """Return what the boxes of a form permit."""
    return [one.value for one in Permit if said.get(PERMIT + one)]


def _reworded(said: Mapping[str, str], row: StoredJob) -> Iterator[tuple[str, str | None]]:
    """Yield the words that are others than those that stand, None for one that was emptied."""
    for name in _WORDS:
        if name in said and said[name] != spoken(getattr(row, name) or ""):
            yield name, said[name] or None


def _moved(said: Mapping[str, str], row: StoredJob, zone: ZoneInfo) -> Iterator[tuple[str, str | None]]:
    """Yield the times that are others than those that stand, as far as a field can tell them."""
    for name in TIMES:
        if name in said and said[name] != field_time(getattr(row, name), zone):
            yield name, zoned(said[name], zone) or None
