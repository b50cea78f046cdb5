"""Jobs on the pages: entered, moved step by step by who may, verified by somebody else."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from telemetry.store.pool import connect
from tests.api_access import served
from tests.console_access import Visitor, rows, visiting, wrong
from tests.small_city import migrated, populate

PLANNED = {
    "kind": "planned",
    "target__kind": "station",
    "target__id": "G1",
    "assignee": "crew 2",
    "starts_at": "2026-07-02T09:00",
    "ends_at": "2026-07-02T13:00",
    "permit_pressure": "1",
    "comment": "换调压器\r\n先通知调度",
}
ENTERED = re.compile(r"/jobs/\d+")


@pytest.fixture
def dsn(plain_database: str) -> str:
    with migrated(plain_database) as connection:
        populate(connection)
    return plain_database


@pytest.fixture
def address(dsn: str) -> Iterator[str]:
    with served(dsn) as found:
        yield found


@pytest.fixture
def lead(dsn: str, address: str) -> Iterator[Visitor]:
    with visiting(dsn, address, "crew-lead", "work:write", "work:verify") as found:
        yield found


def job(dsn: str, *columns: str, number: int = 1) -> tuple[Any, ...]:
    with connect(dsn, "test") as connection:
        row = connection.execute(
            f"SELECT {', '.join(columns)} FROM job WHERE job_id = %s", (number,)
        ).fetchone()
    assert row is not None
    return row


def entered(visitor: Visitor, **form: str) -> str:
    answer = visitor.send("/jobs", **form)
    assert answer.status_code == 303, wrong(answer.text)
    path = answer.headers["location"]
    assert ENTERED.fullmatch(path)
    return str(path)


def tag(visitor: Visitor, path: str) -> str:
    return re.findall(r'name="tag" value="([^>]*)">', visitor.page(path))[0]


def test_planned_work_is_entered_with_what_it_permits(lead: Visitor, dsn: str) -> None:
    entered(lead, **PLANNED)
    state, permits, task, comment, by = job(dsn, "state", "permits", "task", "comment", "created_by")
    assert (state, permits, by) == ("assigned", ["pressure"], "crew-lead")
    assert task == comment == "换调压器\n先通知调度"
    starts, ends = job(dsn, "starts_at AT TIME ZONE 'Asia/Shanghai'", "ends_at AT TIME ZONE 'Asia/Shanghai'")
    assert (f"{starts:%d %H:%M}", f"{ends:%d %H:%M}") == ("02 09:00", "02 13:00")
    page = lead.page("/jobs/1")
    assert "pressure out of band" in page
    assert re.search("2026-07-02 09:00 . 2026-07-02 13:00", page)


def test_what_is_to_be_done_is_listed_with_what_was_said_last(lead: Visitor) -> None:
    path = entered(lead, **PLANNED)
    (line,) = rows(lead.page("/jobs"), "jobs")
    assert line.count("换调压器 先通知调度") == 1
    assert line.count("planned work") == 1, "its kind has a column, and what is to be done is its heading"
    assert lead.page(path).count("<b>换调压器\n先通知调度</b></p>") == 1
    assert lead.send(path, state="on_site", comment="雨，推迟半天").status_code == 303
    (line,) = rows(lead.page("/jobs"), "jobs")
    assert "换调压器 先通知调度 雨，推迟半天" in line
    assert "<b>换调压器\n先通知调度</b> <q>雨，推迟半天</q></p>" in lead.page(path)


@pytest.mark.parametrize(
    ("change", "field", "english", "chinese"),
    [
        ({"ends_at": ""}, "permits", "need a beginning and an end", "许可必须有开始和结束时间"),
        ({"ends_at": "2026-07-02T08:00"}, "ends_at", "must be after the beginning", "必须晚于开始时间"),
        ({"starts_at": "soon"}, "starts_at", "is not a time", "不是有效时间"),
        ({"target__id": "G9"}, "target", "there is no station G9", "不存在：G9"),
        ({"kind": "fault"}, "fault_class", "is required of a fault", "必填"),
        ({"kind": "odd"}, "kind", "is not one of the choices", "不在可选范围内"),
        ({"kind": ""}, "kind", "is required", "必填"),
        ({"comment": "x" * 2001}, "comment", "is too long", "过长"),
    ],
)
def test_what_is_wrong_with_a_job_is_said_at_its_field(
    lead: Visitor, change: dict[str, str], field: str, english: str, chinese: str
) -> None:
    for language, said in (("en", english), ("zh", chinese)):
        lead.speak(language)
        answer = lead.send("/jobs", **(PLANNED | change))
        assert answer.status_code == 422
        (message,) = wrong(answer.text)
        assert message.startswith(said)
        if field != "permits":
            assert f'<div class="row refused"><label for="{field}">' in answer.text
        assert "先通知调度" in answer.text or "comment" in change, "what was written is kept"


def test_the_same_form_sent_twice_enters_one_job(lead: Visitor) -> None:
    (once,) = re.findall(r'name="once" value="(\S+)"', lead.page("/jobs/new"))
    first = entered(lead, once=once, **PLANNED)
    assert entered(lead, once=once, **PLANNED) == first
    other = lead.send("/jobs", once=once, **(PLANNED | {"comment": "another"}))
    assert other.status_code == 422
    assert entered(lead, **PLANNED) != first


def test_a_fault_goes_from_its_alarm_to_verified_by_another(dsn: str, address: str, lead: Visitor) -> None:
    form = lead.page("/jobs/new?alarm=1")
    assert 'name="target.id" id="target.id" value="G1"' in form
    alarm = {"kind": "fault", "target__kind": "station", "target__id": "G1", "alarm": "1"}
    path = entered(lead, **alarm)
    assert 'href="/jobs/1"' in lead.page("/alarms/1")
    assert lead.send(path, comment="bring a seat").status_code == 303
    assert "<q>bring a seat</q>" in lead.page("/alarms/1")
    again = lead.send("/jobs", **alarm)
    assert (again.status_code, "is open" in wrong(again.text)[0]) == (409, True)

    assert wrong(lead.send(path, state="assigned").text) == ["is required of a job that is assigned"]
    lead.send(path, state="assigned", assignee="crew 2")
    lead.send(path, state="on_site")
    assert job(dsn, "state", "assignee") == ("on_site", "crew 2")
    nothing = lead.send(path, state="done")
    assert (nothing.status_code, len(wrong(nothing.text))) == (422, 1)
    assert lead.send(path, state="done", cause="regulator_fault", comment="阀座磨损").status_code == 303
    assert "Somebody else verifies" in lead.page(path)
    own = lead.send(path, state="verified")
    assert (own.status_code, "somebody other" in wrong(own.text)[0]) == (403, True)

    with visiting(dsn, address, "engineer", "work:verify") as engineer:
        assert engineer.send(path, assignee="me").status_code == 403, "who verifies does not write"
        assert engineer.send(path, state="verified", tag=tag(engineer, path)).status_code == 303
        assert "Nothing is left to do" in engineer.page(path)
    assert job(dsn, "state", "verified_by") == ("verified", "engineer")
    assert "regulator worn, creeping or dirty: the alarm was right" in lead.page("/alarms/1")


def test_a_job_that_somebody_changed_meanwhile_is_not_changed_blindly(lead: Visitor, dsn: str) -> None:
    path = entered(lead, **PLANNED)
    seen = tag(lead, path)
    assert lead.send(path, tag=seen, assignee="crew 3").status_code == 303
    late = lead.send(path, tag=seen, state="on_site")
    assert (late.status_code, wrong(late.text)) == (412, ["it was changed meanwhile; look again"])
    skipped = lead.send(path, state="verified")
    assert skipped.status_code == 409
    assert job(dsn, "state", "assignee") == ("assigned", "crew 3")


def test_jobs_ask_for_scopes_and_the_sessions_token(dsn: str, address: str, lead: Visitor) -> None:
    path = entered(lead, **PLANNED)
    with visiting(dsn, address, "dispatcher", "alarms:operate") as operator:
        assert operator.send("/jobs", **PLANNED).status_code == 403
        assert operator.send(path, state="on_site").status_code == 403
        assert "<form" not in operator.page(path).split('class="panel sheet hands"')[1].split("</section>")[0]
        assert 'href="/jobs/new"' not in operator.page("/jobs")
    for where in ("/jobs", path):
        assert lead.send(where, csrf="wrong", **PLANNED).status_code == 403
    assert job(dsn, "state") == ("assigned",)
    for nobody in ("/jobs/99", "/jobs/none"):
        lead.page(nobody, 404)
    assert lead.send("/jobs/99", assignee="x").status_code == 404


def insert(dsn: str, values: str) -> None:
    with connect(dsn, "test") as connection:
        connection.execute(
            "INSERT INTO job (kind, target_kind, target_id, state, assignee, due_at, created_at)"
            " SELECT kind, 'meter', target, state, assignee, now() + due * INTERVAL '1 day', now()"
            f" FROM {values}"
        )


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("", ["2", "1", "4", "3"]),
        ("state=new&kind=&assignee=&target=", ["1", "3"]),
        ("state=verified", ["5"]),
        ("state=every", ["5", "2", "1", "4", "3"]),
        ("kind=calibration", ["2"]),
        ("assignee=crew 2", ["2", "4"]),
        ("target=meter:M2", ["3"]),
    ],
)
def test_jobs_are_listed_by_when_they_are_due(lead: Visitor, dsn: str, query: str, order: list[str]) -> None:
    insert(
        dsn,
        "(VALUES ('inspection', 'M1', 'new', NULL, 1), ('calibration', 'M1', 'assigned', 'crew 2', -1),"
        " ('planned', 'M2', 'new', NULL, NULL), ('planned', 'M1', 'done', 'crew 2', 3),"
        " ('planned', 'M1', 'verified', 'crew 3', -9)) AS v (kind, target, state, assignee, due)",
    )
    listed = rows(lead.page(f"/jobs?{query}"), "jobs")
    assert [line.split()[0] for line in listed] == order
    assert all(("overdue" in line) is line.startswith("2 ") for line in listed)


def test_the_list_of_jobs_is_turned_page_by_page(lead: Visitor, dsn: str) -> None:
    insert(
        dsn,
        "(SELECT 'planned' AS kind, 'M1' AS target, 'new' AS state, NULL AS assignee,"
        " CASE WHEN n % 3 > 0 THEN n / 5 END AS due FROM generate_series(1, 130) n) AS many",
    )
    address, seen = "/jobs?kind=planned", list[str]()
    while address:
        page = lead.page(address)
        seen += [line.split()[0] for line in rows(page, "jobs")]
        following = re.findall(r'rel="next" href="([^"]+)"', page)
        address = following[0] if following else ""
    assert len(seen) == len(set(seen)) == 130
