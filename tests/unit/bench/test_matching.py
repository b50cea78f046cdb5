"""Alarms held against a truth that was written by hand."""

from typing import Any

import pytest

from alerts.alarm import Target, TargetKind
from alerts.replay.occurrences import Occurrence
from bench.detection import REPORTED_SEEDS, TUNING_SEEDS, Size, figures, report_on
from bench.matching import matched, summed
from telemetry.model import DAY, HOUR, Instant

AT = 20_000 * DAY


def alarm(rule: str, name: str, kind: str = "meter") -> dict[str, Any]:
    return {"rule": rule, "target": {"kind": kind, "id": name}}


def fault(rule: str, name: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- whatever a truth says
    day = "2024-10-04T{}:00:00+00:00"  # the 20,000th
    return {
        "rule": rule,
        "start": day.format("06"),
        "end": day.format("12"),
        "detectable_from": day.format("07"),
        "clarity": "clear",
        "size": 1.0,
        "unit": "",
        "target": {"kind": "meter", "id": name},
        "raises": [alarm(rule, name)],
        "also": [],
    } | more


def raised(rule: str, name: str, hour: float, *, muted: bool = False) -> Occurrence:
    return Occurrence(
        rule=rule,
        target=Target(TargetKind.METER, name),
        raised_at=AT + round(hour * HOUR),
        muted_by=("inhibited",) if muted else (),
    )


@pytest.mark.parametrize(
    ("hour", "found"),
    [(4.9, False), (5.1, True), (7.5, True), (12 + 23.9, True), (12 + 24.1, False)],
)
def test_a_fault_is_found_from_its_start_to_a_day_after_its_end(hour: float, found: bool) -> None:
    truth = {"faults": [fault("tamper", "M-1")], "normal": []}
    score = matched(truth, [raised("tamper", "M-1", hour)])["tamper"]
    assert (score.found, score.true, score.false) == (found, found, not found)


def test_the_delay_counts_from_when_the_fault_could_be_seen() -> None:
    truth = {"faults": [fault("tamper", "M-1")], "normal": []}
    told = [raised("tamper", "M-1", 9.0), raised("tamper", "M-1", 8.0)]
    assert matched(truth, told)["tamper"].delays_s == [3600.0]
    assert matched(truth, [raised("tamper", "M-1", 6.0)])["tamper"].delays_s == [0.0]


def test_a_fault_that_nothing_shows_is_not_missed_and_its_alarm_is_true() -> None:
    truth = {"faults": [fault("tamper", "M-1", detectable_from=None)], "normal": []}
    assert matched(truth, [])["tamper"].faults == 0
    score = matched(truth, [raised("tamper", "M-1", 8.0)])["tamper"]
    assert (score.beyond_reach, score.faults, score.found, score.true, score.false) == (1, 0, 0, 1, 0)


def test_an_alarm_is_true_for_what_also_rings_and_tolerated_in_ordinary_trouble() -> None:
    truth = {
        "faults": [fault("tamper", "M-1", also=[alarm("night_leak", "M-1")])],
        "normal": [{**fault("holiday", "M-2"), "tolerates": [alarm("night_leak", "M-2")]}],
    }
    told = [raised("night_leak", name, 8.0) for name in ("M-1", "M-2", "M-3")]
    scores = matched(truth, [*told, raised("night_leak", "M-3", 9.0, muted=True)])
    leak = scores["night_leak"]
    assert (leak.raised, leak.true, leak.tolerated, leak.false, leak.faults) == (4, 1, 2, 1, 0)
    assert (scores["tamper"].faults, scores["tamper"].found) == (1, 0)
    assert [one["target"] for one in leak.wrong] == ["M-3"]


def test_a_station_is_the_device_that_speaks_for_it() -> None:
    said = fault("device_silent", "ST-1", raises=[alarm("device_silent", "ST-1", "device")])
    said["also"] = [alarm("device_silent", "ST-1", "station"), alarm("device_silent", "ST-2", "station")]
    truth = {"faults": [said], "normal": []}
    of_station = Occurrence(
        rule="device_silent", target=Target(TargetKind.STATION, "ST-1"), raised_at=AT + 8 * HOUR
    )
    other = Occurrence(
        rule="device_silent", target=Target(TargetKind.STATION, "ST-2"), raised_at=AT + 8 * HOUR
    )
    assert matched(truth, [of_station])["device_silent"].found == 1
    assert matched(truth, [other])["device_silent"].found == 0


def test_faults_that_hardly_differ_from_noise_are_counted_apart() -> None:
    truth = {"faults": [fault("tamper", "M-1"), fault("tamper", "M-2", clarity="borderline")], "normal": []}
    written = figures(matched(truth, [raised("tamper", "M-1", 8.0)]), 1.0)["rules"]["tamper"]
    assert (written["recall"], written["recall_plain"]) == (0.5, 1.0)


def test_gas_around_a_meter_is_counted_apart_from_a_fifth_on() -> None:
    of_the_gas = [
        fault("bypass_suspected", name, size=size, unit="% of the gas")
        for name, size in (("M-1", 20.0), ("M-2", 19.9), ("M-3", 60.0))
    ]
    truth = {"faults": of_the_gas, "normal": []}
    told = [raised("bypass_suspected", "M-1", 8.0)]
    written = figures(matched(truth, told), 1.0)["rules"]["bypass_suspected"]
    assert (written["recall"], written["recall_of_20_pct"]) == (pytest.approx(1 / 3), 0.5)


def test_faults_that_nobody_watches_are_missed_and_said_so() -> None:
    truth = {"faults": [fault("tamper", "M-1"), fault("tamper", "M-2")], "normal": []}
    asked = []

    def unwatched(at: Instant) -> set[tuple[str, str]]:
        asked.append(at)
        return {("tamper", "M-2"), ("night_leak", "M-1")}

    score = matched(truth, [], unwatched)["tamper"]
    assert (score.faults, score.found, score.unwatched) == (2, 0, 1)
    assert set(asked) == {AT + 6 * HOUR}, "as of the fault's beginning"
    score = matched(truth, [raised("tamper", "M-2", 8.0)], unwatched)["tamper"]
    assert (score.found, score.unwatched) == (1, 0)


def test_cities_add_up() -> None:
    truth = {"faults": [fault("tamper", "M-1")], "normal": []}
    both = summed([matched(truth, [raised("tamper", "M-1", 8.0)]), matched(truth, [])])
    written = figures(both, 2_000.0)
    tamper = written["rules"]["tamper"]
    assert (tamper["recall"], tamper["precision"], tamper["median_delay_s"]) == (0.5, 1.0, 3600.0)
    assert (written["faults"], written["found"], written["precision"]) == (2, 1, 1.0)
    wrong = figures(matched(truth, [raised("tamper", "M-2", 8.0)]), 500.0)
    assert (wrong["rules"]["tamper"]["precision"], wrong["false_per_1000_meter_days"]) == (0.0, 2.0)


def test_what_rules_were_tuned_on_is_never_reported() -> None:
    assert not set(REPORTED_SEEDS) & set(TUNING_SEEDS)
    with pytest.raises(ValueError, match="tuned on"):
        report_on([3], Size(meters=10, stations=8, days=1))
