"""Gas around meters, rule by rule: pairs, zones, and evidences that must stand together."""

from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np
import pytest

from alerts.alarm import Permit, Target, TargetKind
from alerts.catalogue import catalogue
from alerts.evidence.balance import Balance
from alerts.evidence.finding import Finding, nothing
from alerts.inhibition import Relation
from alerts.overrides import Overrides
from alerts.replay.looks import Replay, Variant
from alerts.replay.worked_hours import with_hours
from alerts.ringing.planned import PlannedJob
from alerts.rule_tests.messages import said, spoken
from alerts.windows.bypass_window import EVIDENCES
from alerts.windows.rows import one_each
from alerts.windows.window import Pairs, Suspicions, Window, Zones
from telemetry.model import HOUR, MINUTE, instant
from tests.unit.alerts.registries import device, installation, meter, registry
from tests.unit.alerts.said import BEGIN, judged

M_1 = Target(TargetKind.METER, "M-1")


def evidence(rule: str, window: Window, row: int = 0) -> Mapping[str, object]:
    return catalogue()[rule].condition(window, catalogue()[rule].settings).evidence(row)


def finding(strength: float, share: float = 0.3, volume: float = 100.0) -> Finding:
    figures = (strength, share, 2.0, volume, 10.0)
    return Finding(*(np.array([one]) for one in figures))


def suspected(
    *, unlocked: bool = False, valve: bool = False, still: bool = False, **found: Finding
) -> Window:
    findings = {name: found.get(name, nothing(1)) for name in EVIDENCES}
    return Window(
        suspicions=Suspicions(
            **one_each([M_1], np.array([BEGIN]), [0]),
            findings=findings,
            unlocked=np.array([unlocked]),
            open=np.array([valve]),
            stands_still=np.array([still]),
        )
    )


@pytest.mark.parametrize(
    ("found", "says"),
    [
        ({"hydraulic": finding(9)}, "absent"),
        ({"hydraulic": finding(9), "usage": finding(3)}, "present"),
        ({"hydraulic": finding(9), "steps": finding(3)}, "present"),
        ({"hydraulic": finding(5), "opening": finding(7)}, "present"),
        ({"hydraulic": finding(5), "opening": finding(5)}, "-"),
        ({"usage": finding(9), "opening": finding(9)}, "absent"),
        ({"hydraulic": finding(9), "check_meter": finding(3, share=0.06)}, "present"),
        ({"hydraulic": finding(9), "usage": finding(3, share=0.08)}, "-"),
        ({"hydraulic": finding(9), "unlocked": True}, "present"),
        ({"hydraulic": finding(1), "usage": finding(9), "check_meter": finding(9)}, "absent"),
        ({"usage": finding(9), "zone": finding(3)}, "-"),
        ({"usage": finding(9), "zone": finding(5)}, "present"),
        ({"usage": finding(9, share=0.15), "zone": finding(5, share=0.6)}, "absent"),
        (
            {"hydraulic": finding(9), "usage": finding(3, share=0.15), "zone": finding(5, share=0.6)},
            "present",
        ),
        ({"usage": finding(9), "steps": finding(9)}, "absent"),
        ({"usage": finding(9)}, "absent"),
        ({"unlocked": True}, "absent"),
        ({"valve": True}, "present"),
        ({"still": True}, "present"),
        ({}, "absent"),
    ],
)
def test_two_evidences_or_one_that_needs_no_other(found: Mapping[str, Finding | bool], says: str) -> None:
    assert judged("bypass_suspected", suspected(**found)) == [says]  # type: ignore[arg-type] # by its name


def test_an_alarm_lists_each_evidence_and_what_went_around_the_meter() -> None:
    window = suspected(hydraulic=finding(9, 0.4, 200.0), usage=finding(3, 0.3, 150.0), unlocked=True)
    said = evidence("bypass_suspected", window)
    assert said["evidences"] == {
        "hydraulic": {"sigmas": 9.0, "share_pct": 40.0, "days": 2.0, "unmetered_base_m3": 200.0},
        "usage": {"sigmas": 3.0, "share_pct": 30.0, "days": 2.0, "unmetered_base_m3": 150.0},
    }
    assert said["states"] == ["unlocked"]
    # Two standard deviations of 10 m³ about 200 and about 150.
    assert said["unmetered_estimate"] == {"days": 2.0, "base_volume_m3": 200.0, "low": 130.0, "high": 220.0}


def test_one_that_needs_no_other_gives_no_volume() -> None:
    assert "unmetered_estimate" not in evidence("bypass_suspected", suspected(valve=True))


def pairs(deviation: float, usual: float = 0.0) -> Window:
    main, check = 1000 * (1 + deviation), 1000.0
    return Window(
        pairs=Pairs(
            **one_each([M_1], np.array([BEGIN]), [0]),
            deviation=np.array([deviation]),
            usual=np.array([usual]),
            beyond=np.array([deviation - usual]),
            hours=np.array([20.0]),
            main_m3=np.array([main]),
            check_m3=np.array([check]),
            allowed_pct=np.array([np.hypot(1.5, 1.5)]),
            checks=["M-K"],
        )
    )


@pytest.mark.parametrize(
    ("deviation", "says"),
    [
        (-0.0213, "present"),  # √(1.5² + 1.5²) = 2.121 %
        (0.0213, "present"),
        (-0.0211, "-"),
        (0.019, "absent"),
        (float("nan"), "-"),
    ],
)
def test_a_pair_may_differ_by_what_both_may_err_by(deviation: float, says: str) -> None:
    assert judged("check_meter_deviation", pairs(deviation)) == [says]


def test_a_pair_tells_what_both_counted() -> None:
    assert evidence("check_meter_deviation", pairs(-0.1, -0.005)) == {
        "check_meter": "M-K",
        "deviation_pct": -10.0,
        "usual_deviation_pct": -0.5,
        "hours": 20.0,
        "main_base_m3": 900.0,
        "check_base_m3": 1000.0,
    }


def zone(residual: float) -> Window:
    return Window(
        zones=Zones(
            **one_each([Target(TargetKind.ZONE, "Z")], np.array([BEGIN]), [0]),
            beyond_m3=np.array([residual]),
            sigma_m3=np.array([100.0]),
            balances=[Balance(residual, 0.0, residual, 100.0, 10_000.0, 10_000.0 - residual, 0.0, 0.0)],
            candidates=[lambda: [{"meter": "M-1", "score": 5.0, "m3": 400.0}]],
        )
    )


@pytest.mark.parametrize(
    ("residual", "says"), [(351, "present"), (-351, "present"), (349, "-"), (279, "absent")]
)
def test_a_zone_may_differ_by_three_and_a_half_uncertainties(residual: float, says: str) -> None:
    assert judged("zone_imbalance", zone(residual)) == [says]


def test_a_zone_names_candidates() -> None:
    told = evidence("zone_imbalance", zone(500))
    assert (told["share_pct"], told["candidates"]) == (5.0, [{"meter": "M-1", "score": 5.0, "m3": 400.0}])


def test_an_open_bypass_explains_what_follows_from_it() -> None:
    for rule in ("bypass_unlocked", "bypass_suspected", "check_meter_deviation"):
        causes = [(one.rule, one.relation) for one in catalogue()[rule].inhibited_by]
        assert causes == [("meter_bypass_open", Relation.SAME)]


def test_a_job_that_permits_it_mutes_an_open_bypass_and_leaves_it_when_it_ends() -> None:
    known = registry(devices=[device(1)], meters=[meter(1)], installations=[installation(1, 1)])
    start = datetime.fromtimestamp(BEGIN / 1e6, UTC)
    row = {"device": "D-1", "index_m3": "500+1x60", "meter_bypass_valve": "openx60"}
    told = with_hours(said(known, [spoken(row, start, "1m")], [], start), known)
    job = PlannedJob(M_1, BEGIN, BEGIN + 30 * MINUTE, (Permit.BYPASS_OPEN,))
    rules = [catalogue()["meter_bypass_open"]]

    def rings(*jobs: PlannedJob) -> list[tuple[str, float, bool]]:
        replay = Replay(known, Variant(rules, Overrides(known)), begin=BEGIN, step=MINUTE, jobs=jobs)
        return [
            (str(event.signal), (event.at - BEGIN) / MINUTE, bool(event.muted_by))
            for _, (changes,) in replay.follow(told, BEGIN + HOUR)
            for change in changes
            for event in change.events
        ]

    assert rings() == [("HELD", 0.0, False)]
    assert rings(job) == [("HELD", 0.0, True), ("UNMUTED", 30.0, False)]
    assert instant(start) == BEGIN
