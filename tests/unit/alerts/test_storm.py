"""A storm: who is behind gateways, or of a zone, falls silent and comes back; few calls, nothing lost."""

from collections.abc import Container
from typing import Final

import pytest

from alerts.alarm import Alarm, AlarmEvent, Target, TargetKind
from alerts.catalogue import catalogue
from alerts.engine import evaluate
from alerts.lifecycle import State
from alerts.ringing.annunciation import annunciated, rings
from alerts.ringing.muting import Situation
from alerts.ringing.neighbours import Neighbours
from alerts.windows.silence import Heard, Listening
from alerts.windows.window import Window
from telemetry.model import SECOND
from telemetry.registry import Registry
from tests.unit.alerts.registries import device, installation, meter, registry
from tests.unit.alerts.said import BEGIN

DEVICES, GATEWAYS, INTERVAL_S = 200, 4, 600
RULES: Final = {name: catalogue()[name] for name in ("device_silent", "zone_silent")}
ALL: Final = range(DEVICES)
NOBODY: Final = range(0)


def city(gateways: int = 0) -> Registry:
    return registry(
        devices=[device(n, float(INTERVAL_S)) for n in ALL],
        meters=[meter(n) for n in ALL],
        installations=[installation(n, n) for n in ALL],
        gateways=[(f"GW-{n % gateways}", f"D-{n}") for n in ALL] if gateways else [],
    )


class Storm:
    """Each device speaks at its own second of every interval, while it can."""

    def __init__(self, city: Registry) -> None:
        self.alarms: dict[Target, Alarm] = {}
        self.events: list[tuple[Target, AlarmEvent]] = []
        self._listening = Listening(city, {}, since=BEGIN, last_before=BEGIN)
        self._situation = Situation(neighbours=Neighbours(city))

    def pass_through(self, from_s: int, to_s: int, *, speaking: Container[int]) -> None:
        for at_s in range(from_s, to_s, 20):
            due = (n for n in ALL if n in speaking and at_s <= self._due(n, at_s) < at_s + 20)
            heard = Heard(BEGIN + at_s * SECOND, BEGIN + at_s * SECOND)
            self._listening.hear({Target(TargetKind.DEVICE, f"D-{n}"): heard for n in due})
            self._look(BEGIN + at_s * SECOND)

    def _due(self, number: int, at_s: int) -> int:
        return at_s // INTERVAL_S * INTERVAL_S + number * 37 % INTERVAL_S

    def _look(self, now: int) -> None:
        self._listening.listen(now, receiving=True)
        alarms = list(self.alarms.values())
        window = Window(silences=self._listening.at(now), zone_silences=self._listening.zones_at(now))
        changes = evaluate(RULES.values(), window, alarms, now)
        for change in annunciated(RULES, changes, alarms, self._situation, now):
            self.alarms[change.alarm.target] = change.alarm
            self.events += [(change.alarm.target, one) for one in change.events]

    @property
    def called(self) -> list[str]:
        return [target.id for target, one in self.events if rings(one)]

    def alarms_of(self, rule: str) -> list[Alarm]:
        return [one for one in self.alarms.values() if one.rule == rule]


def test_a_storm_calls_once_a_gateway_and_loses_no_alarm() -> None:
    storm = Storm(city(GATEWAYS))
    storm.pass_through(0, 3 * INTERVAL_S, speaking=ALL)
    assert storm.events == [], "nobody is silent while all speak"
    storm.pass_through(3 * INTERVAL_S, 7 * INTERVAL_S, speaking=NOBODY)
    assert sorted(storm.called) == [*(f"GW-{n}" for n in range(GATEWAYS)), "Z"]
    assert len(storm.alarms_of("device_silent")) == DEVICES + GATEWAYS
    assert {one.state for one in storm.alarms.values()} == {State.ACTIVE}
    storm.pass_through(7 * INTERVAL_S, 9 * INTERVAL_S, speaking=ALL)
    assert len(storm.called) == GATEWAYS + 1, "coming back calls nobody"
    assert {one.state for one in storm.alarms.values()} == {State.RETURNED}
    raised = [target for target, one in storm.events if one.before is State.NORMAL]
    assert len(raised) == len(set(raised)) == DEVICES + GATEWAYS + 1, "each alarm once"


def test_without_gateways_a_storm_calls_once_for_the_zone_and_loses_no_alarm() -> None:
    storm = Storm(city())
    storm.pass_through(0, 3 * INTERVAL_S, speaking=ALL)
    storm.pass_through(3 * INTERVAL_S, 7 * INTERVAL_S, speaking=NOBODY)
    assert storm.called == ["Z"]
    assert len(storm.alarms_of("device_silent")) == DEVICES
    assert {one.state for one in storm.alarms.values()} == {State.ACTIVE}
    storm.pass_through(7 * INTERVAL_S, 9 * INTERVAL_S, speaking=ALL)
    assert storm.called == ["Z"], "coming back calls nobody"
    assert {one.state for one in storm.alarms.values()} == {State.RETURNED}
    raised = [target for target, one in storm.events if one.before is State.NORMAL]
    assert len(raised) == len(set(raised)) == DEVICES + 1, "each alarm once"


@pytest.mark.parametrize(("share", "zone_rings"), [(0.6, True), (0.45, False)])
def test_a_zone_rings_for_most_of_its_devices_and_not_for_fewer(share: float, zone_rings: bool) -> None:
    storm, fallen = Storm(city()), round(share * DEVICES)
    storm.pass_through(0, 3 * INTERVAL_S, speaking=ALL)
    storm.pass_through(3 * INTERVAL_S, 7 * INTERVAL_S, speaking=range(fallen, DEVICES))
    assert [one.target.id for one in storm.alarms_of("zone_silent")] == (["Z"] if zone_rings else [])
    assert len(storm.alarms_of("device_silent")) == fallen
    # Those first due are silent by their own limit before most of the zone is late.
    assert len(storm.called) == fallen if not zone_rings else len(storm.called) < fallen / 5


def test_devices_that_fail_one_by_one_are_no_silent_zone() -> None:
    storm = Storm(city())
    storm.pass_through(0, 3 * INTERVAL_S, speaking=ALL)
    for turn in range(20):  # nine in ten in the end, each interval some
        from_s = (3 + turn) * INTERVAL_S
        storm.pass_through(from_s, from_s + INTERVAL_S, speaking=range(9 * (turn + 1), DEVICES))
    assert storm.alarms_of("zone_silent") == []
    assert len(storm.called) > 100


@pytest.mark.parametrize("gateways", [0, GATEWAYS])
def test_one_that_does_not_come_back_rings_in_the_end(gateways: int) -> None:
    storm = Storm(city(gateways))
    storm.pass_through(0, 3 * INTERVAL_S, speaking=ALL)
    storm.pass_through(3 * INTERVAL_S, 7 * INTERVAL_S, speaking=NOBODY)
    others = set(ALL) - {7}
    storm.pass_through(7 * INTERVAL_S, 7 * INTERVAL_S + 7200, speaking=others)
    assert "D-7" not in storm.called
    storm.pass_through(7 * INTERVAL_S + 7200, 7 * INTERVAL_S + 7800, speaking=others)
    assert "D-7" in storm.called
