"""The watch against a real database, on both profiles."""

from collections.abc import Iterator

import pytest

from alerts.people.acknowledge import acknowledge
from alerts.watch import Watch
from ingest import lease
from telemetry.errors import ConflictError, NotFoundError
from telemetry.model import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    DeviceEvent,
    EventState,
    PressureSample,
    Reading,
    SlamShut,
    Stream,
)
from telemetry.store.pool import connect
from tests.integration.watching import Field, alarms, build_city, events, leads, states, until, watching


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


def test_an_excursion_is_an_alarm_within_a_second(field: Field, database: str) -> None:
    with watching(database):
        until(field.connection, lambda: leads(field.connection))
        field.say("ST-1", 338.0)
        assert until(field.connection, lambda: "active" in states(field.connection)) < 1.0
    (found,) = alarms(field.connection, "outlet_pressure_high_high")
    assert (found["target_kind"], found["target_id"]) == ("station", "ST-1")
    assert (found["priority"], found["value"], found["limit_value"], found["unit"]) == (
        "critical",
        338.0,
        332.5,
        "kPa",
    )
    assert found["message"] == "Outlet pressure 338 kPa is above 332.5 kPa, close to the slam-shut's setting"
    assert events(field.connection, found["alarm_id"]) == [("HELD", "normal", "active")]


def test_on_delays_run_on_measured_time_inside_one_array(field: Field, watch: Watch) -> None:
    now = field.now()
    field.pressures(*(_flowing(now - ago * SECOND, 330.0) for ago in (70, 40, 9)))
    watch.look()
    assert states(field.connection, "outlet_pressure_high") == ["active"]
    field.pressures(*(_flowing(now - ago * SECOND, 300.0) for ago in (8, 4)))
    watch.look()
    assert states(field.connection, "outlet_pressure_high") == ["active"], "the off-delay is not over"


def _flowing(at: int, outlet_kpa: float) -> PressureSample:
    return PressureSample(
        station="ST-1", measured_at=at, outlet_gauge_pressure_kpa=outlet_kpa, flow_m3h=400.0
    )


def test_a_station_goes_by_its_own_settings(field: Field, watch: Watch) -> None:
    field.connection.execute(
        "INSERT INTO rule_setting (rule, parameter, scope, id, valid_from, value) VALUES"
        " ('outlet_pressure_high', 'on_delay_s', 'station', 'ST-1', '2020-01-01Z', '0'),"
        " ('outlet_pressure_high', 'priority', 'zone', 'Z', '2020-01-01Z', 'low')"
    )
    field.connection.execute("INSERT INTO registry_import (changed) VALUES ('{}')")
    field.say("ST-1", 330.0, flow_m3h=400.0)
    field.say("ST-2", 330.0, flow_m3h=400.0)
    watch.look()
    found = alarms(field.connection, "outlet_pressure_high")
    assert [(one["target_id"], one["state"], one["priority"]) for one in found] == [
        ("ST-1", "active", "low"),
        ("ST-2", "pending", "low"),
    ]


def test_a_pending_alarm_that_goes_leaves_nothing(field: Field, watch: Watch) -> None:
    field.say("ST-1", 330.0, ago_s=20, flow_m3h=400.0)
    watch.look()
    assert states(field.connection) == ["pending"]
    field.say("ST-1", 300.0, flow_m3h=400.0)
    watch.look()
    assert states(field.connection) == []


def test_late_data_raises_nothing(field: Field, watch: Watch) -> None:
    field.say("ST-1", 500.0, ago_s=601)
    field.say("ST-1", 500.0, ago_s=86_400)
    watch.look(silences=True)
    assert alarms(field.connection) == []
    assert _left(field) == 0


def _left(field: Field) -> int:
    row = field.connection.execute("SELECT count(*) FROM arrival WHERE consumer = 'watch'").fetchone()
    assert row
    return int(row[0])


def test_an_excursion_that_came_and_went_in_one_batch_is_seen(field: Field, watch: Watch) -> None:
    now = field.now()
    field.pressures(
        _flowing(now - 200 * SECOND, 338.0), *(_flowing(now - ago * SECOND, 300.0) for ago in (150, 80, 5))
    )
    watch.look()
    (found,) = alarms(field.connection)
    assert (found["rule"], found["state"]) == ("outlet_pressure_high_high", "returned")
    assert events(field.connection, found["alarm_id"]) == [
        ("HELD", "normal", "active"),
        ("GONE", "active", "returned"),
    ]


def test_acknowledged_then_back_to_normal(field: Field, watch: Watch) -> None:
    field.say("ST-1", 338.0, ago_s=200)
    watch.look()
    alarm_id = _one(field)
    assert (
        acknowledge(field.connection, alarm_id, actor="op", comment="seen", at=field.now()) == "acknowledged"
    )
    with pytest.raises(ConflictError, match="acknowledged"):
        acknowledge(field.connection, alarm_id, actor="op", comment=None, at=field.now())
    field.say("ST-1", 300.0, ago_s=150)
    field.say("ST-1", 300.0, ago_s=60)
    watch.look()
    assert states(field.connection, "outlet_pressure_high_high") == ["normal"]
    assert events(field.connection, alarm_id) == [
        ("HELD", "normal", "active"),
        ("ACK", "active", "acknowledged"),
        ("GONE", "acknowledged", "normal"),
    ]


def _one(field: Field) -> int:
    (found,) = alarms(field.connection, "outlet_pressure_high_high")
    return int(found["alarm_id"])


def test_returned_then_acknowledged_is_normal(field: Field, watch: Watch) -> None:
    field.say("ST-1", 338.0, ago_s=200)
    field.say("ST-1", 300.0, ago_s=150)
    field.say("ST-1", 300.0, ago_s=60)
    watch.look()
    alarm_id = _one(field)
    assert acknowledge(field.connection, alarm_id, actor="op", comment=None, at=field.now()) == "normal"
    with pytest.raises(ConflictError, match="normal"):
        acknowledge(field.connection, alarm_id, actor="op", comment=None, at=field.now())
    field.say("ST-1", 338.0)
    watch.look()
    assert states(field.connection, "outlet_pressure_high_high") == ["normal", "active"], "a new one"


def test_there_is_no_such_alarm(field: Field) -> None:
    with pytest.raises(NotFoundError, match="4711"):
        acknowledge(field.connection, 4711, actor="op", comment=None, at=0)


def test_streams_are_judged_by_their_own_limits(field: Field, watch: Watch) -> None:
    at = field.now()
    both = {"station": "ST-2", "measured_at": at, "flow_m3h": 500.0}
    field.pressures(
        PressureSample(**both, stream=Stream.A, outlet_gauge_pressure_kpa=338.0),
        PressureSample(**both, stream=Stream.B, outlet_gauge_pressure_kpa=290.0, slam_shut=SlamShut.TRIPPED),
    )
    watch.look()
    found = {one["rule"]: one for one in alarms(field.connection) if one["state"] == "active"}
    assert set(found) == {"outlet_pressure_high_high", "slam_shut_tripped"}
    assert found["outlet_pressure_high_high"]["limit_value"] == 332.5, "the common outlet may reach 370.5"
    assert found["outlet_pressure_high_high"]["evidence"]["streams"] == ["A"]
    assert found["slam_shut_tripped"]["message"] == "The slam-shut has tripped (stream B)"


def test_events_count_as_much_as_samples(field: Field, watch: Watch) -> None:
    now = field.now()
    field.event(
        DeviceEvent(device="ST-1", measured_at=now - 60 * SECOND, code="bypass_valve", state=EventState.ON)
    )
    field.event(DeviceEvent(device="ST-1", measured_at=now - 59 * SECOND, code="relief", state=EventState.ON))
    watch.look()
    assert states(field.connection) == ["active"]
    field.event(
        DeviceEvent(device="ST-1", measured_at=now - 30 * SECOND, code="bypass_valve", state=EventState.OFF)
    )
    field.say("ST-1", 300.0)
    watch.look()
    assert states(field.connection, "regulator_bypass_open") == ["active"], "ten seconds it must stay closed"


def test_a_register_that_goes_back_rings_once(field: Field, watch: Watch) -> None:
    field.count("D-1", 500.0, ago_s=5 * 3600)
    field.count("D-1", 400.0, ago_s=4 * 3600)
    watch.look()
    (found,) = alarms(field.connection)
    assert (found["rule"], found["target_id"], found["state"], found["value"]) == (
        "register_regression",
        "M-1",
        "active",
        100.0,
    )
    field.count("D-1", 401.0, ago_s=3 * 3600)
    watch.look()
    field.count("D-1", 402.0, ago_s=2 * 3600)
    watch.look()
    assert states(field.connection) == ["returned"]
    assert found["evidence"]["previous_index_m3"] == 500.0


def test_a_backfill_of_history_rings_nothing(field: Field, watch: Watch) -> None:
    now = field.now()
    registers = [1000.0, 1010.0, 5.0, 6.0] * 250
    history = [
        Reading(device="D-1", measured_at=now - DAY - 2 * HOUR - (1000 - hour) * HOUR, index_m3=register)
        for hour, register in enumerate(registers)
    ]
    field.readings(*history)
    watch.look(silences=True)
    assert alarms(field.connection) == []


def test_repeated_delivery_rings_nothing_new(field: Field, watch: Watch) -> None:
    sample = PressureSample(
        station="ST-1", measured_at=field.now() - 5 * MINUTE, outlet_gauge_pressure_kpa=338.0
    )
    quiet = PressureSample(
        station="ST-1", measured_at=field.now() - 4 * MINUTE, outlet_gauge_pressure_kpa=300.0
    )
    after = PressureSample(
        station="ST-1", measured_at=field.now() - 2 * MINUTE, outlet_gauge_pressure_kpa=300.0
    )
    field.pressures(sample, quiet, after)
    watch.look()
    acknowledge(field.connection, _one(field), actor="op", comment=None, at=field.now())
    field.pressures(sample, quiet, after)
    watch.look()
    assert states(field.connection, "outlet_pressure_high_high") == ["normal"]


def test_a_new_registry_is_read_by_itself(field: Field, watch: Watch) -> None:
    field.connection.execute("UPDATE station SET high_high_kpa = 320 WHERE station = 'ST-1'")
    field.connection.execute("INSERT INTO registry_import (changed) VALUES ('{}')")
    field.say("ST-1", 321.0)
    watch.look()
    assert _one(field)


def test_a_silent_device_rings_and_returns(field: Field, watch: Watch) -> None:
    field.count("D-2", 1.0)
    watch.look(silences=True)
    assert alarms(field.connection) == []
    field.connection.execute("SELECT pg_sleep(4.1)")
    watch.look(silences=True)
    (found,) = alarms(field.connection)
    assert (found["rule"], found["target_kind"], found["target_id"]) == ("device_silent", "device", "D-2")
    assert found["limit_value"] == 4.0
    with connect(field.dsn, "watch", autocommit=True) as connection:
        Watch(connection).look(silences=True)
    assert states(field.connection) == ["active"], "another watch knows how long it was listened for"
    field.count("D-2", 1.1)
    watch.look(silences=True)
    assert states(field.connection) == ["returned"]


def test_an_event_is_a_sign_of_life(field: Field, watch: Watch) -> None:
    field.count("D-2", 1.0)
    watch.look(silences=True)
    field.connection.execute("SELECT pg_sleep(4.1)")
    at = field.now()
    field.event(DeviceEvent(device="D-2", measured_at=at, code="case_open", state=EventState.ONCE))
    watch.look(silences=True)
    assert alarms(field.connection, "device_silent") == []


def test_no_collector_no_silence(field: Field, watch: Watch) -> None:
    """Where collectors have been and none holds its lock, nobody could have been heard."""
    field.count("D-2", 1.0)
    watch.look(silences=True)
    field.connection.execute(
        "INSERT INTO shard_lease (shard, holder, filters) VALUES ('all', 'gone:1', '{}')"
    )
    field.connection.execute("SELECT pg_sleep(4.5)")
    watch.look(silences=True)
    assert alarms(field.connection) == []
    assert lease.take(field.connection, "all")
    watch.look(silences=True)
    field.connection.execute("SELECT pg_sleep(4.5)")
    watch.look(silences=True)
    assert states(field.connection) == ["active"]
