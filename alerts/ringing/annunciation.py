"""Whether alarms ring, and how loud: their priority, and the reasons for which nobody is called."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from alerts.alarm import Alarm, AlarmEvent, Change, Muted, Note, Reason, Target
from alerts.lifecycle import ANNUNCIATED, State
from alerts.ringing.muting import STANDS, AlarmKey, Situation
from alerts.rule import Rule
from telemetry.model import Instant


def annunciated(
    rules: Mapping[str, Rule],
    changes: Sequence[Change],
    alarms: Iterable[Alarm],
    situation: Situation,
    now: Instant,
) -> list[Change]:
    """Return the changes with what mutes each alarm, and those of alarms whose muting or priority changes.

    Parameters
    ----------
    rules : mapping of str to Rule
        The catalogue.
    changes : sequence of Change
        What the engine says.
    alarms : iterable of Alarm
        Those that had not come back to normal before.
    situation : Situation
        What people, the design and other alarms say.
    now : Instant
        The platform's time.

    Notes
    -----
    Muting changes no state: an alarm lives on and is logged. An event that leaves nothing to mute an
    alarm that was muted is ``UNMUTED``: who is still active rings then.
    """
    latest = {(one.alarm.rule, one.alarm.target): place for place, one in enumerate(changes)}
    present = {(one.rule, one.target): one for one in alarms if one.state is not State.NORMAL}
    before = dict(present)
    for one in changes:
        present[one.alarm.rule, one.alarm.target] = one.alarm
    standing: dict[str, dict[Target, Alarm]] = {}
    for alarm in present.values():
        if alarm.state in STANDS:
            standing.setdefault(alarm.rule, {})[alarm.target] = alarm
    done = list(changes)
    for key, alarm in present.items():
        if alarm.state is State.NORMAL or alarm.rule not in rules:
            continue
        place = latest.get(key)
        change = _unchanged(before[key]) if place is None else changes[place]
        settled = _settled(rules[alarm.rule], change, standing, situation, now)
        if place is not None:
            done[place] = settled
        elif settled is not change:
            done.append(settled)
    return done


def ended_shelvings(
    situation: Situation, alarms: Mapping[AlarmKey, Alarm], now: Instant
) -> list[tuple[int, str]]:
    """Return which shelvings end now, and why."""
    found = []
    for key, shelving in situation.shelvings.items():
        priority = alarms[key].priority if key in alarms else shelving.priority
        if why := shelving.ends(priority, now):
            found.append((shelving.shelving_id, why))
    return found


def rings(happened: AlarmEvent) -> bool:
    """Tell whether an event calls an operator: the alarm is active since just now, or not muted any more."""
    begins = happened.signal is Note.UNMUTED or happened.before is not State.ACTIVE
    return begins and happened.after is State.ACTIVE and not happened.muted_by


def noted(alarm: Alarm, muted_by: tuple[Reason, ...], now: Instant) -> list[AlarmEvent]:
    """Return what is written down when an alarm's reasons change from its own to others."""
    if bool(alarm.muted_by) is bool(muted_by):
        return []
    return [event(alarm, Note.MUTED if muted_by else Note.UNMUTED, now, muted_by)]


def event(
    alarm: Alarm, note: Note, now: Instant, muted_by: tuple[Reason, ...], comment: str | None = None
) -> AlarmEvent:
    """Return something that happens to an alarm beside its state."""
    return AlarmEvent(
        at=now,
        signal=note,
        before=alarm.state,
        after=alarm.state,
        value=alarm.value,
        comment=comment,
        muted_by=muted_by,
    )


def _unchanged(alarm: Alarm) -> Change:
    return Change(alarm=alarm, before=alarm.state)


def _settled(
    rule: Rule,
    change: Change,
    standing: Mapping[str, Mapping[Target, Alarm]],
    situation: Situation,
    now: Instant,
) -> Change:
    """Return a change with the priority and the reasons that hold now; itself where nothing differs."""
    alarm = change.alarm
    priority = situation.overrides.rule_for(rule, alarm.target, now).priority
    louder = alarm if priority is alarm.priority else replace(alarm, priority=priority)
    if alarm.state not in ANNUNCIATED:
        return change if louder is alarm else replace(change, alarm=louder)
    muted_by = situation.reasons(rule, louder, standing, now)
    if louder is alarm and muted_by == alarm.muted_by:
        return change
    events = [replace(one, muted_by=muted_by) for one in change.events]
    if change.before in ANNUNCIATED:
        events += _events(change.alarm, louder, muted_by, situation, now)
    return replace(change, alarm=replace(louder, muted_by=muted_by), events=tuple(events))


def _events(
    alarm: Alarm, louder: Alarm, muted_by: tuple[Reason, ...], situation: Situation, now: Instant
) -> list[AlarmEvent]:
    """Return what is written down of an alarm that was there before."""
    events = []
    if louder is not alarm:
        said = f"{alarm.priority} -> {louder.priority}"
        events.append(event(alarm, Note.PRIORITY, now, muted_by, said))
    if _shelved(alarm.muted_by) and not _shelved(muted_by):
        shelving = situation.shelvings.get((alarm.rule, alarm.target))
        why = shelving.ends(louder.priority, now) if shelving else None
        events.append(event(alarm, Note.UNSHELVE, now, muted_by, why))
    return [*events, *noted(alarm, muted_by, now)]


def _shelved(reasons: tuple[Reason, ...]) -> bool:
    return any(one.kind is Muted.SHELVED for one in reasons)
