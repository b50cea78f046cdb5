"""The truth of some small cities held against their records: neither may contradict the other."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from simulators.days import DAY_S, midnight
from simulators.labelled.city import LabelledCity, labelled_city
from simulators.labelled.happening import Happening
from simulators.labelled.truth import truth

SEEDS = (4, 9, 11)
PEACE_S = 3 * DAY_S
"""Four days, but for the wait until a reading shows that something is over: a day at most."""
LASTING = {"calibration_due", "bypass_check_due", "seal_recheck_due"}
NOTICED_SHARE = 0.02
TESTED = {"setpoint_test_due": "A", "standby_unproven": "B"}
"""Which stream each is about."""


@pytest.fixture(scope="module", params=SEEDS)
def city(request: pytest.FixtureRequest) -> LabelledCity:
    begin = midnight(20_150)
    seed: int = request.param
    return labelled_city(seed, meters=60, days=45, begin=begin, density=2.5, trouble_density=8.0)


@pytest.fixture(scope="module")
def written(city: LabelledCity) -> dict[str, Any]:
    return truth(city)


def at(text: object) -> datetime:
    return datetime.fromisoformat(str(text))


def hangs(city: LabelledCity, meter: str, when: str) -> bool:
    rows = [row for row in city.tables["installations"] if row["meter"] == meter]
    return any(
        at(row["valid_from"]) <= at(when)
        and not (row.get("removed_at") and at(row["removed_at"]) <= at(when))
        for row in rows
    )


def bypass_of(city: LabelledCity, meter: str, when: datetime) -> dict[str, object] | None:
    """Return what the records say of the bypass around a meter at an instant: a later row replaces one."""
    said = [row for row in city.tables["bypasses"] if at(row["valid_from"]) <= when]
    in_force = {row["bypass"]: row for row in sorted(said, key=lambda row: at(row["valid_from"]))}
    return next((row for row in in_force.values() if row["target"] == meter), None)


def meters_of(alarms: list[dict[str, Any]]) -> list[str]:
    return [alarm["target"]["id"] for alarm in alarms if alarm["target"]["kind"] == "meter"]


def test_a_fault_is_that_of_the_meter_that_hangs_there(city: LabelledCity, written: dict[str, Any]) -> None:
    assert any(trouble["kind"] == "meter_exchange" for trouble in written["normal"])
    for fault in written["faults"]:
        for meter in meters_of(fault["raises"]):
            assert hangs(city, meter, fault["start"]), fault
    for job in city.jobs:
        target: Any = job["target"]
        assert target["kind"] != "meter" or hangs(city, target["id"], str(job["starts_at"])), job


def test_a_followers_faults_are_under_its_own_name() -> None:
    found = 0
    for seed in SEEDS:
        city = labelled_city(seed, meters=60, days=45, density=2.5, trouble_density=8.0)
        exchanged = {h.target.id: h.start for h in city.happenings if h.kind == "meter_exchange"}
        faults = [h for h in city.happenings if h.raises]
        for h, fault in zip(faults, truth(city)["faults"], strict=True):
            if h.target.kind == "meter" and h.start > exchanged.get(h.target.id, h.start):
                assert meters_of(fault["raises"]) == [f"{h.target.id}-2"]
                found += 1
    assert found > 2


def test_known_faults_can_be_known_while_they_last(written: dict[str, Any]) -> None:
    for fault in written["faults"]:
        known = fault["detectable_from"]
        assert known is None or at(fault["start"]) <= at(known) <= at(fault["end"]), fault


def test_seals_and_locks_are_those_of_bypasses_without_a_meter(
    city: LabelledCity, written: dict[str, Any]
) -> None:
    assert any(fault["rule"] == "bypass_unlocked" for fault in written["faults"])
    for fault in written["faults"]:
        if fault["rule"] in {"bypass_unlocked", "bypass_check_due", "meter_bypass_open"}:
            row = bypass_of(city, fault["target"]["id"], at(fault["start"]))
            assert row is not None, fault
            assert row["metered_by"] is None, fault
        if fault["rule"] == "bypass_unlocked" and fault["shape"] == "recorded":
            row = bypass_of(city, fault["target"]["id"], at(fault["start"]) + timedelta(hours=1))
            assert row is not None
            assert row["isolation"] == "none"
        if fault["rule"] == "bypass_meter_running":
            assert fault["target"]["id"] in {row["metered_by"] for row in city.tables["bypasses"]}


def test_a_meters_faults_and_exchanges_have_peace_around_them(city: LabelledCity) -> None:
    by_site: dict[str, list[Happening]] = defaultdict(list)
    for h in city.happenings:
        names = {effect.meter for effect in h.meters}
        if len(names) == 1 and not h.stations and h.kind not in {"price_table_stale", *LASTING}:
            by_site[city.people.by_name[names.pop()].site].append(h)
    assert any(h.kind == "meter_exchange" for several in by_site.values() for h in several)
    for several in by_site.values():
        for before, after in pairwise(several):
            assert before.end + PEACE_S < after.start, (before.kind, before.target, after.kind)


def test_a_main_leaks_where_the_zone_is_otherwise_in_balance(city: LabelledCity) -> None:
    leaks = [h for h in city.happenings if h.kind == "zone_imbalance"]
    assert leaks
    for leak in leaks:
        for other in city.happenings:
            if other is not leak and unsettles(city, other, leak.target.id):
                apart = other.end + PEACE_S < leak.start or leak.end + PEACE_S < other.start
                assert apart, (leak.target.id, other.kind, other.target)


def unsettles(city: LabelledCity, happening: Happening, zone: str) -> bool:
    if any(loss.zone == zone for loss in happening.losses):
        return True
    members = [p for p in city.people.billing if p.meter.zone == zone]
    if happening.unmetered is None or city.people.by_name[happening.unmetered] not in members:
        return False
    burned = {p.name: city.network.burned[p.customer].sum() for p in members}
    return bool(burned[happening.unmetered] > 1.5 * NOTICED_SHARE * sum(burned.values()))


def test_what_falls_due_in_the_records_is_in_the_truth(city: LabelledCity, written: dict[str, Any]) -> None:
    told = {
        (fault["rule"], fault["target"]["id"], at(fault["start"]).date())
        for fault in written["faults"]
        if fault["rule"] in LASTING | {"setpoint_test_due", "standby_unproven"}
    }
    assert {
        due for due in dues(city) if at(written["begin"]).date() <= due[2] < at(written["end"]).date()
    } == told


def test_a_station_is_untested_in_the_records_while_the_truth_says_so() -> None:
    made_up_for = 0
    for seed in (21, 22, 23):
        city = labelled_city(seed, meters=30, days=60, density=4.0, trouble_density=4.0)
        faults = [h for h in city.happenings if h.kind in {"setpoint_test_due", "standby_unproven"}]
        for day in range(city.span.days):
            now = city.span.day_start(day) + DAY_S / 2
            told = {(h.target.id, TESTED[h.kind]) for h in faults if h.start <= now < h.end}
            assert untested(city, now) == told, (seed, day)
        made_up_for += sum(h.end < city.span.end for h in faults)
    assert made_up_for


def untested(city: LabelledCity, now: float) -> set[tuple[str, str]]:
    """Return the stations and streams whose test has fallen due by the rows in force at an instant."""
    in_force = {
        (str(row["station"]), str(row["stream"])): row
        for row in sorted(city.tables["setpoints"], key=lambda row: at(row["valid_from"]))
        if at(row["valid_from"]).timestamp() <= now
    }
    return {
        place
        for place, row in in_force.items()
        if at(f"{row['tested_on']}T00:00:00+08:00").timestamp() + int(str(row["test_interval_days"])) * DAY_S
        <= now
    }


def dues(city: LabelledCity) -> set[tuple[str, str, date]]:
    """Return what falls due by the records at meters and stations that are there, if nothing is done."""
    tables, end = city.tables, at(truth(city)["end"])
    found = {
        ("calibration_due", str(row["target"]), date.fromisoformat(str(row["next_due"])))
        for row in tables["calibrations"]
        if hangs(city, str(row["target"]), f"{row['next_due']}T00:00:00+08:00")
    }
    for point in {str(row["target"]) for row in tables["bypasses"]}:
        row = bypass_of(city, point, end)
        if row is not None and row["around"] == "meter":
            checked = date.fromisoformat(str(row["checked_on"]))
            due = checked + timedelta(days=int(str(row["check_interval_days"])))
            found.add(("bypass_check_due", point, due))
    for row in tables["isolations"]:
        due_at = at(row["valid_from"]) + timedelta(days=int(str(row["recheck_days"])))
        if not row.get("until") or due_at < at(row["until"]):
            meters = [r["meter"] for r in tables["installations"] if r["site"] == row["site"]]
            hanging = [str(m) for m in meters if hangs(city, str(m), due_at.isoformat())]
            found.add(("seal_recheck_due", hanging[0], due_at.date()))
    for row in tables["setpoints"]:
        tested = date.fromisoformat(str(row["tested_on"]))
        due = tested + timedelta(days=int(str(row["test_interval_days"])))
        rule = "setpoint_test_due" if row["stream"] == "A" else "standby_unproven"
        found.add((rule, str(row["station"]), due))
    return found
