"""Muting in a real database: shelving, service, causes, and operators who act while the watch writes."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from psycopg import Connection

from alerts.alarm import Alarm, Change
from alerts.catalogue import catalogue
from alerts.lifecycle import State
from alerts.open_alarms import OpenAlarms
from alerts.people.acknowledge import acknowledge
from alerts.people.shelving import shelve, unshelve
from alerts.people.verdict import judge
from alerts.stored_changes import store_changes
from alerts.watch import Watch
from telemetry.errors import ConflictError, EntryError, NotFoundError
from telemetry.model import HOUR, MINUTE, SECOND, SlamShut, moment
from telemetry.store.muting import out_of_service_now, return_to_service, take_out_of_service
from telemetry.store.pool import connect
from tests.integration.watching import Field, alarms, build_city, states, until, watching

HIGH_HIGH = "outlet_pressure_high_high"


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


def ring(field: Field, watch: Watch, station: str = "ST-1") -> int:
    field.say(station, 338.0)
    watch.look()
    return int(alarms(field.connection, HIGH_HIGH)[-1]["alarm_id"])


def put_aside(field: Field, alarm_id: int, for_us: int = HOUR, **more: Any) -> None:  # noqa: ANN401 -- of shelve
    at = field.now()
    with field.connection.transaction():
        shelve(field.connection, alarm_id, until=at + for_us, reason="work", actor="op", at=at, **more)


def let_time_pass(field: Field) -> None:
    """Bring the end of what is shelved into the past."""
    field.connection.execute(
        "UPDATE alarm_shelving SET until = now() - INTERVAL '1 s' WHERE ended_at IS NULL"
    )


def muted_by(field: Field) -> list[list[str]]:
    return [[one["kind"] for one in row["muted_by"]] for row in alarms(field.connection, HIGH_HIGH)]


def happened(field: Field, alarm_id: int) -> list[tuple[str, str, list[str], str | None]]:
    rows = field.connection.execute(
        "SELECT signal, to_state, muted_by, actor FROM alarm_event WHERE alarm_id = %s ORDER BY event_id",
        (alarm_id,),
    ).fetchall()
    return [(signal, state, [one["kind"] for one in muted], actor) for signal, state, muted, actor in rows]


def test_shelved_then_expired_it_rings(field: Field, watch: Watch) -> None:
    alarm_id = ring(field, watch)
    put_aside(field, alarm_id)
    assert muted_by(field) == [["shelved"]]
    with pytest.raises(ConflictError, match="shelved already"):
        put_aside(field, alarm_id)
    watch.look(silences=True)
    assert muted_by(field) == [["shelved"]]
    let_time_pass(field)
    watch.look(silences=True)
    assert muted_by(field) == [[]]
    assert happened(field, alarm_id) == [
        ("HELD", "active", [], None),
        ("SHELVE", "active", ["shelved"], "op"),
        ("MUTED", "active", ["shelved"], None),
        ("UNSHELVE", "active", [], None),
        ("UNMUTED", "active", [], None),
    ]
    assert field.connection.execute("SELECT ended_why, ended_by FROM alarm_shelving").fetchall() == [
        ("expired", None)
    ]


def test_what_comes_again_while_shelved_does_not_ring(field: Field, watch: Watch) -> None:
    first = ring(field, watch)
    put_aside(field, first)
    acknowledge(field.connection, first, actor="op", comment=None, at=field.now())
    field.connection.execute("UPDATE alarm SET state = 'normal', cleared_at = now()")
    again = ring(field, watch)
    assert again != first
    assert muted_by(field) == [["shelved"], ["shelved"]]
    assert happened(field, again) == [("HELD", "active", ["shelved"], None)]
    with field.connection.transaction():
        unshelve(field.connection, first, actor="op", comment="done", at=field.now())
    assert muted_by(field) == [[], []], "whichever number it is asked by"
    assert happened(field, again)[1:] == [
        ("UNSHELVE", "active", [], "op"),
        ("UNMUTED", "active", [], None),
    ]
    with pytest.raises(ConflictError, match="not shelved"):
        unshelve(field.connection, again, actor="op", comment=None, at=field.now())


def test_shelving_has_its_bounds(field: Field, watch: Watch) -> None:
    alarm_id = ring(field, watch)
    with pytest.raises(EntryError, match="24 h at most"):
        put_aside(field, alarm_id, 24 * HOUR + SECOND)
    with pytest.raises(EntryError, match="2 h at most"):
        put_aside(field, alarm_id, 3 * HOUR, longest=timedelta(hours=2))
    with pytest.raises(EntryError, match="future"):
        put_aside(field, alarm_id, 0)
    with pytest.raises(NotFoundError):
        put_aside(field, 4711)
    assert muted_by(field) == [[]]


def test_shelved_then_the_priority_rises(field: Field, watch: Watch) -> None:
    field.connection.execute(
        "INSERT INTO rule_setting (rule, parameter, scope, id, valid_from, value)"
        " VALUES ('outlet_pressure_high_high', 'priority', 'all', '*', '2020-01-01Z', 'low')"
    )
    field.connection.execute("INSERT INTO registry_import (changed) VALUES ('{}')")
    alarm_id = ring(field, watch)
    put_aside(field, alarm_id)
    field.connection.execute("UPDATE rule_setting SET value = 'high'")
    field.connection.execute("INSERT INTO registry_import (changed) VALUES ('{}')")
    watch.look(silences=True)
    (row,) = alarms(field.connection, HIGH_HIGH)
    assert (row["priority"], row["muted_by"]) == ("high", [])
    assert [signal for signal, *_ in happened(field, alarm_id)] == [
        *("HELD", "SHELVE", "MUTED", "PRIORITY", "UNSHELVE", "UNMUTED")
    ]


def test_out_of_service_and_back(field: Field, watch: Watch) -> None:
    at = moment(field.now())
    taken = take_out_of_service(field.connection, "zone", "Z", since=at, reason="rebuilt", by="crew")
    assert taken
    alarm_id = ring(field, watch)
    assert muted_by(field) == [["out_of_service"]]
    assert return_to_service(field.connection, taken.out_of_service_id, at=at, by="crew")
    watch.look(silences=True)
    assert muted_by(field) == [[]]
    assert happened(field, alarm_id)[-1] == ("UNMUTED", "active", [], None)


def test_what_is_out_of_service_until_a_time_serves_again_by_itself(field: Field, watch: Watch) -> None:
    at = moment(field.now())
    end = at + timedelta(hours=2)
    taken = take_out_of_service(
        field.connection, "station", "ST-1", since=at, reason="rebuilt", by="crew", until=end
    )
    assert taken
    alarm_id = ring(field, watch)
    ((reason,),) = (row["muted_by"] for row in alarms(field.connection, HIGH_HIGH))
    assert (reason["kind"], reason["reason"], reason["by"]) == ("out_of_service", "rebuilt", "crew")
    assert reason["until"] is not None
    assert [one.until for one in out_of_service_now(field.connection, end - timedelta(seconds=1))] == [end]
    assert out_of_service_now(field.connection, end) == []
    field.connection.execute("UPDATE out_of_service SET until = now() - INTERVAL '1 s'")
    watch.look(silences=True)
    assert happened(field, alarm_id)[-1] == ("UNMUTED", "active", [], None)
    assert (
        return_to_service(field.connection, taken.out_of_service_id, at=moment(field.now()), by="op") is None
    )
    again = take_out_of_service(
        field.connection, "station", "ST-1", since=moment(field.now()), reason="again", by="crew"
    )
    assert again
    kept = field.connection.execute(
        "SELECT returned_at = until, returned_by FROM out_of_service ORDER BY out_of_service_id"
    ).fetchall()
    assert kept == [(True, None), (None, None)], "the first served since its end"


def test_a_trip_mutes_low_pressure_in_the_same_look(field: Field, watch: Watch) -> None:
    field.say("ST-1", 150.0, slam_shut=SlamShut.TRIPPED)
    watch.look()
    muted = {row["rule"]: [one["kind"] for one in row["muted_by"]] for row in alarms(field.connection)}
    assert muted["outlet_pressure_low_low"] == ["inhibited"]
    assert muted["slam_shut_tripped"] == []


def test_an_alarm_whose_rule_was_deleted_does_not_stand_for_ever(field: Field, watch: Watch) -> None:
    alarm_id = ring(field, watch)
    put_aside(field, alarm_id)
    field.connection.execute("UPDATE alarm SET rule = 'of_old' WHERE alarm_id = %s", (alarm_id,))
    Watch(watch._connection)
    (row,) = alarms(field.connection, "of_old")
    assert (row["state"], row["muted_by"]) == ("returned", [])
    last = field.connection.execute("SELECT signal, comment FROM alarm_event ORDER BY event_id DESC LIMIT 1")
    assert last.fetchone() == ("GONE", "the rule is gone")
    assert acknowledge(field.connection, alarm_id, actor="op", comment=None, at=field.now()) == "normal"


def test_a_verdict_says_what_was_behind_it(field: Field, watch: Watch) -> None:
    alarm_id = ring(field, watch)
    with pytest.raises(EntryError, match="regulator_fault"):
        judge(field.connection, alarm_id, cause="because", comment=None, actor="op", at=field.now())
    judge(field.connection, alarm_id, cause="regulator_fault", comment="seat", actor="op", at=field.now())
    judge(field.connection, alarm_id, cause="limit_wrong", comment=None, actor="op", at=field.now())
    (row,) = alarms(field.connection, HIGH_HIGH)
    assert (row["state"], row["verdict"]["cause"], row["verdict"]["true"]) == ("active", "limit_wrong", False)
    assert [signal for signal, *_ in happened(field, alarm_id)] == ["HELD", "VERDICT", "VERDICT"]


def test_operators_act_while_the_watch_writes(field: Field, database: str) -> None:
    """Nobody's word is lost: whoever comes second sees what the first one did, and goes by it."""
    with watching(database, tick=0.02):
        field.say("ST-1", 338.0)
        until(field.connection, lambda: states(field.connection, HIGH_HIGH) == ["active"])
        alarm_id = alarms(field.connection, HIGH_HIGH)[0]["alarm_id"]
        failed: list[Exception] = []

        def operate(name: str) -> None:
            try:
                with connect(database, name, autocommit=True) as connection:
                    for _ in range(10):
                        at = field_now(connection)
                        with connection.transaction():
                            shelve(connection, alarm_id, until=at + MINUTE, reason="r", actor=name, at=at)
                        with connection.transaction():
                            unshelve(connection, alarm_id, actor=name, comment=None, at=at)
            except Exception as error:  # noqa: BLE001 -- told by the test
                failed.append(error)

        thread = threading.Thread(target=operate, args=("one",))
        thread.start()
        for step in range(20):
            field.say("ST-1", 338.0 + step / 10, slam_shut=SlamShut.TRIPPED if step % 2 else SlamShut.OPEN)
        thread.join()
        assert failed == []
        until(field.connection, lambda: muted_by(field) == [[]])
    signals = [signal for signal, *_ in happened(field, alarm_id)]
    assert (signals.count("SHELVE"), signals.count("UNSHELVE")) == (10, 10)
    assert signals.count("MUTED") == signals.count("UNMUTED")


def field_now(connection: Any) -> int:  # noqa: ANN401 -- of psycopg
    return int(
        connection.execute("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint").fetchone()[0]
    )


def test_what_undid_itself_while_the_watch_was_at_work_is_noticed(field: Field, watch: Watch) -> None:
    alarm_id = ring(field, watch)
    with connect(field.dsn, "watch", autocommit=True) as connection:
        before = known(connection, alarm_id)
        put_aside(field, alarm_id)
        with field.connection.transaction():
            unshelve(field.connection, alarm_id, actor="op", comment=None, at=field.now())
        after = known(connection, alarm_id)
        assert (after.state, after.muted_by) == (before.state, before.muted_by)
        with pytest.raises(ConflictError):
            store_changes(connection, catalogue(), [Change(alarm=before, before=State.ACTIVE)])
        store_changes(connection, catalogue(), [Change(alarm=after, before=State.ACTIVE)])


def known(connection: Connection, alarm_id: int) -> Alarm:
    found = OpenAlarms(connection, catalogue()).read()
    return next(one for one in found if one.alarm_id == alarm_id)


def test_only_alarms_that_somebody_changed_are_read_again(field: Field, watch: Watch) -> None:
    alarm_id = ring(field, watch)
    alarms = OpenAlarms(field.connection, catalogue())
    before = {one.alarm_id: one for one in alarms.read()}
    put_aside(field, alarm_id)
    after = {one.alarm_id: one for one in alarms.read()}
    assert [one.kind for one in after[alarm_id].muted_by] == ["shelved"]
    assert [number for number in before if after[number] is not before[number]] == [alarm_id]
