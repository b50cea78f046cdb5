"""One alarm carried through the statements about its target, in the order in which they were measured."""

from typing import Any, Final

from msgspec.structs import replace

from alerts.alarm import Alarm, AlarmEvent, Change, Target
from alerts.lifecycle import ANNUNCIATED, WAITING_TO_RING, Signal, State, after
from alerts.rule import Rule
from telemetry.model import MINUTE, Instant

STANDS: Final[Instant] = 35 * MINUTE
"""For so long a sample stands for what follows it: a half-hourly sender's, and a little."""


class Track:
    """Carries one alarm on, and keeps what became of it.

    A delay runs on measured time. Between statements the sender's clock is taken to run as ours
    does; where it went back, a delay must have passed on our clock too, until it is where it was.
    """

    def __init__(
        self, rule: Rule, target: Target, stored: Alarm | None, known_until: Instant, now: Instant
    ) -> None:
        self._rule = rule
        self._target = target
        self._now = now
        self._stored = stored
        self._alarm = stored or self._normal()
        self._latest = _latest(self._alarm, known_until)
        self._events: list[AlarmEvent] = []
        self._changes: list[Change] = []

    @property
    def target(self) -> Target:
        """What the alarm is about."""
        return self._target

    @property
    def parts(self) -> tuple[int, ...]:
        """The streams on which the condition holds."""
        return self._alarm.parts

    def present(
        self,
        at: Instant,
        parts: tuple[int, ...],
        value: float | None,
        limit: float | None,
        evidence: dict[str, Any],
        heard: Instant,
    ) -> None:
        """Judge a statement by which the condition holds; ``heard`` tells when it arrived."""
        self._advance(at)
        alarm = self._alarm
        if alarm.state in WAITING_TO_RING:
            if alarm.present_since is None:
                self._begin(present_since=at, absent_since=None)
            self._judge(at, heard, parts=parts, value=value, limit=limit, evidence=evidence)
            self._signal(Signal.HELD if self._lasted(at) >= self._rule.delays.on else Signal.PRESENT, at)
        elif alarm.absent_since is not None or parts != alarm.parts:
            self._begin(present_since=alarm.present_since or at, absent_since=None)
            self._judge(at, heard, parts=parts)

    def absent(self, at: Instant, heard: Instant) -> None:
        """Judge a statement by which the condition does not hold."""
        self._advance(at)
        alarm = self._alarm
        if alarm.state not in WAITING_TO_RING:
            if alarm.absent_since is None:
                self._begin(present_since=None, absent_since=at)
            self._judge(at, heard, parts=())
            self._signal(Signal.GONE if self._lasted(at) >= self._rule.delays.off else Signal.ABSENT, at)
        elif alarm.present_since is not None:
            self._begin(present_since=None, absent_since=at)
            self._judge(at, heard, parts=())
            self._signal(Signal.ABSENT, at)

    def partly(self, at: Instant, parts: tuple[int, ...], heard: Instant) -> None:
        """Note that the condition no longer holds on one stream, while it stands on another."""
        if parts != self._alarm.parts:
            self._judge(self._alarm.judged_at or at, heard, parts=parts)

    def pass_time(self) -> None:
        """Let the delay go on since the last statement, as long as our own clock has."""
        alarm = self._alarm
        if alarm.judged_at is not None and alarm.judged_on is not None and self._now > alarm.judged_on:
            self._ripen(alarm.judged_at + self._now - alarm.judged_on)

    def changes(self) -> list[Change]:
        """Return what became of the alarm, and of those that ended on the way."""
        if self._alarm.state is State.NORMAL or self._alarm is self._stored:
            return self._changes
        return [*self._changes, self._change()]

    def _normal(self, clock_mark: Instant | None = None) -> Alarm:
        return Alarm(
            rule=self._rule.name, target=self._target, priority=self._rule.priority, clock_mark=clock_mark
        )

    def _change(self) -> Change:
        before = State.NORMAL if self._stored is None else self._stored.state
        return Change(alarm=self._alarm, before=before, events=tuple(self._events))

    def _judge(self, at: Instant, heard: Instant, **changed: Any) -> None:  # noqa: ANN401 -- fields of Alarm
        self._alarm = replace(self._alarm, judged_at=at, judged_on=min(heard, self._now), **changed)

    def _advance(self, at: Instant) -> None:
        """Bring the sender's clock to a statement's instant."""
        if at < self._latest:
            self._restart(at, max(self._latest, self._alarm.clock_mark or self._latest))
        elif self._alarm.clock_mark is not None and at >= self._alarm.clock_mark:
            self._restart(at, None)
        elif not self._rule.lasting and self._apart(at):
            self._restart(at, self._alarm.clock_mark)
        else:
            self._ripen(at)
        self._latest = at

    def _apart(self, at: Instant) -> bool:
        judged_at = self._alarm.judged_at
        return judged_at is not None and at - judged_at > STANDS

    def _begin(self, *, present_since: Instant | None, absent_since: Instant | None) -> None:
        """Let a delay begin to count."""
        self._alarm = replace(
            self._alarm, present_since=present_since, absent_since=absent_since, counted_on=self._now
        )

    def _restart(self, at: Instant, mark: Instant | None) -> None:
        """Let the delay that counts begin again."""
        present, absent = self._alarm.present_since, self._alarm.absent_since
        self._begin(
            present_since=None if present is None else at, absent_since=None if absent is None else at
        )
        self._alarm = replace(self._alarm, clock_mark=mark)

    def _lasted(self, at: Instant) -> Instant:
        """Return how long the delay has counted: no longer than on our clock, where theirs went back."""
        since, counted_on = self._alarm.counts_since, self._alarm.counted_on
        measured = at - (at if since is None else since)
        if self._alarm.clock_mark is None or counted_on is None:
            return measured
        return min(measured, self._now - counted_on)

    def _ripen(self, at: Instant) -> None:
        """End the delay that counts, if it ended before an instant and what stands was confirmed."""
        since, judged_at = self._alarm.counts_since, self._alarm.judged_at
        if since is None or judged_at is None:
            return
        waiting = self._alarm.state in WAITING_TO_RING
        delay = self._rule.delays.on if waiting else self._rule.delays.off
        stands = self._rule.lasting or (judged_at > since and not self._apart(at))
        if stands and self._lasted(at) > delay:
            self._signal(Signal.HELD if waiting else Signal.GONE, max(since + delay, judged_at))

    def _signal(self, signal: Signal, at: Instant) -> None:
        """Tell the alarm something, by the lifecycle's table."""
        before = self._alarm.state
        state = after(before, signal)
        if state is before:
            return
        at = min(at, self._now)
        self._alarm = replace(self._alarm, state=state, **_times(state, at))
        if before in ANNUNCIATED or state in ANNUNCIATED:
            self._events.append(self._event(signal, before, at))
        if state is State.NORMAL:
            self._end()

    def _event(self, signal: Signal, before: State, at: Instant) -> AlarmEvent:
        alarm = self._alarm
        return AlarmEvent(
            at=at,
            signal=signal,
            before=before,
            after=alarm.state,
            value=alarm.value,
            limit=alarm.limit,
            evidence=alarm.evidence,
            muted_by=alarm.muted_by,
        )

    def _end(self) -> None:
        """Keep an alarm that is over, unless nobody ever knew of it, and begin a new one."""
        if self._stored is not None or self._events:
            self._changes.append(self._change())
        self._stored, self._events, self._alarm = None, [], self._normal(self._alarm.clock_mark)


def _latest(alarm: Alarm, known_until: Instant) -> Instant:
    """Return where the sender's clock stood last; one that is known to have gone back, since then."""
    if alarm.judged_at is None:
        return known_until
    return alarm.judged_at if alarm.clock_mark is not None else max(known_until, alarm.judged_at)


def _times(state: State, at: Instant) -> dict[str, Instant | None]:
    """Return what a state's beginning says of an alarm's times."""
    match state:
        case State.ACTIVE:
            return {"raised_at": at, "acknowledged_at": None, "cleared_at": None}
        case State.RETURNED | State.NORMAL:
            return {"cleared_at": at}
        case State.PENDING | State.ACKNOWLEDGED:
            return {}
