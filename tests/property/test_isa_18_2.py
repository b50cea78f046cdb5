"""Our lifecycle beside Alerta's model of ISA-18.2, operation by operation; where they differ is written down.

See decision 13: acknowledgements and returns are remembered under shelving, and what gets worse is an alarm
of its own.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import msgspec
import pytest
from flask import Flask
from hypothesis import event, given
from hypothesis import strategies as st

from alerts.alarm import Alarm, Muted, Priority, Reason, Target, TargetKind
from alerts.catalogue import catalogue
from alerts.engine import evaluate
from alerts.lifecycle import Signal, State, after
from alerts.records import restored, stored
from alerts.ringing.annunciation import annunciated
from alerts.ringing.muting import Shelving, Situation
from alerts.rule import Delays
from alerts.windows.window import Window
from telemetry.errors import ConflictError
from telemetry.model import SECOND, moment
from tests.unit.alerts import isa_18_2
from tests.unit.alerts.isa_18_2 import Alerta, alarm_model
from tests.unit.alerts.said import BEGIN, City, stations

RULE: Final = replace(catalogue()["outlet_pressure_high"], delays=Delays())
TARGET: Final = Target(TargetKind.STATION, "ST-0")
THEIRS: Final = {
    State.NORMAL: isa_18_2.NORMAL,
    State.ACTIVE: isa_18_2.UNACKNOWLEDGED,
    State.ACKNOWLEDGED: isa_18_2.ACKNOWLEDGED,
    State.RETURNED: isa_18_2.RETURNED,
}
AFTER_SHELVING: Final = {
    (State.ACKNOWLEDGED, isa_18_2.UNACKNOWLEDGED): "an acknowledgement is remembered",
    (State.RETURNED, isa_18_2.NORMAL): "an unacknowledged return is not forgotten",
}
"""The only pairs of states that differ, and only when something comes from the shelf."""

operations = st.lists(st.sampled_from(["occurs", "clears", "ack", "shelve", "unshelve"]), max_size=60)


class Ours:
    """The engine, its muting and what operators do, over one station."""

    def __init__(self) -> None:
        self.alarm: Alarm | None = None
        self.shelved = False
        self._now = BEGIN

    @property
    def state(self) -> State:
        return State.NORMAL if self.alarm is None else self.alarm.state

    def do(self, operation: str) -> None:
        self._now += SECOND
        match operation:
            case "occurs" | "clears":
                self._look(330.0 if operation == "occurs" else 300.0)
            case "ack" if self.alarm is not None:
                self._acknowledge(self.alarm)
            case "shelve" | "unshelve":
                self.shelved = operation == "shelve"
                self._look(None)

    def _look(self, outlet_kpa: float | None) -> None:
        at_s = (self._now - BEGIN) / SECOND
        window = Window() if outlet_kpa is None else stations([outlet_kpa], at_s=[at_s])
        alarms = [self.alarm] if self.alarm else []
        changes = evaluate([RULE], window, alarms, self._now)
        for one in annunciated({RULE.name: RULE}, changes, alarms, self._situation(), self._now):
            self._keep(one.alarm)

    def _acknowledge(self, alarm: Alarm) -> None:
        try:
            self._keep(msgspec.structs.replace(alarm, state=after(alarm.state, Signal.ACK)))
        except ConflictError:
            assert self.state is State.ACKNOWLEDGED

    def _keep(self, alarm: Alarm) -> None:
        """Keep an alarm as the database does: as its row, which is read again."""
        row = msgspec.structs.replace(restored(stored(alarm, RULE)), alarm_id=1)
        self.alarm = None if alarm.state is State.NORMAL else row
        if self.alarm:
            assert (self.alarm.muted_by != ()) is self.shelved

    def _situation(self) -> Situation:
        until = moment(BEGIN) + timedelta(days=1)
        reason = Reason(kind=Muted.SHELVED, since=moment(BEGIN), until=until, reason="work", by="op")
        one = Shelving(shelving_id=1, rule=RULE.name, target=TARGET, priority=Priority.HIGH, reason=reason)
        return Situation(shelvings={(RULE.name, TARGET): one} if self.shelved else {})


@pytest.fixture(scope="module")
def model() -> Iterator[tuple[Any, Flask]]:
    with alarm_model() as found:
        yield found


def theirs_do(theirs: Alerta, operation: str) -> None:
    match operation:
        case "occurs":
            theirs.report(isa_18_2.HIGH)
        case "clears":
            theirs.report(isa_18_2.OK)
        case _:
            theirs.act(operation)


@given(operations)
def test_without_shelving_both_are_always_in_the_same_state(
    model: tuple[Any, Flask], sequence: list[str]
) -> None:
    ours, theirs = Ours(), Alerta(*model)
    for operation in sequence:
        if operation not in {"shelve", "unshelve"}:
            ours.do(operation)
            theirs_do(theirs, operation)
            assert THEIRS[ours.state] == theirs.status


@given(operations)
def test_shelving_differs_only_in_what_is_remembered(model: tuple[Any, Flask], sequence: list[str]) -> None:
    """Who unshelves what is not shelved is refused here, and so is not asked of theirs."""
    ours, theirs = Ours(), Alerta(*model)
    for operation in sequence:
        if operation == "unshelve" and not ours.shelved:
            continue
        ours.do(operation)
        theirs_do(theirs, operation)
        assert ours.shelved is (theirs.status == isa_18_2.SHELVED)
        if not ours.shelved and THEIRS[ours.state] != theirs.status:
            assert operation == "unshelve"
            event(AFTER_SHELVING[ours.state, theirs.status])
            theirs.status = THEIRS[ours.state]


def test_what_gets_worse_rings_as_an_alarm_of_its_own(model: tuple[Any, Flask]) -> None:
    """Theirs takes an acknowledged alarm back to unacknowledged; here the worse limit is another rule."""
    theirs = Alerta(*model)
    theirs.report(isa_18_2.HIGH)
    theirs.act("ack")
    theirs.report(isa_18_2.CRITICAL)
    assert theirs.status == isa_18_2.UNACKNOWLEDGED
    city = City("outlet_pressure_high", "outlet_pressure_high_high")
    city.look(stations([330.0, 330.0], at_s=[0.0, 60.0]), 60)
    city.alarms = [msgspec.structs.replace(city.alarms[0], state=State.ACKNOWLEDGED)]
    city.look(stations([370.0], at_s=[61.0]), 61)
    assert {one.rule: one.state for one in city.alarms} == {
        "outlet_pressure_high": State.ACKNOWLEDGED,
        "outlet_pressure_high_high": State.ACTIVE,
    }
