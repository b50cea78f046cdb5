"""What the watch knows of a station beyond the batch it judges: its last minutes, hours and tests."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from alerts.watch import Watch
from telemetry.model import HOUR, SECOND, Instant, PressureSample, Stream
from telemetry.store.pool import connect
from telemetry.store.stream_hours import last_hour, roll_stream_hours, stream_records
from telemetry.store.windows import Arrivals, Span, station_samples
from tests.integration.watching import Field, alarms, build_city, states


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


def test_what_was_said_before_is_looked_back_at_and_not_judged_again(field: Field, watch: Watch) -> None:
    for ago_s in (98, 88, 78, 68, 58):
        field.say("ST-1", 300.0, ago_s=ago_s, flow_m3h=400.0)
        watch.look()
    assert states(field.connection) == []
    for ago_s in (48, 38, 28, 18, 8):
        field.say("ST-1", 235.0, ago_s=ago_s, flow_m3h=400.0)
    watch.look()
    found = {one["rule"]: one for one in alarms(field.connection)}
    assert found["pressure_rate_of_fall"]["state"] == "active"
    assert found["pressure_rate_of_fall"]["value"] == 65.0
    field.say("ST-2", 300.0, flow_m3h=400.0)
    assert not watch.look()
    assert len(alarms(field.connection, "pressure_rate_of_fall")) == 1


def test_no_more_is_looked_back_at_than_is_bounded(field: Field) -> None:
    now = field.now()
    field.pressures(*(_said(now - ago * SECOND, 1.0) for ago in range(30, 1000)))
    field.connection.execute("DELETE FROM arrival")
    field.pressures(_said(now - SECOND, 1.0))
    row = field.connection.execute(
        "SELECT stored_at, station_ids[1], station_from[1] FROM arrival"
    ).fetchone()
    assert row
    arrivals = Arrivals(stored_at=[row[0]], stations=[Span(row[1], row[2], row[2], row[0])])
    within, look_back = timedelta(minutes=10), timedelta(minutes=5)
    samples = station_samples(field.connection, arrivals, within, look_back)
    assert samples["is_new"].sum() == 1
    assert samples["is_new"].size == 1 + 5 * 60 - 28
    long = station_samples(field.connection, arrivals, within, 4 * look_back)
    assert long["is_new"].size == 1 + 600


def _said(at: Instant, flow_m3h: float, stream: Stream = Stream.SINGLE, **more: float) -> PressureSample:
    return PressureSample(station="ST-2", measured_at=at, stream=stream, flow_m3h=flow_m3h, **more)  # type: ignore[arg-type]


def test_a_test_that_is_due_rings_at_a_tick_and_returns_when_it_is_entered(
    field: Field, watch: Watch
) -> None:
    _set(field, "tested_on = (now() AT TIME ZONE 'UTC')::date - 400, test_interval_days = 365")
    watch.look(silences=True)
    found = {one["rule"]: one for one in alarms(field.connection)}
    assert set(found) == {"setpoint_test_due", "standby_unproven"}
    assert found["standby_unproven"]["message"].endswith("due every 365 days (stream B)")
    assert found["setpoint_test_due"]["evidence"]["streams"] == ["A", "B"]
    assert found["setpoint_test_due"]["target_id"] == "ST-2"
    assert found["setpoint_test_due"]["value"] in {400.0, 401.0}, "days begin at the station's midnight"
    _set(field, "tested_on = (now() AT TIME ZONE 'UTC')::date - 10, test_interval_days = 365")
    watch.look(silences=True)
    assert states(field.connection) == ["returned", "returned"]


def _set(field: Field, what: str) -> None:
    field.connection.execute(f"UPDATE setpoint SET {what} WHERE station = 'ST-2'".encode())
    field.connection.execute("INSERT INTO registry_import (changed) VALUES ('{}')")


def test_a_standby_that_was_seen_to_carry_gas_needs_no_test(field: Field, watch: Watch) -> None:
    _set(field, "tested_on = (now() AT TIME ZONE 'UTC')::date - 400, test_interval_days = 365")
    field.connection.execute(
        "INSERT INTO stream_hour SELECT station_id, 2, now() - INTERVAL '30 days', 200, 0, 0"
        " FROM station WHERE station = 'ST-2'"
    )
    watch.look(silences=True)
    assert [one["rule"] for one in alarms(field.connection)] == ["setpoint_test_due"]


def test_the_hours_that_are_over_are_kept_once(field: Field) -> None:
    end = last_hour(field.now())
    said = [
        _said(end - HOUR + minute * 60 * SECOND, 100.0 + minute, Stream.B, filter_differential_kpa=2.0)
        for minute in range(60)
    ]
    field.pressures(*said, _said(end - HOUR, 5000.0, Stream.B), _said(end, 900.0, Stream.B))
    for _ in range(2):
        roll_stream_hours(field.connection, field.now())
    rows = field.connection.execute(
        "SELECT stream, peak_flow_m3h, filter_peak_pa, filter_moment, flow_moment FROM stream_hour"
    ).fetchall()
    flows = [100.0 + minute for minute in range(60)]
    assert [row[:3] for row in rows] == [(2, 159.0, 2000.0)], "one sample of 5000 is a spike"
    assert rows[0][3:] == pytest.approx((sum(2000 * q**2 for q in flows), sum(q**4 for q in flows)))
    ((_, stream, carried_at, resistance, peak),) = stream_records(field.connection, field.now(), 10.0)
    assert (stream, carried_at, resistance, peak) == (2, end - HOUR, None, None), "a filter needs a week"
    assert stream_records(field.connection, field.now(), 159.0) == []


def test_a_clean_filter_is_the_quarter_of_days_with_the_least(field: Field) -> None:
    field.connection.execute(
        "INSERT INTO stream_hour SELECT station_id, 0, now() - day * INTERVAL '1 day', 100, day * 0.1, 1"
        " FROM station, generate_series(1, 9) AS day WHERE station = 'ST-1'"
    )
    ((*_, resistance, _),) = stream_records(field.connection, field.now(), 1e9)
    assert resistance == pytest.approx(0.3)
    now = field.now()
    blocked = {"outlet_gauge_pressure_kpa": 300.0, "filter_differential_kpa": 9.6}
    field.pressures(
        *(
            PressureSample(station="ST-1", measured_at=now - ago * SECOND, flow_m3h=100.0, **blocked)
            for ago in (590, 300, 5)
        )
    )
    with connect(field.dsn, "watch", autocommit=True) as connection:
        Watch(connection).look()
    (found,) = alarms(field.connection, "filter_blocked")
    assert (found["limit_value"], found["evidence"]["clean_differential_kpa"]) == (7.0, 3.0)


def test_a_filter_without_flow_goes_by_its_highest_differential_of_weeks_ago(field: Field) -> None:
    field.connection.execute(
        "INSERT INTO stream_hour (station_id, stream, hour, filter_moment, flow_moment, filter_peak_pa)"
        " SELECT station_id, 0, now() - (day - 0.5) * INTERVAL '1 day', 0, 0, 1000 + 100 * abs(day - 20)"
        " FROM station, generate_series(1, 22) AS day WHERE station = 'ST-1'"
    )
    ((*_, peak),) = stream_records(field.connection, field.now(), 1e9)
    assert peak == 1500.0, "the last two weeks, in which it fills up, are left out"
