"""Delivery at any time that a test chooses, to real receivers."""

import base64
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from alerts.alarm import Alarm, Priority, Target, TargetKind
from alerts.catalogue import catalogue
from alerts.delivery.channel import ChannelOptions, opened
from alerts.delivery.deliver import Courier
from alerts.delivery.outbox import Outbox, Telling
from alerts.delivery.routes import Route
from alerts.lifecycle import State
from alerts.records import stored
from telemetry.model import Instant, instant, moment
from telemetry.store.alarms import StoredEvent, insert_alarms
from tests.integration.receivers import HttpReceiver
from tests.integration.watching import Field

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
CITY = ZoneInfo("Asia/Shanghai")


def hook(receiver: HttpReceiver, **more: Any) -> ChannelOptions:  # noqa: ANN401 -- options
    fixed: dict[str, Any] = {"name": "hook", "kind": "webhook", "url": receiver.url, "secrets": (SECRET,)}
    return ChannelOptions(**{**fixed, "allow": ("127.0.0.0/8",), **more})


def telling(**more: Any) -> Telling:  # noqa: ANN401 -- of a route
    return Telling(
        routes=(Route(**{"name": "room", "channels": ("hook",), **more}),), zone=CITY, link="http://page"
    )


class Desk:
    """An outbox and a courier that work when they are told to, at the time they are told."""

    def __init__(self, field: Field, route: Telling, channel: ChannelOptions) -> None:
        self.connection = field.connection
        self.now = moment(field.now())
        self._outbox = Outbox(field.connection, route)
        self._courier = Courier(opened(channel), channel)
        self._courier.begin(field.connection)

    def work(self, after_s: float = 0) -> None:
        self.now += timedelta(seconds=after_s)
        self._outbox.route(self.now)
        self._outbox.gather(self.now)
        self._outbox.sum_up(self.now)
        self._outbox.tell_customers(self.now)
        while self._courier.deliver(self.connection, self.now):
            pass

    def notices(self) -> list[tuple[int, bool, bool, str | None]]:
        return self.connection.execute(
            "SELECT attempts, sent_at IS NOT NULL, dead_at IS NOT NULL, error FROM notice ORDER BY notice_id"
        ).fetchall()


def silent(
    number: int,
    state: State = State.ACTIVE,
    priority: Priority = Priority.MEDIUM,
    raised_at: Instant = instant(datetime(2026, 3, 1, tzinfo=CITY)),  # noqa: B008 -- it never changes
) -> Alarm:
    return Alarm(
        rule="device_silent",
        target=Target(TargetKind.DEVICE, f"D-{number}"),
        priority=priority,
        state=state,
        raised_at=raised_at,
        value=7300.0,
        limit=7200.0,
    )


def rings(field: Field, alarm: Alarm) -> None:
    at = field.now()
    event = StoredEvent(at=at, signal="HELD", from_state="pending", to_state="active", value=alarm.value)
    assert insert_alarms(field.connection, [(stored(alarm, catalogue()[alarm.rule]), [event])]) == 1


def told(receiver: HttpReceiver) -> list[dict[str, int]]:
    return [one["data"]["reasons"] for _, one in receiver.got]
