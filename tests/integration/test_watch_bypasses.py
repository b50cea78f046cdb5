"""Gas that goes around a meter, through the database, on both profiles."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from alerts.maintenance.jobs import create
from alerts.maintenance.unmetered import BY_JOB, BY_VALVE, unmetered_estimate
from alerts.watch import Watch
from api.schemas.edits import NewEdit
from api.schemas.jobs import job, whole_job
from telemetry.model import SECOND, DeviceEvent, EventState, Reading, Switch
from telemetry.store.jobs import StoredJob
from telemetry.store.pool import connect
from telemetry.store.registry_tables import load_registry
from tests.integration.watching import Field, alarms, build_city

NOW = datetime.now(UTC)

BYPASSES = """
UPDATE meter SET role = 'bypass' WHERE meter = 'M-2';
INSERT INTO bypass (
    bypass, around, target, valid_from, metered_by, isolation, check_interval_days, checked_on
)
VALUES ('B-1', 'meter', 'M-1', '2024-01-01Z', NULL, 'none', 30, '2024-02-01'),
       ('B-2', 'meter', 'M-1', '2024-01-01Z', 'M-2', 'lock', NULL, NULL),
       ('B-3', 'regulator', 'ST-1', '2024-01-01Z', NULL, 'none', NULL, NULL);
INSERT INTO registry_import (changed) VALUES ('{}');
"""

WEEKS = """
UPDATE meter SET role = 'check', checks = 'M-1' WHERE meter = 'M-2';
INSERT INTO supplied_by (site, station, valid_from) VALUES ('SITE', 'ST-1', '2020-01-01Z');
INSERT INTO registry_import (changed) VALUES ('{}');
INSERT INTO stream_hour (station_id, stream, hour, filter_moment, flow_moment, outlet_pa, outlet_samples)
SELECT station_id, 1, date_trunc('hour', now()) - (n + 1) * interval '1 hour', 0, 0, 300000, 60
FROM station, generate_series(0, 959) AS n WHERE station = 'ST-1';
INSERT INTO volume_hour (
    meter_id, interval_start, revision, volume_um3, base_volume_um3, pressure_pa, temperature_k,
    correction_factor, coverage, quality, method, flags, registry_version, calculation, cause, computed_at
)
SELECT meter_id, date_trunc('hour', now()) - (n + 1) * interval '1 hour', 1,
       1000000 * share * burnt / 4, 1000000 * share * burnt,
       sqrt(401325.0 ^ 2 - 500000 * burnt ^ 1.82), 288.15, 4, 1, 0, 'ptz', 0, 1, 1, 'reading', now()
FROM meter,
     generate_series(0, 959) AS n,
     LATERAL (SELECT 60 + n * 7 % 24 + n * 5 % 13 AS burnt) AS burnt,
     LATERAL (SELECT CASE WHEN n < 100 AND meter = 'M-1' THEN 0.6 ELSE 1 END AS share) AS share
WHERE meter IN ('M-1', 'M-2');
INSERT INTO volume_change (
    first_sequence, last_sequence, known_at, meter_ids, first_hours, last_hours, changes
)
SELECT 1, 1920, max(computed_at), array_agg(DISTINCT meter_id),
       array[min(first), min(first)], array[max(last), max(last)], '{960,960}'
FROM (SELECT meter_id, computed_at, min(interval_start) OVER () AS first,
             max(interval_start) OVER () AS last
      FROM volume_hour) AS hour;
"""


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


def raised(field: Field, rule: str) -> list[tuple[str, str, bool]]:
    return [
        (str(one["target_id"]), str(one["state"]), bool(one["muted_by"]))
        for one in alarms(field.connection, rule)
    ]


def permit(field: Field, target: str = "M-1", *, begins_h: float = -1, ends_h: float = 1) -> StoredJob:
    row = StoredJob(
        kind="planned",
        target_kind="meter",
        target_id=target,
        state="assigned",
        assignee="crew",
        permits=["bypass_open"],
        starts_at=NOW + timedelta(hours=begins_h),
        ends_at=NOW + timedelta(hours=ends_h),
        created_at=NOW,
        created_by="op",
    )
    with field.connection.transaction():
        return create(field.connection, row)


def say_open(field: Field, watch: Watch) -> None:
    at = field.now() - 60 * SECOND
    field.readings(Reading(device="D-1", measured_at=at, index_m3=10.0, meter_bypass_valve=Switch.OPEN))
    watch.look()


def test_an_open_bypass_rings_at_once(field: Field, watch: Watch) -> None:
    say_open(field, watch)
    assert raised(field, "meter_bypass_open") == [("M-1", "active", False)]


def test_an_open_bypass_that_a_job_permits_calls_nobody(field: Field, watch: Watch) -> None:
    permit(field)
    say_open(field, watch)
    assert raised(field, "meter_bypass_open") == [("M-1", "active", True)]


def test_an_event_opens_and_shuts_and_says_nothing_of_other_flags(field: Field, watch: Watch) -> None:
    now = field.now()
    for ago_s, code, state in (
        (90, "lock_open", EventState.ON),
        (60, "bypass_valve", EventState.ON),
        (30, "bypass_valve", EventState.OFF),
        (15, "bypass_valve", EventState.OFF),
    ):
        field.event(DeviceEvent(device="D-1", measured_at=now - ago_s * SECOND, code=code, state=state))
        watch.look()
    assert raised(field, "meter_bypass_open") == [("M-1", "returned", False)]
    assert raised(field, "tamper") == [("M-1", "active", False)]


def test_records_and_the_meter_in_a_bypass(field: Field, watch: Watch) -> None:
    field.connection.execute(BYPASSES.encode())
    now = field.now()
    field.readings(
        Reading(device="D-2", measured_at=now - 120 * SECOND, index_m3=7.0),
        Reading(device="D-2", measured_at=now - 60 * SECOND, index_m3=7.5),
    )
    watch.look(silences=True)
    assert raised(field, "bypass_unlocked") == [("M-1", "active", False)]
    assert raised(field, "bypass_check_due") == [("M-1", "active", False)]
    assert raised(field, "bypass_meter_running") == [("M-2", "active", False)]
    permit(field)
    watch.look(silences=True)
    assert raised(field, "bypass_meter_running") == [("M-2", "active", True)], "its main meter's job"


def test_weeks_of_hours_tell_of_gas_around_a_meter(field: Field, watch: Watch) -> None:
    field.connection.execute(WEEKS.encode())
    for one in ("D-1", "D-2"):
        field.count(one, 9000.0)
    watch.look(silences=True)
    assert raised(field, "check_meter_deviation") == [("M-1", "pending", False)], "it must last two hours"
    assert raised(field, "bypass_suspected") == [("M-1", "active", False)]
    (alarm,) = alarms(field.connection, "bypass_suspected")
    found = alarm["evidence"]["evidences"]
    assert found["hydraulic"]["share_pct"] == pytest.approx(40, abs=1)
    assert found["check_meter"]["share_pct"] == pytest.approx(40, abs=1)
    assert found["usage"]["share_pct"] == pytest.approx(40, abs=2)
    estimate = alarm["evidence"]["unmetered_estimate"]
    assert estimate["low"] < estimate["base_volume_m3"] < estimate["high"]


def test_a_job_says_what_it_let_past_the_meter(field: Field) -> None:
    field.connection.execute(WEEKS.encode())
    # Before the hundred hours in which M-1 counts too little it did count what was burnt.
    one = permit(field, begins_h=-110, ends_h=-107)
    registry = load_registry(field.connection)
    by_job = unmetered_estimate(field.connection, registry, one, NOW)
    assert by_job is not None
    assert (by_job.method, by_job.begin, by_job.end) == (BY_JOB, one.starts_at, one.ends_at)
    burnt = 3 * 78
    assert by_job.base_volume_m3 < 0.3 * burnt, "what was counted is taken off"
    later = permit(field, begins_h=-20, ends_h=-17)
    missing = unmetered_estimate(field.connection, registry, later, NOW)
    assert missing is not None
    assert missing.low <= missing.base_volume_m3 <= missing.high
    assert missing.base_volume_m3 == pytest.approx(0.4 * burnt, rel=0.4)
    # The whole hours about three hours: what was counted in them and what was not, by a factor of 4.
    edit = missing.edit
    assert edit.begin <= missing.begin < missing.end <= edit.end
    assert (edit.end - edit.begin) in {timedelta(hours=3), timedelta(hours=4)}
    assert edit.base_volume_m3 > missing.base_volume_m3
    assert edit.volume_m3 == pytest.approx(edit.base_volume_m3 / 4, abs=0.001)


def test_an_estimate_is_told_as_an_edit_takes_it(field: Field) -> None:
    field.connection.execute(WEEKS.encode())
    row = permit(field, begins_h=-20, ends_h=-17)
    estimate = unmetered_estimate(field.connection, load_registry(field.connection), row, NOW)
    told = whole_job(job(row, []), estimate).model_dump(mode="json", by_alias=True)["unmetered_estimate"]
    assert set(told) == {"from", "to", "base_volume_m3", "low", "high", "method", "edit"}
    edit = NewEdit.model_validate(told["edit"] | {"reason": "job 1"})
    assert (edit.meter, edit.kind) == ("M-1", "set_volume")


def test_the_valve_says_when_it_was_open(field: Field) -> None:
    field.connection.execute(WEEKS.encode())
    one = permit(field, begins_h=-20, ends_h=-16)
    registry = load_registry(field.connection)
    start = field.now() - 20 * 3600 * SECOND
    for hour, state in ((1, EventState.ON), (3, EventState.OFF)):
        at = start + hour * 3600 * SECOND
        field.event(DeviceEvent(device="D-1", measured_at=at, code="bypass_valve", state=state))
    found = unmetered_estimate(field.connection, registry, one, NOW)
    assert found is not None
    assert (found.method, found.end - found.begin) == (BY_VALVE, timedelta(hours=2))
    assert unmetered_estimate(field.connection, registry, permit(field, "M-3"), NOW) is None


def test_a_valve_that_stayed_shut_let_nothing_past(field: Field) -> None:
    field.connection.execute(WEEKS.encode())
    one = permit(field, begins_h=-20, ends_h=-16)
    at = field.now() - 18 * 3600 * SECOND
    field.readings(Reading(device="D-1", measured_at=at, index_m3=1.0, meter_bypass_valve=Switch.CLOSED))
    assert unmetered_estimate(field.connection, load_registry(field.connection), one, NOW) is None
