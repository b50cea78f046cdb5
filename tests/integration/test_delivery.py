"""Delivery from an alarm to real receivers: once, grouped, within limits, and across failures."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from alerts.alarm import Alarm, Priority, Target, TargetKind
from alerts.catalogue import catalogue
from alerts.delivery.channel import ChannelOptions
from alerts.delivery.deliver import ATTEMPTS, CLAIM, delivering
from alerts.delivery.routes import Hours
from alerts.lifecycle import State
from alerts.people.acknowledge import acknowledge
from alerts.people.shelving import shelve, unshelve
from alerts.watch import Watch
from citygas.roles import Orders
from citygas.settings import Settings
from telemetry.model import HOUR
from telemetry.store.alarms import StoredEvent, open_alarms, update_alarms
from telemetry.store.diagnosis import diagnose
from telemetry.store.pool import connect
from tests.integration.delivering import CITY, SECRET, Desk, hook, rings, silent, telling, told
from tests.integration.receivers import HttpReceiver, mailbox
from tests.integration.watching import Field, alarms, build_city

CEILING = "overprotection_ceiling"  # at 370 kPa it rings, and mutes what is below it


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


def test_an_excursion_of_a_station_is_told_in_both_languages(field: Field, receiver: HttpReceiver) -> None:
    with connect(field.dsn, "watch", autocommit=True) as connection:
        watch = Watch(connection)
        field.say("ST-1", 370.0)
        watch.look()
    desk = Desk(field, telling(rules={CEILING}), hook(receiver))
    desk.work()
    assert receiver.got == []  # it waits for others of its group
    desk.work(after_s=5)
    ((key, said),) = receiver.got
    assert key.startswith("ntc_")
    assert said["type"] == "alarm.notice"
    assert {"rule": CEILING, "zone": "Z", "count": 1, "reasons": {"first": 1}}.items() <= said["data"].items()
    assert said["data"]["alarms"][0]["target"] == {"kind": "station", "id": "ST-1"}
    assert said["data"]["alarms"][0]["value"] == 370.0
    page = f"http://page/alarms/{said['data']['alarms'][0]['id']}"
    assert (said["data"]["alarms"][0]["link"], said["data"]["link"]) == (page, "http://page")
    assert said["data"]["text"]["en"]["body"].endswith(page), "one alarm leads to its own page"
    for language, response in (("en", "What to do: "), ("zh", "处置：")):
        body = said["data"]["text"][language]["body"]
        assert "370" in body
        assert response + getattr(catalogue()[CEILING].response, language) in body
        assert "http://page" in body
    desk.work(after_s=3600)
    assert len(receiver.got) == 1
    assert desk.notices() == [(1, True, False, None)]
    assert diagnose(field.connection).notices == []


def test_a_storm_of_two_thousand_devices_is_one_notice_and_so_is_its_end(
    field: Field, receiver: HttpReceiver
) -> None:
    storm = 2000
    with field.connection.transaction():
        field.connection.execute(
            "INSERT INTO device (device) SELECT 'X-' || n FROM generate_series(1, %s) AS n", (storm,)
        )
        field.connection.execute(
            "INSERT INTO meter (meter, type, kind, qmax_m3h, digits, correction)"
            " SELECT 'X-' || n, 'rotary', 'smart', 100, 6, 'ptz' FROM generate_series(1, %s) AS n",
            (storm,),
        )
        field.connection.execute(
            "INSERT INTO installation (meter, site, device, valid_from, index_m3)"
            " SELECT 'X-' || n, 'SITE', 'X-' || n, '2020-01-01Z', 0 FROM generate_series(1, %s) AS n",
            (storm,),
        )
    desk = Desk(field, telling(), hook(receiver))
    field.connection.execute(STORM, ("active", storm))
    field.connection.execute(EVENTS, ("HELD", "pending", "active"))
    desk.work()
    desk.work(after_s=30)
    ((_, said),) = receiver.got
    assert said["data"]["count"] == storm
    assert said["data"]["reasons"] == {"first": storm}
    assert "× 2000" in said["data"]["text"]["zh"]["title"]
    assert "1990" in said["data"]["text"]["en"]["body"]
    field.connection.execute("UPDATE alarm SET state = 'returned', cleared_at = now()")
    field.connection.execute(EVENTS, ("GONE", "active", "returned"))
    desk.work()
    desk.work(after_s=300)
    assert told(receiver) == [{"first": storm}, {"returned": storm}]
    waiting = field.connection.execute("SELECT count(*) FROM occasion WHERE settled_at IS NULL").fetchone()
    assert waiting == (0,)


STORM = """
INSERT INTO alarm (rule, target_kind, target_id, priority, state, raised_at, message, response)
SELECT 'device_silent', 'device', 'X-' || n, 'medium', %s, now(), '', '' FROM generate_series(1, %s) AS n
"""
EVENTS = """
INSERT INTO alarm_event (alarm_id, at, signal, from_state, to_state)
SELECT alarm_id, now(), %s, %s, %s FROM alarm
"""


def test_a_shelved_alarm_is_told_when_it_is_taken_from_the_shelf(
    field: Field, receiver: HttpReceiver
) -> None:
    rings(field, silent(1))
    alarm_id = int(alarms(field.connection)[0]["alarm_id"])
    desk = Desk(field, telling(), hook(receiver))
    desk.work()
    at = field.now()
    with field.connection.transaction():
        shelve(field.connection, alarm_id, until=at + HOUR, reason="work", actor="op", at=at)
    desk.work(after_s=60)
    assert receiver.got == []
    with field.connection.transaction():
        unshelve(field.connection, alarm_id, actor="op", comment=None, at=field.now())
    desk.work()
    desk.work(after_s=30)
    assert told(receiver) == [{"first": 1}]


def test_it_is_repeated_until_somebody_acknowledges(field: Field, receiver: HttpReceiver) -> None:
    rings(field, silent(1))
    desk = Desk(field, telling(repeat=timedelta(minutes=10)), hook(receiver))
    for _ in range(50):
        desk.work(after_s=30)
    assert told(receiver) == [{"first": 1}, {"repeat": 1}, {"repeat": 1}]
    alarm_id = int(alarms(field.connection)[0]["alarm_id"])
    acknowledge(field.connection, alarm_id, actor="op", comment=None, at=field.now())
    desk.work(after_s=30)
    desk.work(after_s=6000)
    assert len(receiver.got) == 3


@pytest.mark.parametrize("acknowledged", [False, True])
def test_it_is_escalated_unless_somebody_acknowledged(
    field: Field, receiver: HttpReceiver, acknowledged: bool
) -> None:
    rings(field, silent(1))
    desk = Desk(field, telling(after=timedelta(minutes=15)), hook(receiver))
    desk.work()
    if acknowledged:
        alarm_id = int(alarms(field.connection)[0]["alarm_id"])
        acknowledge(field.connection, alarm_id, actor="op", comment=None, at=field.now())
    desk.work(after_s=14 * 60)
    assert receiver.got == []
    desk.work(after_s=120)
    assert told(receiver) == ([] if acknowledged else [{"first": 1}])


def test_quiet_hours_end_with_what_still_rings(field: Field, receiver: HttpReceiver) -> None:
    desk = Desk(field, telling(quiet=Hours.parsed("22:00-07:00")), hook(receiver))
    desk.now = datetime(2026, 3, 1, 23, 0, tzinfo=CITY)
    rings(field, silent(1))
    rings(field, silent(2))
    desk.work()
    (row,) = open_alarms(field.connection, [int(alarms(field.connection)[1]["alarm_id"])])
    gone = StoredEvent(at=field.now(), signal="GONE", from_state="active", to_state="returned")
    assert update_alarms(field.connection, [(replace(row, state="returned"), [gone])]) == 1
    desk.work(after_s=7 * HOUR / 1e6)
    assert receiver.got == []
    desk.work(after_s=HOUR / 1e6 + 30)
    ((_, said),) = receiver.got
    assert [one["target"]["id"] for one in said["data"]["alarms"]] == ["D-1"]


def test_a_channel_is_never_used_beyond_its_limit(field: Field, receiver: HttpReceiver) -> None:
    """Critical alarms of forty zones at once: nothing to group, and DingTalk's limit holds."""
    zones = 40
    field.connection.execute(
        "INSERT INTO zone (zone, name) SELECT 'Z-' || n, '' FROM generate_series(1, %s) AS n", (zones,)
    )
    field.connection.execute(
        "INSERT INTO station (station, zone) SELECT 'S-' || n, 'Z-' || n FROM generate_series(1, %s) AS n",
        (zones,),
    )
    field.connection.execute("INSERT INTO registry_import (changed) VALUES ('{}')")
    for number in range(1, zones + 1):
        alarm = Alarm(
            rule="gas_detected",
            target=Target(TargetKind.STATION, f"S-{number}"),
            priority=Priority.CRITICAL,
            state=State.ACTIVE,
        )
        rings(field, alarm)
    desk = Desk(field, telling(), hook(receiver))
    desk.work()
    counts = []
    for _ in range(30):
        desk.work(after_s=5)
        counts.append(len(receiver.got))
    assert counts[0] == 20
    assert all(later - earlier <= 20 for earlier, later in zip(counts, counts[12:], strict=False))
    assert counts[-1] == zones
    assert len({key for key, _ in receiver.got}) == zones


def test_what_fails_is_tried_again_under_the_same_key_and_given_up_at_last(
    field: Field, receiver: HttpReceiver
) -> None:
    rings(field, silent(1))
    desk = Desk(field, telling(), hook(receiver))
    receiver.status = 503
    desk.work()
    desk.work(after_s=30)
    desk.work(after_s=5)  # too soon
    assert desk.notices() == [(1, False, False, "HTTP 503")]
    for _ in range(ATTEMPTS):
        desk.work(after_s=4400)
    assert desk.notices() == [(ATTEMPTS, False, True, "HTTP 503")]
    assert len({key for key, _ in receiver.got}) == 1
    assert len({str(said) for _, said in receiver.got}) == 1
    assert diagnose(field.connection).notices == [("hook", 0, 1, "HTTP 503")]


def test_a_receiver_that_is_gone_is_left_alone(field: Field, receiver: HttpReceiver) -> None:
    rings(field, silent(1))
    desk = Desk(field, telling(again=timedelta()), hook(receiver))
    receiver.status = 410
    desk.work()
    desk.work(after_s=30)
    rings(field, silent(2))
    desk.work()
    desk.work(after_s=30)
    assert len(receiver.got) == 1
    assert desk.notices() == [(1, False, True, "HTTP 410"), (0, False, True, "HTTP 410")]
    receiver.status = 204
    rings(field, silent(3))
    elsewhere = Desk(field, telling(again=timedelta()), hook(receiver, url=receiver.url + "&new"))
    elsewhere.now = desk.now
    elsewhere.work()
    elsewhere.work(after_s=30)
    assert len(receiver.got) == 2


def test_a_redirect_is_not_followed(field: Field, receiver: HttpReceiver) -> None:
    rings(field, silent(1))
    desk = Desk(field, telling(), hook(receiver))
    receiver.status, receiver.location = 307, receiver.url
    desk.work()
    desk.work(after_s=30)
    assert len(receiver.got) == 1
    assert desk.notices() == [(1, False, False, "HTTP 307")]


def test_mail_comes_once_in_the_channel_s_language(field: Field, free_port: int) -> None:
    url = f"mailto://127.0.0.1:{free_port}?from=citygas@example.com&to=duty@example.com"
    channel = ChannelOptions(name="hook", kind="apprise", url=url, language="zh")
    rings(field, silent(1))
    desk = Desk(field, telling(), channel)
    desk.work()
    desk.work(after_s=30)
    assert desk.notices()[0][:3] == (1, False, False)  # nobody listens yet
    with mailbox(free_port) as box:
        desk.work(after_s=60)
        desk.work(after_s=3600)
    ((subject, text),) = box.got
    assert subject == "[中] 设备失联: D-1: 报警"
    assert "处置：" in text
    assert desk.notices() == [(2, True, False, None)]


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_the_database_may_go_away_while_a_notice_is_on_its_way(field: Field, receiver: HttpReceiver) -> None:
    """Every session of the delivery is ended while the receiver answers: it is told once all the same."""

    def cut() -> None:
        with connect(field.dsn, "test", autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'citygas-deliver' AND datname = current_database()"
            )

    receiver.on_post = cut
    rings(field, silent(1))
    with delivering(field.dsn, telling(wait=timedelta()), [hook(receiver)], tick=0.05):
        wait_for(lambda: sent(field) == [True])
    assert len(receiver.got) == 1


def test_killed_before_it_could_store_what_it_sent_it_sends_the_same_again(
    field: Field, receiver: HttpReceiver
) -> None:
    """At least once, under the same key: a receiver that keeps keys has it exactly once."""
    reached = threading.Event()
    receiver.on_post = lambda: kill(reached, children)
    children: list[subprocess.Popen[bytes]] = []
    rings(field, silent(1))
    with subprocess.Popen([sys.executable, "-c", DELIVER, field.dsn, receiver.url, SECRET]) as child:
        children.append(child)
        assert reached.wait(30)
        assert child.wait(10) == -signal.SIGKILL
    assert sent(field) == [False]
    receiver.on_post = lambda: None
    desk = Desk(field, telling(), hook(receiver))
    desk.work(after_s=1)
    assert len(receiver.got) == 1  # its claim holds: it may still be on its way
    desk.work(after_s=CLAIM.total_seconds() + 1)
    assert sent(field) == [True]
    (first, said), (second, again) = receiver.got
    assert first == second
    assert said == again


def test_the_role_watch_tells_of_what_it_sees(field: Field, receiver: HttpReceiver) -> None:
    channel = {
        "name": "hook",
        "kind": "webhook",
        "url": receiver.url,
        "secrets": [SECRET],
        "allow": ["127.0.0.0/8"],
    }
    route = {"name": "room", "channels": ["hook"], "rules": [CEILING], "wait_s": 0}
    settings = Settings.model_validate({"notify": {"channel": [channel], "route": [route]}})
    orders = Orders(dsn=field.dsn, settings=settings).model_dump_json().encode()
    arguments = [sys.executable, "-m", "citygas.roles", "watch"]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as role:
        try:
            assert role.stdin is not None
            role.stdin.write(orders)
            role.stdin.close()
            field.say("ST-1", 370.0)
            wait_for(lambda: sent(field) == [True])
            role.terminate()
            assert role.wait(30) == 0
        finally:
            role.kill()
    assert [one["data"]["rule"] for _, one in receiver.got] == [CEILING]


def kill(reached: threading.Event, children: Sequence["subprocess.Popen[bytes]"]) -> None:
    os.kill(children[0].pid, signal.SIGKILL)
    reached.set()


def sent(field: Field) -> list[bool]:
    rows = field.connection.execute("SELECT sent_at IS NOT NULL FROM notice ORDER BY notice_id").fetchall()
    return [bool(one) for (one,) in rows]


def wait_for(wanted: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not wanted():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


DELIVER = """
import sys, time
from datetime import timedelta
from zoneinfo import ZoneInfo
from alerts.delivery.channel import ChannelOptions
from alerts.delivery.deliver import delivering
from alerts.delivery.outbox import Telling
from alerts.delivery.routes import Route

dsn, url, secret = sys.argv[1:]
route = Route(name="room", channels=("hook",), wait=timedelta())
hook = ChannelOptions(name="hook", kind="webhook", url=url, secrets=(secret,), allow=("127.0.0.0/8",))
with delivering(dsn, Telling(routes=(route,), zone=ZoneInfo("Asia/Shanghai")), [hook], tick=0.05):
    time.sleep(60)
"""
