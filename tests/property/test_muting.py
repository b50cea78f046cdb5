"""Whatever mutes an alarm, and whenever that ends: its states are the same, and it rings in the end."""

from datetime import timedelta
from typing import Final

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from alerts.alarm import Alarm, AlarmEvent, Muted, Priority, Reason, Target, TargetKind
from alerts.catalogue import catalogue
from alerts.engine import evaluate
from alerts.lifecycle import Signal, State, after
from alerts.records import restored, stored
from alerts.ringing.annunciation import annunciated, rings
from alerts.ringing.muting import Shelving, Situation
from alerts.windows.window import Window
from telemetry.model import SECOND, moment
from tests.unit.alerts.said import BEGIN, stations

RULE: Final = catalogue()["outlet_pressure_high"]
TARGET: Final = Target(TargetKind.STATION, "ST-0")
UNTIL: Final = moment(BEGIN) + timedelta(days=1)
KEPT: Final = {one.value for one in Signal}

steps = st.lists(
    st.sampled_from(["high", "normal", "nothing", "ack", "shelve", "unshelve", "out", "back"]), max_size=60
)


class Station:
    """One station from step to step, half a minute each, its alarm stored between them."""

    def __init__(self, *, muting: bool) -> None:
        self.events: list[AlarmEvent] = []
        self.alarm: Alarm | None = None
        self._muting = muting
        self._muted: set[str] = set()
        self._at_s = 0

    @property
    def calls(self) -> bool:
        """Whether somebody must have been called by now."""
        return self.alarm is not None and self.alarm.state is State.ACTIVE and not self.alarm.muted_by

    def step(self, what: str) -> list[AlarmEvent]:
        self._at_s += 30
        match what:
            case "ack" if self.alarm and self.alarm.state in {State.ACTIVE, State.RETURNED}:
                self._keep(replace(self.alarm, state=after(self.alarm.state, Signal.ACK)))
            case "shelve" | "out":
                self._muted.add(what)
            case "unshelve" | "back":
                self._muted.discard({"unshelve": "shelve", "back": "out"}[what])
            case _:
                pass
        return self._look({"high": 330.0, "normal": 300.0}.get(what))

    def _look(self, outlet_kpa: float | None) -> list[AlarmEvent]:
        now = BEGIN + self._at_s * SECOND
        window = Window() if outlet_kpa is None else stations([outlet_kpa], at_s=[float(self._at_s)])
        alarms = [self.alarm] if self.alarm else []
        changes = evaluate([RULE], window, alarms, now)
        if self._muting:
            changes = annunciated({RULE.name: RULE}, changes, alarms, self._situation(), now)
        happened = [event for change in changes for event in change.events]
        for change in changes:
            self._keep(change.alarm)
        self.events += happened
        return happened

    def _keep(self, alarm: Alarm) -> None:
        row = replace(restored(stored(alarm, RULE)), alarm_id=1)
        assert row.muted_by == alarm.muted_by, "reasons are stored whole"
        self.alarm = None if alarm.state is State.NORMAL else row

    def _situation(self) -> Situation:
        shelved = Reason(kind=Muted.SHELVED, since=moment(BEGIN), until=UNTIL, reason="work", by="op")
        one = Shelving(shelving_id=1, rule=RULE.name, target=TARGET, priority=Priority.HIGH, reason=shelved)
        out = Reason(kind=Muted.OUT_OF_SERVICE, since=moment(BEGIN), reason="rebuilt", by="crew")
        return Situation(
            shelvings={(RULE.name, TARGET): one} if "shelve" in self._muted else {},
            out_of_service={TARGET: out} if "out" in self._muted else {},
        )


@given(steps)
def test_muting_changes_no_state(sequence: list[str]) -> None:
    plain, muted = Station(muting=False), Station(muting=True)
    for what in sequence:
        plain.step(what)
        muted.step(what)
        assert (plain.alarm and plain.alarm.state) == (muted.alarm and muted.alarm.state)
    lifecycle = [(one.at, one.signal, one.before, one.after) for one in muted.events if one.signal in KEPT]
    assert lifecycle == [(one.at, one.signal, one.before, one.after) for one in plain.events]


@given(steps)
def test_who_must_be_called_is_called_once(sequence: list[str]) -> None:
    """An alarm calls when it becomes active and unmuted, whichever comes last, and only then."""
    station = Station(muting=True)
    for what in sequence:
        before, alarm = station.calls, station.alarm
        called = sum(rings(one) for one in station.step(what))
        assert called == (station.calls and not before), (what, alarm, station.alarm)
