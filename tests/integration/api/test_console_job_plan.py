"""A job's plan changed on its page: times, what it permits, whose it is; nobody's change overwritten."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from telemetry.store.pool import connect
from tests.api_access import served
from tests.console_access import Visitor, visiting, wrong
from tests.small_city import migrated, populate

STANDS = {
    "plan": "1",
    "task": "exchange the regulator\nof stream B",
    "assignee": "crew 2",
    "starts_at": "2026-07-02T09:00",
    "ends_at": "2026-07-02T13:00",
    "due_at": "",
    "permit_pressure": "1",
    "external_id": "WO-1",
    "comment": "",
}
"""What the form holds before anybody changes anything."""


@pytest.fixture
def dsn(plain_database: str) -> str:
    with migrated(plain_database) as connection:
        populate(connection)
        connection.execute(
            "INSERT INTO job (kind, target_kind, target_id, state, assignee, starts_at, ends_at, permits,"
            " task, comment, external_id, created_at)"
            " VALUES ('planned', 'station', 'G1', 'assigned', 'crew 2',"
            " '2026-07-02 09:00:30+08', '2026-07-02 13:00+08', '{pressure}',"
            " E'exchange the regulator\\nof stream B', 'rain', 'WO-1', now())"
        )
    return plain_database


@pytest.fixture
def lead(dsn: str) -> Iterator[Visitor]:
    with served(dsn) as address, visiting(dsn, address, "crew-lead", "work:write") as found:
        yield found


def job(dsn: str) -> tuple[Any, ...]:
    with connect(dsn, "test") as connection:
        row = connection.execute(
            "SELECT assignee, to_char(starts_at AT TIME ZONE 'Asia/Shanghai', 'DD HH24:MI:SS'),"
            " to_char(ends_at AT TIME ZONE 'Asia/Shanghai', 'DD HH24:MI:SS'),"
            " to_char(due_at AT TIME ZONE 'Asia/Shanghai', 'DD HH24:MI'), permits,"
            " (SELECT count(*) FROM job_event) FROM job"
        ).fetchone()
    assert row is not None
    return row


AS_IT_STOOD = ("crew 2", "02 09:00:30", "02 13:00:00", None, ["pressure"], 0)


def fields(page: str) -> dict[str, str]:
    """Return what the form for the plan holds, as a browser would send it."""
    form = page.split('class="act plan"')[1].split("</form>", maxsplit=1)[0]
    found = dict(
        re.findall(r'<input (?!type="checkbox")[^>]*?name="(\w+)"(?: id="[^"]+")? value="([^"]*)"', form)
    )
    areas = re.findall(r'<textarea name="(\w+)"[^>]*>([^<]*)</textarea>', form)
    boxes = re.findall(r'<input type="checkbox" name="(\w+)" id="\w+" value="1"( checked)?', form)
    return {**found, **dict(areas), **{name: "1" for name, ticked in boxes if ticked}}


def held(lead: Visitor) -> dict[str, str]:
    page = lead.page("/jobs/1")
    (tag,) = set(re.findall(r'name="tag" value="([^>]*)">', page))
    found = {name: text for name, text in fields(page).items() if name not in {"csrf", "tag"}}
    return {**found, "tag": tag}


def test_the_form_holds_what_stands_and_sent_unchanged_changes_nothing(lead: Visitor, dsn: str) -> None:
    form = held(lead)
    assert {name: text for name, text in form.items() if name != "tag"} == STANDS
    assert lead.send("/jobs/1", **form).status_code == 303
    assert job(dsn) == AS_IT_STOOD, "seconds that the field cannot show are kept too"


@pytest.mark.parametrize(
    ("change", "stands"),
    [
        ({"ends_at": "2026-07-02T15:30"}, ("crew 2", "02 09:00:30", "02 15:30:00", None, ["pressure"], 1)),
        (
            {"due_at": "2026-07-03T08:00"},
            ("crew 2", "02 09:00:30", "02 13:00:00", "03 08:00", ["pressure"], 1),
        ),
        ({"assignee": "crew 3"}, ("crew 3", "02 09:00:30", "02 13:00:00", None, ["pressure"], 1)),
        (
            {"permit_silence": "1"},
            ("crew 2", "02 09:00:30", "02 13:00:00", None, ["pressure", "silence"], 1),
        ),
        ({"permit_pressure": ""}, ("crew 2", "02 09:00:30", "02 13:00:00", None, [], 1)),
        ({"comment": "rain"}, (*AS_IT_STOOD[:-1], 1)),
    ],
)
def test_what_is_changed_is_changed_and_nothing_else(
    lead: Visitor, dsn: str, change: dict[str, str], stands: tuple[Any, ...]
) -> None:
    assert lead.send("/jobs/1", **(held(lead) | change)).status_code == 303
    assert job(dsn) == stands


@pytest.mark.parametrize(
    ("change", "english", "chinese"),
    [
        ({"starts_at": "soon"}, "is not a time", "不是有效时间"),
        ({"ends_at": "2026-07-02T08:00"}, "must be after the beginning", "必须晚于开始时间"),
        ({"assignee": " "}, "is required of a job that is assigned", "必填"),
        ({"assignee": "x" * 201}, "is too long", "过长"),
        ({"external_id": "x" * 201}, "is too long", "过长"),
        ({"task": "x" * 2001}, "is too long", "过长"),
        ({"comment": "x" * 2001}, "is too long", "过长"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    lead: Visitor, dsn: str, change: dict[str, str], english: str, chinese: str
) -> None:
    typed = {"due_at": "2026-07-09T10:00", "permit_silence": "1", "comment": "雨天"} | change
    form = held(lead) | typed
    for language, said in (("en", english), ("zh", chinese)):
        lead.speak(language)
        page = lead.send("/jobs/1", **form)
        assert (page.status_code, wrong(page.text)) == (422, [said])
        (name,) = change
        field = rf'id="[\w-]*{name}"[^<]*>(?:[^<]*</textarea>)?(?: <small>[^<]+</small>)?'
        assert re.search(field + '<span class="wrong"', page.text)
        kept = fields(page.text)
        assert {one: kept.get(one) for one in typed if one != "assignee"} == {
            one: text for one, text in typed.items() if one != "assignee"
        }
    assert job(dsn) == AS_IT_STOOD


def test_what_is_emptied_on_the_page_is_empty(lead: Visitor, dsn: str) -> None:
    gone = {"starts_at": "", "ends_at": "", "permit_pressure": "", "external_id": " "}
    assert lead.send("/jobs/1", **(held(lead) | gone)).status_code == 303
    assert job(dsn) == ("crew 2", None, None, None, [], 1)
    assert held(lead)["external_id"] == ""
    with connect(dsn, "test") as connection:
        assert connection.execute("SELECT external_id FROM job").fetchone() == (None,)


@pytest.mark.parametrize("emptied", ["starts_at", "ends_at"])
def test_a_permit_keeps_its_beginning_and_its_end(lead: Visitor, dsn: str, emptied: str) -> None:
    form = held(lead) | {emptied: ""}
    for language, said in (("en", "need a beginning and an end"), ("zh", "许可必须有开始和结束时间")):
        lead.speak(language)
        page = lead.send("/jobs/1", **form)
        assert (page.status_code, len(wrong(page.text))) == (422, 1)
        assert wrong(page.text)[0].startswith(said)
        assert fields(page.text)[emptied] == ""
    assert job(dsn) == AS_IT_STOOD


def events(lead: Visitor) -> str:
    """Return the text of the job's history, without markup."""
    found = lead.client.get("/jobs/1").text.split('id="job-events"')[1].split("</ol>", maxsplit=1)[0]
    return unescape(" ".join(re.sub("<[^>]+>", " ", found).split()))


def headline(lead: Visitor) -> str:
    """Return what the page says first of the job, without markup."""
    found = lead.client.get("/jobs/1").text.split('id="job-message">')[1].split("</p>", maxsplit=1)[0]
    return unescape(" ".join(re.sub("<[^>]+>", " ", found).split()))


def test_what_is_to_be_done_is_changed_and_heads_the_page(lead: Visitor, dsn: str) -> None:
    assert headline(lead).endswith("exchange the regulator of stream B rain")
    assert lead.send("/jobs/1", **(held(lead) | {"task": "exchange both\r\n<regulators>"})).status_code == 303
    assert headline(lead).endswith("exchange both <regulators> rain")
    assert "What is to be done: from exchange the regulator of stream B to exchange both" in events(lead)
    with connect(dsn, "test") as connection:
        assert connection.execute("SELECT task, comment FROM job").fetchone() == (
            "exchange both\n<regulators>",
            "rain",
        )
    assert lead.send("/jobs/1", **(held(lead) | {"task": " "})).status_code == 303
    assert headline(lead).endswith("G1 rain")
    assert held(lead)["task"] == ""
    lead.speak("zh")
    assert "作业内容：清空，原为 exchange both <regulators>" in events(lead)


def test_the_history_says_what_changed_in_the_readers_language(lead: Visitor) -> None:
    change = {
        "assignee": "crew <3>",
        "starts_at": "",
        "ends_at": "",
        "due_at": "2026-07-03T08:00",
        "permit_pressure": "",
    }
    assert lead.send("/jobs/1", **(held(lead) | change)).status_code == 303
    times = {"starts_at": "2026-07-02T09:00", "ends_at": "2026-07-02T13:00", "due_at": "2026-07-03T09:30"}
    permits = {"permit_pressure": "1", "permit_silence": "1"}
    assert lead.send("/jobs/1", **(held(lead) | times | permits)).status_code == 303
    english = events(lead)
    for said in (
        "Assignee: from crew 2 to crew <3>",
        "Begins: emptied, was 2026-07-02 09:00:30",
        "Due: set to 2026-07-03 08:00",
        "Permits: emptied, was pressure out of band",
        "Ends: set to 2026-07-02 13:00",
        "Due: from 2026-07-03 08:00 to 2026-07-03 09:30",
        "Permits: set to pressure out of band, silence",
    ):
        assert said in english
    lead.speak("zh")
    chinese = events(lead)
    for said in (
        "承办人：由 crew 2 改为 crew <3>",
        "开始：清空，原为 2026-07-02 09:00:30",
        "期限：由 2026-07-03 08:00 改为 2026-07-03 09:30",
        "作业许可：设为 压力波动、通信中断",
    ):
        assert said in chinese


def test_who_comes_second_is_told_and_loses_nothing(lead: Visitor, dsn: str) -> None:
    form = held(lead)
    assert lead.send("/jobs/1", **(form | {"due_at": "2026-07-05T12:00"})).status_code == 303
    second = lead.send("/jobs/1", **(form | {"assignee": "crew 7", "permit_silence": "1"}))
    assert (second.status_code, wrong(second.text)) == (412, ["it was changed meanwhile; look again"])
    assert "Nothing of yours was stored" in second.text
    assert "2026-07-05 12:00" in second.text, "what stands is told"
    kept = fields(second.text)
    assert (kept["assignee"], kept["permit_silence"], kept["due_at"]) == ("crew 7", "1", "")
    assert job(dsn) == ("crew 2", "02 09:00:30", "02 13:00:00", "05 12:00", ["pressure"], 1)
    (tag,) = set(re.findall(r'name="tag" value="([^>]*)">', lead.page("/jobs/1")))
    again = form | {"assignee": "crew 7", "due_at": "2026-07-05T12:00", "tag": tag}
    assert lead.send("/jobs/1", **again).status_code == 303
    assert job(dsn)[0] == "crew 7"


def test_who_may_not_work_neither_sees_nor_sends_it(lead: Visitor, dsn: str) -> None:
    address = str(lead.client.base_url)
    with visiting(dsn, address, "engineer", "work:verify") as engineer:
        assert "save-plan" not in engineer.page("/jobs/1")
        assert engineer.send("/jobs/1", **STANDS).status_code == 403


def test_a_verified_job_is_closed(lead: Visitor, dsn: str) -> None:
    with connect(dsn, "test") as connection:
        connection.execute("UPDATE job SET state = 'verified', verified_at = now(), verified_by = 'x'")
    assert "save-plan" not in lead.page("/jobs/1")
    for language, said in (
        ("en", "job 1 is verified: it can no longer be changed"),
        ("zh", "工单 1 已核验，不能再修改"),
    ):
        lead.speak(language)
        refused = lead.send("/jobs/1", **(STANDS | {"task": "less"}))
        assert (refused.status_code, wrong(refused.text)) == (409, [said])
    assert job(dsn) == AS_IT_STOOD
