"""What changes of a job: what null says in a body, and what an emptied field says in a form."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from api.console.job_changes import changed
from api.schemas.jobs import JobChange
from telemetry.store.jobs import StoredJob

ZONE = ZoneInfo("Asia/Shanghai")
STANDS = StoredJob(
    kind="planned",
    target_kind="station",
    target_id="G1",
    state="assigned",
    assignee="crew 2",
    starts_at=datetime(2026, 7, 2, 1, 0, 30, tzinfo=UTC),
    ends_at=datetime(2026, 7, 2, 5, tzinfo=UTC),
    permits=["pressure"],
    task="exchange the regulator\r\nof stream B ",
    comment="rain",
    external_id="WO-1",
    created_at=datetime(2026, 7, 1, tzinfo=UTC),
)
EMPTIED = ("task", "assignee", "starts_at", "ends_at", "due_at", "cause", "external_id")
KEPT = ("state", "permits", "comment")


@pytest.mark.parametrize("field", EMPTIED)
def test_null_empties_a_field(field: str) -> None:
    assert JobChange.model_validate({field: None}).model_dump(exclude_unset=True) == {field: None}


@pytest.mark.parametrize("field", KEPT)
def test_null_is_refused_of_what_is_never_empty(field: str) -> None:
    with pytest.raises(ValidationError, match="must not be null: leave it out") as refused:
        JobChange.model_validate({field: None, "due_at": None})
    assert [one["loc"] for one in refused.value.errors()] == [(field,)]


def test_the_schema_shows_what_null_may_empty_and_names_no_default() -> None:
    fields = JobChange.model_json_schema()["properties"]
    nullable = [name for name, one in fields.items() if {"type": "null"} in one.get("anyOf", ())]
    assert sorted(nullable) == sorted(EMPTIED)
    assert set(fields) == {*EMPTIED, *KEPT}
    assert [fields[name]["type"] for name in KEPT] == ["string", "array", "string"]
    assert not [name for name, one in fields.items() if "default" in one]


@pytest.mark.parametrize(
    ("form", "given"),
    [
        ({}, None),
        ({"comment": "", "state": "", "external_id": "WO-1", "starts_at": "2026-07-02T09:00"}, None),
        ({"ends_at": "", "external_id": "  ", "due_at": ""}, {"ends_at": None, "external_id": None}),
        ({"assignee": "", "cause": ""}, {"assignee": None}),
        ({"cause": "leak", "state": "done"}, {"cause": "leak", "state": "done"}),
        ({"plan": "1", "permit_pressure": "1"}, None),
        ({"plan": "1"}, {"permits": []}),
        ({"plan": "1", "permit_silence": "1"}, {"permits": ["silence"]}),
        ({"comment": "rain"}, {"comment": "rain"}),
        ({"task": "exchange the regulator\r\nof stream B"}, None),
        ({"task": "exchange both\r\nregulators "}, {"task": "exchange both\nregulators"}),
        ({"task": " "}, {"task": None}),
    ],
)
def test_a_form_changes_what_is_other_than_it_stands(
    form: dict[str, str], given: dict[str, object] | None
) -> None:
    wanted = changed(form, STANDS, ZONE)
    assert (wanted and wanted.model_dump(exclude_unset=True)) == given
