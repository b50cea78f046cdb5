"""Whatever is said and whatever clocks do: no undefined state, and no ring before its on-delay."""

from dataclasses import dataclass
from typing import Final

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from alerts.alarm import Alarm, Change
from alerts.catalogue import catalogue
from alerts.engine import evaluate
from alerts.lifecycle import TRANSITIONS, Signal, State, after
from alerts.records import restored, stored
from alerts.windows.window import Window
from telemetry.errors import ConflictError
from telemetry.model import SECOND
from tests.unit.alerts.said import BEGIN, NAN, stations

RULE: Final = catalogue()["outlet_pressure_high"]
HIGH, NORMAL, DEADBAND = 330.0, 300.0, 320.0
NEVER: Final = -1e9


@given(st.lists(st.sampled_from(Signal)))
def test_every_sequence_of_signals_stays_in_the_table(signals: list[Signal]) -> None:
    state = State.NORMAL
    for signal in signals:
        try:
            following = after(state, signal)
        except ConflictError:
            assert signal is Signal.ACK
            assert state not in {State.ACTIVE, State.RETURNED}
            continue
        assert following is TRANSITIONS.get((state, signal), state)
        state = following


@dataclass(frozen=True)
class Step:
    """Time passes; then the station says something by its own clock, or nothing; then somebody looks."""

    passes_s: float
    outlet_kpa: float | None
    clock_s: float
    acknowledged: bool


steps = st.lists(
    st.builds(
        Step,
        passes_s=st.sampled_from([0.0, 0.5, 1.0, 10.0, 29.0, 59.5, 60.0, 61.0, 600.0, 3000.0]),
        outlet_kpa=st.sampled_from([HIGH, HIGH, HIGH, NORMAL, DEADBAND, NAN, None]),
        clock_s=st.sampled_from([0.0, 0.0, 0.0, -30.0, -61.0, -200.0, -599.0]),
        acknowledged=st.booleans(),
    ),
    max_size=40,
)


class Platform:
    """The engine from look to look, its alarms stored between them, and what really went on."""

    def __init__(self) -> None:
        self.alarm: Alarm | None = None
        self.now_s = 0.0
        self.said_s = 0.0  # ours, when something was last said
        self.furthest_s = NEVER  # where the station's clock has been
        self.lasted_s = NEVER  # how long it was high at most, at the last look
        self.high_s: tuple[float, float] | None = None  # ours, and how far theirs was, when it got high

    def look(self, step: Step) -> list[Change]:
        self.now_s += step.passes_s
        self.lasted_s = self._lasted()
        known_until_s = self.furthest_s
        if step.outlet_kpa is not None:
            self._note(step.outlet_kpa, self.now_s + step.clock_s)
        window = Window()
        if step.outlet_kpa is not None:
            window = stations(
                [step.outlet_kpa],
                at_s=[self.now_s + step.clock_s],
                age_s=-step.clock_s,
                known_until_s=known_until_s,
            )
        now = BEGIN + round(self.now_s * SECOND)
        changes = evaluate([RULE], window, [self.alarm] if self.alarm else [], now)
        for change in changes:
            self._keep(change.alarm)
        if step.acknowledged and self.alarm and self.alarm.state in {State.ACTIVE, State.RETURNED}:
            self._keep(replace(self.alarm, state=after(self.alarm.state, Signal.ACK)))
        return changes

    def _note(self, outlet_kpa: float, measured_s: float) -> None:
        if outlet_kpa == HIGH and self.high_s is None:
            self.high_s = (self.now_s, max(self.furthest_s, measured_s))
        self.said_s = self.now_s
        self.furthest_s = max(self.furthest_s, measured_s)
        self.lasted_s = max(self.lasted_s, self._lasted())
        if outlet_kpa == NORMAL:
            self.high_s = None

    def _keep(self, alarm: Alarm) -> None:
        """Keep an alarm as the database does: as its row, which is read again."""
        row = restored(stored(alarm, RULE))
        self.alarm = None if alarm.state is State.NORMAL else replace(row, alarm_id=1)

    def _lasted(self) -> float:
        """Return how long it has been high: by our clock, or by theirs where it was never before."""
        if self.high_s is None:
            return NEVER
        ours, theirs = self.high_s
        return max(self.now_s - ours, self.furthest_s - theirs + self.now_s - self.said_s)


@given(steps)
def test_no_sequence_of_statements_and_clocks_rings_before_its_delay(sequence: list[Step]) -> None:
    platform = Platform()
    for step in sequence:
        for change in platform.look(step):
            for event in change.events:
                assert TRANSITIONS[event.before, event.signal] is event.after
                if event.after is State.ACTIVE:
                    assert platform.lasted_s >= RULE.delays.on_s


@given(steps)
def test_with_true_clocks_it_rings_when_it_was_high_for_the_delay(sequence: list[Step]) -> None:
    """Statements at most half an hour apart, all high: it rings as soon as the second is a delay old."""
    platform = Platform()
    first_s = second_s = None
    for step in sequence:
        platform.look(replace_step(step))
        if first_s is None:
            first_s = platform.now_s
        elif second_s is None and platform.now_s > first_s:
            second_s = platform.now_s
        rings = second_s is not None and platform.now_s >= first_s + RULE.delays.on_s
        assert (platform.alarm is not None and platform.alarm.state is not State.PENDING) == rings


def replace_step(step: Step) -> Step:
    return Step(min(step.passes_s, 600.0), HIGH, 0.0, acknowledged=step.acknowledged)
