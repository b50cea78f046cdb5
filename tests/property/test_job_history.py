"""Whatever becomes of a job's plan: its history, as it is stored, leads from what was to what is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from alerts.alarm import Permit
from telemetry.store.jobs import PLAN, StoredJob, _event, plan_changes

AT = datetime(2026, 7, 1, tzinfo=UTC)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=8))])
times = st.none() | st.builds(
    lambda since, zone: (AT + since).astimezone(zone),
    st.timedeltas(-timedelta(days=3), timedelta(days=3)),
    ZONES,
)
words = st.none() | st.text(min_size=1, max_size=5) | st.just("2026-07-01T00:00:00Z")
plans = st.fixed_dictionaries(
    {
        "task": words,
        "assignee": words,
        "starts_at": times,
        "ends_at": times,
        "due_at": times,
        "permits": st.lists(st.sampled_from([one.value for one in Permit]), unique=True),
        "cause": words,
        "external_id": words,
    }
)


def job(plan: dict[str, object]) -> StoredJob:
    row = StoredJob(kind="planned", target_kind="station", target_id="G1", created_at=AT)
    return replace(row, **plan)  # type: ignore[arg-type] # fields of a job


@given(before=plans, after=plans)
def test_what_changed_leads_from_before_to_after(before: dict[str, object], after: dict[str, object]) -> None:
    stored = msgspec.json.decode(
        msgspec.json.encode(msgspec.to_builtins(plan_changes(job(before), job(after))))
    )
    told = _event(
        event_id=1, at=AT, from_state="new", to_state="new", actor=None, comment=None, changes=stored
    ).changes
    assert [one.field for one in told] == [name for name in PLAN if name in {one.field for one in told}]
    assert all(one.before != one.after for one in told)
    there = replace(job(before), **{one.field: one.after for one in told})  # type: ignore[arg-type] # its fields
    back = replace(job(after), **{one.field: one.before for one in told})  # type: ignore[arg-type] # its fields
    assert plan_changes(there, job(after)) == plan_changes(back, job(before)) == []


@given(plan=plans, order=st.randoms())
def test_the_order_of_permits_is_no_change(plan: dict[str, list[str]], order: object) -> None:
    shuffled = list(plan["permits"])
    order.shuffle(shuffled)  # type: ignore[attr-defined] # a source of chance
    assert plan_changes(job(dict(plan)), job({**plan, "permits": shuffled})) == []
