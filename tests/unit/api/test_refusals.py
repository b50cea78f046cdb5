"""What was refused is told by its field and in the operator's language."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from alerts.lifecycle import Signal, State, after
from alerts.maintenance import jobs
from api.console.entries import entry
from api.console.refusals import WHOLE, Refusal, attempted, in_words
from api.problems import Problem
from api.schemas.alarm_entries import NewVerdict, Shelf
from api.schemas.jobs import JobChange
from telemetry.errors import ConflictError, EntryError, NotFoundError, OwnEntryError
from telemetry.store.jobs import StoredJob

AT = datetime(2026, 7, 1, tzinfo=UTC)
CHINESE = re.compile("[\u4e00-\u9fff]")


def refusal(act: Callable[[], object], language: str = "zh") -> Refusal:
    found = attempted(language, act)  # type: ignore[arg-type]
    assert isinstance(found, Refusal)
    return found


def a_job(**more: object) -> StoredJob:
    return StoredJob(
        **{"kind": "planned", "target_kind": "station", "target_id": "G1", "created_at": AT, **more}
    )  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"until": "2026-07-01T08:00:00Z"}, "reason"),
        ({"reason": "x"}, "until"),
        ({"reason": "x", "until": "soon"}, "until"),
        ({"reason": "x" * 2001, "until": "2026-07-01T08:00:00Z"}, "reason"),
        ({"reason": "\x07", "until": "2026-07-01T08:00:00Z"}, "reason"),
    ],
)
def test_what_the_schema_refuses_is_told_at_its_field(given: dict[str, str], field: str) -> None:
    for language in ("en", "zh"):
        found = refusal(lambda: entry(Shelf, given), language)
        assert (found.status, list(found.errors)) == (422, [field])
        assert bool(CHINESE.search(found.errors[field])) is (language == "zh")


def test_a_field_that_was_left_empty_was_not_given() -> None:
    assert entry(JobChange, {"state": "", "assignee": "crew", "comment": None}).model_fields_set == {
        "assignee"
    }
    assert refusal(lambda: entry(NewVerdict, {"cause": ""})).errors == {"cause": "必填"}


@pytest.mark.parametrize(
    ("job", "field"),
    [
        (a_job(starts_at=AT, ends_at=AT), "ends_at"),
        (a_job(permits=["pressure"]), "permits"),
        (a_job(cause="luck"), "cause"),
        (a_job(kind="fault"), "fault_class"),
        (a_job(state="assigned"), "assignee"),
        (a_job(kind="fault", fault_class="x", assignee="crew", state="done"), "cause"),
    ],
)
def test_what_does_not_go_together_is_told_in_both_languages(job: StoredJob, field: str) -> None:
    found = refusal(lambda: jobs._check(job))
    assert (found.status, list(found.errors)) == (422, [field])
    assert CHINESE.search(found.errors[field])
    english = refusal(lambda: jobs._check(job), "en")
    assert not CHINESE.search(english.errors[field])


def test_who_did_it_is_told_that_another_verifies() -> None:
    done = a_job(state="verified", done_by="crew-lead")
    found = refusal(lambda: jobs._stepped(done, actor="crew-lead", at=AT))
    assert (found.status, CHINESE.search(found.errors["state"]) is not None) == (403, True)


def raised(error: Exception) -> Callable[[], object]:
    def act() -> object:
        raise error

    return act


@pytest.mark.parametrize(
    "error",
    [
        EntryError("until", "must be in the future"),
        EntryError("until", "an alarm is shelved for 24 h at most"),
        EntryError("target", "there is no station G9"),
        EntryError("alarm", "is about station G1"),
        ConflictError("alarm 3 is shelved already"),
        ConflictError("alarm 3 is not shelved"),
        ConflictError("alarm 3 keeps changing: try again"),
        ConflictError("job 3 is new: it may become assigned"),
        ConflictError("job 3 is verified: assignee, ends_at can no longer be changed"),
        ConflictError("job 3 for device_silent of D1 is open"),
        OwnEntryError("state", "a job is verified by somebody other than who did it"),
        Problem(412, "it was changed meanwhile; look again"),
    ],
)
def test_every_refusal_of_a_page_has_chinese_words(error: Exception) -> None:
    assert CHINESE.search(refusal(raised(error)).text)


def test_what_cannot_be_acknowledged_says_so_in_chinese() -> None:
    found = refusal(lambda: after(State.NORMAL, Signal.ACK))
    assert (found.status, list(found.errors)) == (409, [WHOLE])
    assert CHINESE.search(found.text)


def test_a_closed_job_names_no_fields_of_the_api() -> None:
    refused = "job 3 is verified: assignee, ends_at can no longer be changed"
    assert in_words(refused, "en") == "job 3 is verified: it can no longer be changed"
    assert in_words(refused, "zh") == "工单 3 已核验，不能再修改"


def test_what_is_not_there_is_no_refusal_and_unknown_words_stay() -> None:
    with pytest.raises(NotFoundError):
        attempted("en", raised(NotFoundError("there is no alarm 9")))
    assert in_words("something new", "zh") == "something new"
    assert attempted("en", lambda: 7) == 7
