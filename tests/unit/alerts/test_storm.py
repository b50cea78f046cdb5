"""A storm: everybody behind some gateways falls silent and comes back; one call a gateway, nothing lost."""

from typing import Final

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
from tests.unit.alerts.registries import device, installation, meter, registry
from tests.unit.alerts.said import BEGIN

DEVICES, GATEWAYS, INTERVAL_S = 200, 4, 600
RULES: Final = {"device_silent": catalogue()["device_silent"]}
CITY: Final = registry(
    devices=[device(n, float(INTERVAL_S)) for n in range(DEVICES)],
    meters=[meter(n) for n in range(DEVICES)],
    installations=[installation(n, n) for n in range(DEVICES)],
    gateways=[(f"GW-{n % GATEWAYS}", f"D-{n}") for n in range(DEVICES)],
)


class Storm:
    """Each device speaks at its own second of every interval, while it can."""

    def __init__(self) -> None:
        self.alarms: dict[Target, Alarm] = {}
        self.events: list[tuple[Target, AlarmEvent]] = []
        self._listening = Listening(CITY, {}, since=BEGIN, last_before=BEGIN)
        self._situation = Situation(neighbours=Neighbours(CITY))

    def pass_through(self, from_s: int, to_s: int, *, speaking: bool) -> None:
        for at_s in range(from_s, to_s, 20):
            if speaking:
                due = (n for n in range(DEVICES) if at_s <= self._due(n, at_s) < at_s + 20)
                heard = Heard(BEGIN + at_s * SECOND, BEGIN + at_s * SECOND)
                self._listening.hear({Target(TargetKind.DEVICE, f"D-{n}"): heard for n in due})
            self._look(BEGIN + at_s * SECOND)

    def _due(self, number: int, at_s: int) -> int:
        return at_s // INTERVAL_S * INTERVAL_S + number * 37 % INTERVAL_S

    def _look(self, now: int) -> None:
        self._listening.listen(now, receiving=True)
        alarms = list(self.alarms.values())
        changes = evaluate(RULES.values(), Window(silences=self._listening.at(now)), alarms, now)
        for change in annunciated(RULES, changes, alarms, self._situation, now):
            self.alarms[change.alarm.target] = change.alarm
            self.events += [(change.alarm.target, one) for one in change.events]

    @property
    def called(self) -> set[str]:
        return {target.id for target, one in self.events if rings(one)}


def test_a_storm_calls_once_a_gateway_and_loses_no_alarm() -> None:
    storm = Storm()
    storm.pass_through(0, 3 * INTERVAL_S, speaking=True)
    assert storm.events == [], "nobody is silent while all speak"
    storm.pass_through(3 * INTERVAL_S, 7 * INTERVAL_S, speaking=False)
    assert storm.called == {f"GW-{n}" for n in range(GATEWAYS)}
    assert len(storm.alarms) == DEVICES + GATEWAYS
    assert {one.state for one in storm.alarms.values()} == {State.ACTIVE}
    storm.pass_through(7 * INTERVAL_S, 9 * INTERVAL_S, speaking=True)
    assert len([one for _, one in storm.events if rings(one)]) == GATEWAYS, "coming back calls nobody"
    assert {one.state for one in storm.alarms.values()} == {State.RETURNED}
    raised = [target for target, one in storm.events if one.before is State.NORMAL]
    assert len(raised) == len(set(raised)) == DEVICES + GATEWAYS, "each alarm once"


def test_one_that_does_not_come_back_rings_in_the_end() -> None:
    storm = Storm()
    storm.pass_through(0, 3 * INTERVAL_S, speaking=True)
    storm.pass_through(3 * INTERVAL_S, 7 * INTERVAL_S, speaking=False)
    alone = Target(TargetKind.DEVICE, "D-7")
    due, storm._due = storm._due, lambda n, at_s: -1 if n == 7 else due(n, at_s)  # type: ignore[method-assign]
    storm.pass_through(7 * INTERVAL_S, 7 * INTERVAL_S + 7200, speaking=True)
    assert alone.id not in storm.called
    storm.pass_through(7 * INTERVAL_S + 7200, 7 * INTERVAL_S + 7400, speaking=True)
    assert alone.id in storm.called
