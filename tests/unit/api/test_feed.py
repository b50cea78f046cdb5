"""The feed tells events in the order of their numbers, and waits for one that is missing."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from api.feed import AlarmFeed, unbroken
from telemetry.store.alarm_lists import AlarmEvent


def event(number: int) -> AlarmEvent:
    at = datetime(2026, 7, 1, tzinfo=UTC)
    return AlarmEvent(
        alarm_id=1,
        rule="device_silent",
        target_kind="device",
        target_id="D",
        priority="low",
        state="active",
        muted_by=[],
        raised_at=at,
        acknowledged_at=None,
        cleared_at=None,
        value=None,
        limit_value=None,
        unit=None,
        message="m",
        response="r",
        evidence={},
        verdict=None,
        event_id=number,
        at=at,
        signal="HELD",
        from_state="pending",
        to_state="active",
        actor=None,
        comment=None,
    )


@given(st.sets(st.integers(6, 30)))
def test_only_what_follows_without_a_gap_is_told(numbers: set[int]) -> None:
    told = [one.event_id for one in unbroken([event(number) for number in sorted(numbers)], last=5)]
    assert told == list(range(6, 6 + len(told)))
    assert 6 + len(told) not in numbers


def test_the_feed_remembers_the_last_thousand_and_says_when_it_does_not() -> None:
    feed = AlarmFeed("")
    for first in range(1, 1501, 100):
        feed._tell([event(number) for number in range(first, first + 100)])
    remembered = feed.since(500)
    assert remembered is not None
    assert [one.event_id for one in remembered] == list(range(501, 1501))
    assert feed.since(499) is None
    assert feed.since(1500) == []
    assert feed.last == 1500
    feed.stop()
