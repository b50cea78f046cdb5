"""What a form changes of a job, as the body that the API takes: only what is other than it stands."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from alerts.alarm import Permit
from api.console.entries import entry, spoken, zoned
from api.console.rendering import field_time
from api.schemas.jobs import JobChange
from telemetry.errors import EntryError
from telemetry.store.jobs import StoredJob

TIMES: Final = ("starts_at", "ends_at", "due_at")
PERMIT: Final = "permit_"
PLAN: Final = "plan"
"""The mark of the form that holds the boxes of what is permitted: one that is not ticked is not sent."""
_PLAIN: Final = ("state", "assignee", "cause", "comment", "external_id")


def changed(form: Mapping[str, str], row: StoredJob, zone: ZoneInfo) -> JobChange | None:
    """Return what a form changes of a job as it stands, None where that is nothing.

    Raises
    ------
    ValidationError
        If the API would refuse it as well.
    EntryError
        If a field was emptied that the API can change but not empty.
    """
    said = {name: spoken(text) for name, text in form.items()}
    _not_emptied(said, row, zone)
    given: dict[str, Any] = {name: said[name] for name in _PLAIN if name in said}
    if given.get("assignee") == row.assignee and PLAN in said:
        del given["assignee"]
    wanted = entry(JobChange, given | dict(_moved(said, row, zone)))
    if PLAN in said:
        permits = permitted(said)
        if set(permits) != set(row.permits):
            wanted = wanted.model_copy(update={"permits": permits})
        if not wanted.model_dump(exclude_none=True):
            return None
    return wanted


def permitted(said: Mapping[str, str]) -> list[str]:
    """Return what the boxes of a form permit."""
    return [one.value for one in Permit if said.get(PERMIT + one)]


def _moved(said: Mapping[str, str], row: StoredJob, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    """Yield the times that are others than those that stand, as far as a field can tell them."""
    for name in TIMES:
        if name in said and said[name] != field_time(getattr(row, name), zone):
            yield name, zoned(said[name], zone)


def _not_emptied(said: Mapping[str, str], row: StoredJob, zone: ZoneInfo) -> None:
    for name in TIMES:
        if said.get(name) == "" and field_time(getattr(row, name), zone):
            raise EntryError(name, "can be moved, not taken away")
    if said.get("assignee") == "" and row.assignee:
        raise EntryError("assignee", f"is required of a job that is {row.state}")
