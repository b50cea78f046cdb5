"""What came first at one place."""

from alerts.alarm import Alarm, AlarmEvent, Change, Priority, Target, TargetKind
from alerts.lifecycle import Signal, State
from alerts.ringing.first_out import with_first_out
from alerts.ringing.neighbours import Neighbours
from telemetry.model import MINUTE, SECOND, Instant
from tests.unit.alerts.registries import device, installation, meter, registry, station
from tests.unit.alerts.said import BEGIN

CITY = Neighbours(
    registry(
        stations=[station(1), station(2)],
        meters=[meter(1)],
        devices=[device(1)],
        installations=[installation(1, 1)],
    )
)


def rung(rule: str, kind: TargetKind, name: str, at: Instant, before: State = State.NORMAL) -> Change:
    alarm = Alarm(
        rule=rule, target=Target(kind, name), priority=Priority.HIGH, state=State.ACTIVE, raised_at=at
    )
    event = AlarmEvent(at=at, signal=Signal.HELD, before=before, after=State.ACTIVE)
    return Change(alarm=alarm, before=before, events=(event,))


def came_first(changes: list[Change], alarms: list[Alarm]) -> list[str | None]:
    found = with_first_out(changes, alarms, CITY)
    return [one.alarm.evidence["came_first"]["rule"] if one.alarm.evidence else None for one in found]


def test_the_first_of_a_station_is_told_by_those_that_follow() -> None:
    changes = [
        rung("low", TargetKind.STATION, "ST-1", BEGIN + SECOND),
        rung("trip", TargetKind.STATION, "ST-1", BEGIN),
        rung("low", TargetKind.STATION, "ST-2", BEGIN + SECOND),
        rung("silent", TargetKind.DEVICE, "ST-1", BEGIN + MINUTE),
    ]
    assert came_first(changes, []) == ["trip", None, None, "trip"]


def test_a_meter_and_its_device_are_one_place() -> None:
    battery = rung("battery", TargetKind.METER, "M-1", BEGIN).alarm
    assert came_first([rung("silent", TargetKind.DEVICE, "D-1", BEGIN + SECOND)], [battery]) == ["battery"]


def test_what_came_long_before_or_is_over_began_nothing() -> None:
    long_ago = rung("trip", TargetKind.STATION, "ST-1", BEGIN - 11 * MINUTE).alarm
    low = rung("low", TargetKind.STATION, "ST-1", BEGIN, before=State.RETURNED)
    assert came_first([low], [long_ago]) == [None]
    lately = rung("trip", TargetKind.STATION, "ST-1", BEGIN - 9 * MINUTE).alarm
    assert came_first([low], [lately]) == ["trip"]
