"""Routes: hours past midnight, quiet nights, escalation; pace and back-off; why somebody is told."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.delivery.pace import MINUTE, lately, may_send, retry_after
from alerts.delivery.routes import Hours, Route
from alerts.delivery.telling import Why, dropped, why
from telemetry.store.outbox import ReadyOccasion, UntoldEvent

CITY = ZoneInfo("Asia/Shanghai")
NIGHT = Hours.parsed("22:00-07:00")


def at(clock: str) -> datetime:
    return datetime.combine(datetime(2026, 3, 1, tzinfo=CITY), time.fromisoformat(clock), tzinfo=CITY)


@pytest.mark.parametrize(
    ("clock", "within"),
    [("21:59", False), ("22:00", True), ("00:00", True), ("06:59", True), ("07:00", False)],
)
def test_hours_go_past_midnight(clock: str, within: bool) -> None:
    assert NIGHT.hold(at(clock)) is within


@pytest.mark.parametrize("text", ["22:00", "22-25", "08:00-08:00", "", "a-b"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- Python's own words differ
        Hours.parsed(text)


def test_a_route_takes_by_priority_rule_and_any_zone_around() -> None:
    route = Route(name="r", channels=("c",), priorities={"high"}, zones={"CITY"}, rules={"a", "b"})
    assert route.takes("a", "high", ["Z", "CITY"])
    assert not route.takes("a", "low", ["Z", "CITY"])
    assert not route.takes("c", "high", ["Z", "CITY"])
    assert not route.takes("a", "high", ["Z"])
    assert Route(name="r", channels=("c",)).takes("a", "low", [])


def test_quiet_hours_hold_medium_and_low_alarms() -> None:
    route = Route(name="r", channels=("c",), quiet=NIGHT)
    assert route.ready("medium", at("23:30"), rings=True) == at("07:00") + timedelta(days=1)
    assert route.ready("low", at("06:00"), rings=True) == at("07:00")
    assert route.ready("critical", at("23:30"), rings=True) == at("23:30")
    assert route.ready("high", at("23:30"), rings=True) == at("23:30")
    assert route.ready("medium", at("12:00"), rings=True) == at("12:00")
    assert route.repeated(at("23:30")) == ["critical", "high"]
    assert route.repeated(at("12:00")) == ["critical", "high", "medium", "low"]


def test_escalation_waits_for_an_acknowledgement_but_not_for_what_returned() -> None:
    route = Route(name="boss", channels=("c",), after=timedelta(minutes=15))
    assert route.ready("critical", at("12:00"), rings=True) == at("12:15")
    assert route.ready("critical", at("12:00"), rings=False) == at("12:00")


def test_a_critical_alarm_waits_five_seconds_for_others_at_most() -> None:
    route = Route(name="r", channels=("c",))
    assert route.due("critical", at("12:00")) == at("12:00:05")
    assert route.due("high", at("12:00")) == at("12:00:30")


def test_outside_its_hours_a_route_repeats_nothing() -> None:
    route = Route(name="r", channels=("c",), hours=Hours.parsed("08:00-18:00"))
    assert route.open(at("08:00"))
    assert not route.open(at("18:00"))
    assert route.repeated(at("18:00")) == []


@given(
    gaps=st.lists(st.floats(0, 30), min_size=1, max_size=200),
    limit=st.integers(1, 20),
)
def test_no_minute_ever_has_more_messages_than_its_limit(gaps: list[float], limit: int) -> None:
    now, used, sent = datetime(2026, 1, 1, tzinfo=UTC), [], []
    for gap in gaps:
        now += timedelta(seconds=gap)
        if may_send(used, limit, now):
            used = [*lately(used, now), now]
            sent.append(now)
    for begin in sent:
        assert sum(begin <= one < begin + MINUTE for one in sent) <= limit
    assert sent[0] == datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=gaps[0])


@given(notice=st.integers(1, 10**9), attempts=st.integers(1, 100))
def test_what_failed_is_tried_ever_later_but_within_72_minutes(notice: int, attempts: int) -> None:
    wait = retry_after(notice, attempts)
    base = min(10 * 2 ** (attempts - 1), 3600)
    assert 0.79 * base <= wait.total_seconds() <= 1.21 * base
    assert wait == retry_after(notice, attempts)


def happened(signal: str, before: str, after: str, **more: object) -> UntoldEvent:
    fields = {
        "event_id": 1,
        "alarm_id": 1,
        "rule": "device_silent",
        "target_kind": "device",
        "target_id": "D",
        "priority": "high",
        "comment": None,
        "muted": False,
    }
    return UntoldEvent(**{**fields, "signal": signal, "from_state": before, "to_state": after, **more})  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (happened("HELD", "pending", "active"), Why.FIRST),
        (happened("HELD", "returned", "active"), Why.FIRST),
        (happened("HELD", "pending", "active", muted=True), Why.NOTHING_NEW),
        (happened("UNMUTED", "active", "active"), Why.FIRST),
        (happened("UNMUTED", "acknowledged", "acknowledged"), Why.NOTHING_NEW),
        (happened("PRIORITY", "active", "active", comment="low -> high"), Why.WORSENED),
        (happened("PRIORITY", "active", "active", comment="high -> low"), Why.NOTHING_NEW),
        (happened("PRIORITY", "acknowledged", "acknowledged", comment="low -> high"), Why.NOTHING_NEW),
        (happened("GONE", "active", "returned"), Why.RETURNED),
        (happened("GONE", "acknowledged", "normal"), Why.RETURNED),
        (happened("GONE", "pending", "normal"), Why.NOTHING_NEW),
        (happened("ACK", "active", "acknowledged"), Why.NOTHING_NEW),
        (happened("SHELVE", "active", "active"), Why.NOTHING_NEW),
        (happened("JOB", "active", "active"), Why.NOTHING_NEW),
    ],
)
def test_why_somebody_is_told(event: UntoldEvent, reason: Why) -> None:
    assert why(event) is reason


def ready(number: int, reason: Why, **more: object) -> ReadyOccasion:
    fields = {
        "occasion_id": number,
        "reason": reason,
        "zone": "Z",
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
        "held": False,
        "told_before": False,
        "alarm_id": 1,
        "rule": "device_silent",
        "target_kind": "device",
        "target_id": "D",
        "priority": "high",
        "state": "active",
        "muted": False,
        "raised_at": None,
        "cleared_at": None,
        "value": None,
        "limit_value": None,
        "unit": None,
        "evidence": {},
    }
    return ReadyOccasion(**{**fields, **more})  # type: ignore[arg-type]  # fields by name


def test_what_came_and_went_is_told_together() -> None:
    group = [ready(1, Why.FIRST, state="returned"), ready(2, Why.RETURNED, state="returned")]
    assert dropped(group) == {1: None, 2: None}


def test_what_was_over_before_it_could_be_told_is_not_told_at_all() -> None:
    group = [ready(1, Why.FIRST, state="returned", held=True), ready(2, Why.RETURNED, state="returned")]
    assert dropped(group) == {1: "over", 2: "never told"}


def test_what_is_muted_meanwhile_waits_for_its_unmuting() -> None:
    assert dropped([ready(1, Why.FIRST, muted=True)]) == {1: "muted"}


def test_nothing_is_repeated_once_somebody_acknowledged() -> None:
    again = ready(1, Why.REPEAT, state="acknowledged", told_before=True)
    assert dropped([again]) == {1: "over"}
    assert dropped([ready(1, Why.REPEAT, told_before=True)]) == {1: None}
