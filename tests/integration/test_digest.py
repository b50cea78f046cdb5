"""The daily digest of a route, against a real database and a real receiver."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from alerts.alarm import Priority
from alerts.delivery.digest import due
from alerts.lifecycle import State
from alerts.people.shelving import shelve
from telemetry.model import HOUR, moment
from telemetry.store.jobs import StoredJob, insert_job
from tests.integration.delivering import CITY, SECRET, Desk, hook, rings, silent, telling
from tests.integration.receivers import HttpReceiver
from tests.integration.watching import Field, alarms, build_city

EIGHT = time(8, 0)


@pytest.fixture
def field(plain_database: str) -> Iterator[Field]:
    build_city(plain_database)
    field = Field(plain_database)
    yield field
    field.connection.close()


@pytest.fixture
def receiver() -> Iterator[HttpReceiver]:
    with HttpReceiver(SECRET).listening() as receiver:
        yield receiver


def digests(receiver: HttpReceiver) -> list[dict[str, Any]]:
    return [said["data"] for _, said in receiver.got if said["type"] == "alarm.digest"]


@pytest.mark.parametrize(
    ("clock", "day"), [("07:59", None), ("08:00", 1), ("09:59", 1), ("10:00", None), ("23:00", None)]
)
def test_a_digest_is_made_at_its_time_and_two_hours_late_at_most(clock: str, day: int | None) -> None:
    now = datetime.combine(datetime(2026, 3, 1, tzinfo=CITY), time.fromisoformat(clock), tzinfo=CITY)
    assert due(EIGHT, now) == (day and datetime(2026, 3, day, 8, tzinfo=CITY))


def test_a_digest_after_midnight_may_be_yesterdays() -> None:
    now = datetime(2026, 3, 2, 0, 30, tzinfo=CITY)
    assert due(time(23, 30), now) == datetime(2026, 3, 1, 23, 30, tzinfo=CITY)


def test_a_day_is_summed_up_once(field: Field, receiver: HttpReceiver) -> None:
    """Three alarms raised an hour before, one of them critical and one shelved, and a job that is overdue."""
    now = moment(field.now()).astimezone(CITY)
    raised = {"raised_at": field.now() - HOUR}
    for number, priority in ((1, Priority.CRITICAL), (2, Priority.MEDIUM), (3, Priority.MEDIUM)):
        rings(field, silent(number, State.ACTIVE, priority, **raised))
    put_aside = int(alarms(field.connection)[2]["alarm_id"])
    with field.connection.transaction():
        shelve(field.connection, put_aside, until=field.now() + HOUR, reason="", actor="op", at=field.now())
    insert_job(field.connection, job(now - timedelta(hours=2)))
    insert_job(field.connection, job(now + timedelta(hours=2), target="ST-2"))
    bypass = replace(
        job(now - timedelta(hours=1)), kind="inspection", fault_class=None, comment="look at bypass B-1"
    )
    insert_job(field.connection, bypass)
    at = (now + timedelta(minutes=2)).time().replace(second=0, microsecond=0)
    route = telling(digest=at, rules={"device_silent"}, priorities={"critical", "medium"}, hours=None)
    desk = Desk(field, route, hook(receiver))
    desk.work()
    assert digests(receiver) == []
    desk.work(after_s=120)
    (said,) = digests(receiver)
    assert said["raised"] == {"critical": 1, "high": 0, "medium": 2, "low": 0}
    assert (said["standing"], said["shelved"], said["jobs_overdue"]) == (3, 1, 2)
    assert datetime.fromisoformat(said["to"]).time() == at
    for language, words in (
        (
            "en",
            ["Raised: CRITICAL 1, MEDIUM 2", "Standing: 3", "[CRITICAL] Device silent: D-1", "Shelved: 1"],
        ),
        (
            "zh",
            [
                "产生: 紧急 1, 中 2",
                "未恢复: 3",
                "[紧急] 设备失联: D-1",
                "逾期工单: 2",
                "look at bypass B-1: ST-1",
            ],
        ),
    ):
        body = said["text"][language]["body"]
        assert [one for one in words if one not in body] == [], body
    desk.work(after_s=60)
    Desk(field, route, hook(receiver)).work(after_s=200)
    assert len(digests(receiver)) == 1, "another process, or a restart, makes none"


def test_a_digest_is_of_what_concerns_its_route(field: Field, receiver: HttpReceiver) -> None:
    rings(field, silent(1, State.ACTIVE, raised_at=field.now() - HOUR))
    at = moment(field.now()).astimezone(CITY).time().replace(second=0, microsecond=0)
    desk = Desk(field, telling(digest=at, zones={"ELSEWHERE"}), hook(receiver))
    desk.work(after_s=60)
    (said,) = digests(receiver)
    assert (sum(said["raised"].values()), said["standing"]) == (0, 0)


def job(due_at: datetime, target: str = "ST-1") -> StoredJob:
    return StoredJob(
        kind="fault",
        target_kind="station",
        target_id=target,
        fault_class="x",
        due_at=due_at,
        created_at=due_at - timedelta(hours=5),
    )
