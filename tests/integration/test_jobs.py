"""Jobs in a real database: opened by alarms, muting what they permit, made when checks come due."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts.maintenance.jobs import JobState, change, create
from alerts.watch import Watch
from telemetry.errors import ConflictError, EntryError, OwnEntryError
from telemetry.model import SlamShut
from telemetry.store.jobs import JobFilter, StoredJob, find_job, job_events, last_job, list_jobs
from telemetry.store.pool import connect
from tests.integration.watching import Field, alarms, build_city

NOW = datetime.now(UTC)


@pytest.fixture
def field(database: str) -> Iterator[Field]:
    build_city(database)
    field = Field(database)
    yield field
    field.connection.close()


@pytest.fixture
def watch(field: Field) -> Iterator[Watch]:
    with connect(field.dsn, "watch", autocommit=True) as connection:
        yield Watch(connection)


def jobs(field: Field) -> list[StoredJob]:
    found = list_jobs(field.connection, JobFilter(), last=last_job(field.connection), limit=100)
    return sorted(found, key=lambda one: one.job_id)


def planned(permit: str, kind: str = "station", target: str = "ST-1", **more: object) -> StoredJob:
    row = StoredJob(
        kind="planned",
        target_kind=kind,
        target_id=target,
        state="assigned",
        assignee="crew",
        permits=[permit],
        starts_at=NOW - timedelta(hours=1),
        ends_at=NOW + timedelta(hours=1),
        created_at=NOW,
        created_by="op",
    )
    return replace(row, **more)  # type: ignore[arg-type] # fields of a job


def step(field: Field, job_id: int, state: str, actor: str = "crew", **more: object) -> StoredJob:
    with field.connection.transaction():
        return change(field.connection, job_id, {"state": state, **more}, actor=actor, at=datetime.now(UTC))


def trip(field: Field, watch: Watch, state: SlamShut = SlamShut.TRIPPED, ago_s: float = 0) -> None:
    field.say("ST-1", 300.0, slam_shut=state, ago_s=ago_s)
    watch.look()


def test_an_alarm_opens_one_job_and_its_cause_is_the_verdict(field: Field, watch: Watch) -> None:
    trip(field, watch)
    (job,) = jobs(field)
    assert (job.kind, job.target_id, job.fault_class, job.state) == (
        "fault",
        "ST-1",
        "slam_shut_tripped",
        "new",
    )
    assert job.due_at is not None
    assert job.due_at - job.created_at == timedelta(hours=4), "critical"
    assert (job.task, job.comment) == (None, None), "its fault class says what is to be done"
    (alarm,) = alarms(field.connection, "slam_shut_tripped")
    assert alarm["job_id"] == job.job_id
    trip(field, watch)
    assert len(jobs(field)) == 1
    step(field, job.job_id, "assigned", assignee="crew")
    step(field, job.job_id, "on_site")
    with pytest.raises(EntryError, match="cause"):
        step(field, job.job_id, "done")
    step(field, job.job_id, "done", cause="safety_device_fault", comment="spring")
    with pytest.raises(OwnEntryError):
        step(field, job.job_id, "verified")
    assert step(field, job.job_id, "verified", actor="boss").verified_by == "boss"
    (alarm,) = alarms(field.connection, "slam_shut_tripped")
    verdict = alarm["verdict"]
    assert (verdict["cause"], verdict["true"], verdict["job"], verdict["comment"]) == (
        "safety_device_fault",
        True,
        job.job_id,
        "spring",
    )
    said = field.connection.execute(
        "SELECT comment FROM alarm_event WHERE signal = 'JOB' ORDER BY event_id"
    ).fetchall()
    assert [comment.split(": ")[0].removeprefix(f"job {job.job_id} ") for (comment,) in said] == [
        *("new", "assigned", "on_site", "done", "verified")
    ]
    history = [(one.from_state, one.to_state, one.actor) for one in job_events(field.connection, job.job_id)]
    assert history == [
        (None, "new", None),
        ("new", "assigned", "crew"),
        ("assigned", "on_site", "crew"),
        ("on_site", "done", "crew"),
        ("done", "verified", "boss"),
    ]
    changed = [
        [(change.field, change.after) for change in one.changes]
        for one in job_events(field.connection, job.job_id)
    ]
    assert changed == [[], [("assignee", "crew")], [], [("cause", "safety_device_fault")], []]


@pytest.mark.parametrize(("days", "reopened"), [(29, 1), (31, 0)])
def test_a_fault_that_comes_back_soon_opens_its_job_again(
    field: Field, watch: Watch, days: int, reopened: int
) -> None:
    trip(field, watch)
    (job,) = jobs(field)
    for state in ("assigned", "on_site", "done"):
        step(field, job.job_id, state, assignee="crew", cause="safety_device_fault")
    step(field, job.job_id, "verified", actor="boss")
    field.connection.execute("UPDATE job SET done_at = now() - make_interval(days => %s)", (days,))
    field.connection.execute("UPDATE alarm SET state = 'normal', cleared_at = now()")
    trip(field, watch)
    found = jobs(field)
    assert [one.reopened for one in found] == ([1] if reopened else [0, 0])
    assert found[-1].state == ("assigned" if reopened else "new")
    assert found[-1].cause is None
    changed = {one.field: one for one in job_events(field.connection, found[-1].job_id)[-1].changes}
    assert set(changed) == ({"due_at", "cause"} if reopened else set())
    if reopened:
        assert (changed["cause"].before, changed["cause"].after) == ("safety_device_fault", None)
        assert (changed["due_at"].before, changed["due_at"].after) == (job.due_at, found[-1].due_at)
    ids = [row["job_id"] for row in alarms(field.connection, "slam_shut_tripped")]
    assert ids == [job.job_id, found[-1].job_id]


def test_an_alarm_is_muted_by_what_is_to_be_done_whatever_is_said_later(field: Field, watch: Watch) -> None:
    job = create(field.connection, planned("pressure", comment="exchange the regulator"))
    step(field, job.job_id, "on_site", comment="rain, later by half a day")
    trip(field, watch)
    (alarm,) = alarms(field.connection, "slam_shut_tripped")
    assert [(one["job"], one["reason"]) for one in alarm["muted_by"]] == [
        (job.job_id, "exchange the regulator")
    ]


def test_a_muted_alarm_opens_no_job_until_it_rings(field: Field, watch: Watch) -> None:
    job = create(field.connection, planned("pressure", kind="zone", target="Z"))
    trip(field, watch)
    (alarm,) = alarms(field.connection, "slam_shut_tripped")
    (reason,) = alarm["muted_by"]
    assert (reason["kind"], reason["job"], reason["by"]) == ("planned_job", job.job_id, "crew")
    assert [one.kind for one in jobs(field)] == ["planned"]
    step(field, job.job_id, "on_site")
    step(field, job.job_id, "done")
    watch.look(silences=True)
    assert alarms(field.connection, "slam_shut_tripped")[0]["muted_by"] == []
    assert [one.kind for one in jobs(field)] == ["planned", "fault"]


UNDER_WAY: list[tuple[str, dict[str, object], bool]] = [
    ("pressure", {}, False),
    ("silence", {}, True),
    ("pressure", {"state": "new", "assignee": None}, True),
    ("pressure", {"target_id": "ST-2"}, True),
    ("pressure", {"starts_at": NOW - timedelta(hours=3), "ends_at": NOW - timedelta(hours=2)}, True),
    ("pressure", {"starts_at": NOW + timedelta(hours=3), "ends_at": NOW + timedelta(hours=4)}, True),
]


def test_a_job_under_way_permits_what_it_says(field: Field, watch: Watch) -> None:
    trip(field, watch)
    for permit, changed, rings in UNDER_WAY:
        job = create(field.connection, planned(permit, **changed))
        watch.look(silences=True)
        (alarm,) = alarms(field.connection, "slam_shut_tripped")
        assert (alarm["muted_by"] == []) is rings, (permit, changed)
        field.connection.execute("UPDATE job SET permits = '{}' WHERE job_id = %s", (job.job_id,))


def test_only_one_open_fault_job_and_no_step_is_left_out(field: Field) -> None:
    fault = planned("pressure", kind="fault", permits=[], fault_class="leak", state="new", assignee=None)
    job = create(field.connection, replace(fault, kind="fault", target_kind="station"))
    with pytest.raises(ConflictError, match=f"job {job.job_id} "):
        create(field.connection, replace(fault, kind="fault", target_kind="station"))
    for state in (JobState.ON_SITE, JobState.DONE, JobState.VERIFIED):
        with pytest.raises(ConflictError, match="assigned"):
            step(field, job.job_id, state)
    with pytest.raises(EntryError, match="assignee"):
        step(field, job.job_id, "assigned")
    with pytest.raises(EntryError, match="permits"):
        create(field.connection, planned("pressure", ends_at=None))
    with pytest.raises(EntryError, match="ends_at"):
        create(field.connection, planned("pressure", ends_at=NOW - timedelta(days=1)))
    with pytest.raises(EntryError, match="fault_class"):
        create(field.connection, replace(fault, kind="fault", fault_class=None))


def test_checks_become_jobs_when_they_are_due(field: Field, watch: Watch) -> None:
    field.connection.execute(
        "UPDATE setpoint SET tested_on = current_date - 80, test_interval_days = 90 WHERE station = 'ST-1'"
    )
    field.connection.execute(
        "UPDATE setpoint SET tested_on = current_date - 60, test_interval_days = 90 WHERE station = 'ST-2'"
    )
    field.connection.execute(
        "INSERT INTO isolation (site, kind, valid_from, meter, recheck_days)"
        " VALUES ('SITE', 'sealed', now() - INTERVAL '25 days', 'M-1', 30)"
    )
    field.connection.execute(
        "INSERT INTO calibration (target, part, calibrated_on, next_due)"
        " VALUES ('M-2', 'meter', '2020-01-01', '2023-01-01'), ('M-1', 'meter', '2020-01-01', '2090-01-01')"
    )
    field.connection.execute(
        "INSERT INTO meter (meter, type, kind, qmax_m3h, digits, correction)"
        " VALUES ('STORED', 'rotary', 'smart', 100, 6, 'ptz')"
    )
    field.connection.execute(
        "INSERT INTO calibration (target, part, calibrated_on, next_due)"
        " VALUES ('STORED', 'meter', '2020-01-01', '2023-01-01')"
    )
    field.connection.execute("INSERT INTO registry_import (changed) VALUES ('{}')")
    watch.look(silences=True)
    watch.look(silences=True)
    assert all(one.task == one.comment for one in jobs(field))
    found = sorted((one.kind, one.target_id, one.task) for one in jobs(field))
    assert found == [
        ("calibration", "M-2", "calibrate meter"),
        ("inspection", "ST-1", "test set points of stream A"),
        ("isolation", "M-1", "look at the seal (sealed)"),
    ]
    again = Watch(watch._connection)
    again.look(silences=True)
    assert len(jobs(field)) == 3, "a restart makes none twice"
    assert find_job(field.connection, 4711) is None
