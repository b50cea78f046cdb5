"""The truth against a recount made from the contract alone: plain JSON, the CSV files, nothing else."""

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from simulators.days import local_day, midnight
from simulators.faults import plan_faults
from simulators.history import history
from simulators.live import Live
from simulators.registry import write_registry
from simulators.scenario import Scenario, city_of
from simulators.timeline import Timeline
from simulators.truth import Publication, count

NOW = 1_795_313_000.7  # 2026-11-22 10:03 in the city
LIVE_S = 45
REASONS = {
    "not_utf8",
    "not_json",
    "too_large",
    "missing_field",
    "wrong_type",
    "not_finite",
    "unknown_device",
    "identity_mismatch",
    "unknown_topic",
    "clock",
}


class RefusedError(Exception):
    """A reason of the contract."""


def seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise RefusedError("wrong_type")
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise RefusedError("wrong_type") from None
        if moment.tzinfo is None:
            raise RefusedError("wrong_type")
        return moment.timestamp()
    return float(value)


def constant(text: str) -> object:
    raise ValueError(text)


def read_csv(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass
class Recount:
    folder: Path
    received: int = 0
    committed: int = 0
    duplicates: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    seen: set[tuple[str, str, str]] = field(default_factory=set)
    readings: dict[str, list[tuple[float, dict[str, object]]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    samples: dict[str, list[tuple[float, dict[str, object]]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    events: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.devices = {row["device"] for row in read_csv(self.folder, "installations")}
        self.stations = {row["station"]: row for row in read_csv(self.folder, "stations")}
        self.bound: dict[str, set[str]] = defaultdict(set)
        for row in read_csv(self.folder, "gateways"):
            self.bound[row["gateway"]].add(row["device"])

    def publication(self, topic: str, payload: bytes, at: float) -> None:
        try:
            elements = self._open(topic, payload)
        except RefusedError as refusal:
            self.received += 1
            self.refused[str(refusal)] += 1
            return
        for device, kind, element in elements:
            self.received += 1
            try:
                self._element(topic, device, kind, element, at)
            except RefusedError as refusal:
                self.refused[str(refusal)] += 1

    def _open(self, topic: str, payload: bytes) -> list[tuple[str, str, dict[str, object]]]:
        prefix, version, _area, device, kind = topic.split("/")
        assert (prefix, version) == ("citygas", "v1")
        if kind not in {"reading", "pressure", "event", "batch"}:
            raise RefusedError("unknown_topic")
        if len(payload) > 1024 * 1024:
            raise RefusedError("too_large")
        try:
            body = json.loads(payload.decode("utf-8"), parse_constant=constant)
        except UnicodeDecodeError:
            raise RefusedError("not_utf8") from None
        except ValueError:
            raise RefusedError("not_json") from None
        if kind == "batch":
            return [(m["device"], m["kind"], m) for m in body["messages"]]
        if device not in self.devices and device not in self.stations:
            raise RefusedError("unknown_device")
        return [(device, kind, element) for element in (body if isinstance(body, list) else [body])]

    def _element(self, topic: str, device: str, kind: str, element: dict[str, object], at: float) -> None:
        gateway = topic.split("/")[3]
        if topic.endswith("/batch") and gateway in self.bound and device not in self.bound[gateway]:
            raise RefusedError("identity_mismatch")
        if "measured_at" not in element:
            raise RefusedError("missing_field")
        measured_at = seconds(element["measured_at"])
        if measured_at > at + 300 or measured_at < 1_262_304_000:
            raise RefusedError("clock")
        if kind == "reading":
            self._registers(element)
        key = (device, kind, json.dumps(element, sort_keys=True))
        if key in self.seen:
            self.duplicates += 1
            return
        self.seen.add(key)
        self.committed += 1
        if kind == "event":
            self.events.append((device, element))
        else:
            (self.readings if kind == "reading" else self.samples)[device].append((measured_at, element))

    def _registers(self, element: dict[str, object]) -> None:
        registers = [element[key] for key in ("index_m3", "base_index_m3") if key in element]
        if not registers:
            raise RefusedError("missing_field")
        for value in registers:
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise RefusedError("wrong_type")
            if value in {float("inf"), float("-inf")}:
                raise RefusedError("not_finite")

    def alarms(self, now: float) -> set[tuple[str, str]]:
        found = {("slam_shut_tripped", device) for device, e in self.events if e["code"] == "slam_shut"} | {
            ("regulator_bypass_open", device) for device, e in self.events if e["code"] == "bypass_valve"
        }
        for station in self.samples:
            found |= self._station_alarms(station)
        return found | self._regressions() | self._silences(now)

    def _limits(self, station: str, element: dict[str, object]) -> tuple[float, float, float, float]:
        own = self.stations[station]
        duty = next(
            row
            for row in read_csv(self.folder, "setpoints")
            if row["station"] == station and row["role"] == "duty"
        )
        set_kpa = float(duty["set_kpa"])
        accuracy = float(duty["accuracy_class_pct"])
        allowed = accuracy if element.get("flow_m3h") else max(accuracy, float(duty["lockup_class_pct"]))
        computed = {
            "low_low_kpa": 1.1 * float(duty["upso_kpa"]),
            "low_kpa": set_kpa * (1 - accuracy / 100 - 0.02),
            "high_kpa": set_kpa * (1 + allowed / 100 + 0.02),
            "high_high_kpa": 0.95 * float(duty["opso_kpa"]),
        }
        low_low, low, high, high_high = (float(own[key] or computed[key]) for key in computed)
        return low_low, low, high, high_high

    def _station_alarms(self, station: str) -> set[tuple[str, str]]:
        found: set[tuple[str, str]] = set()
        since: dict[str, float | None] = {"outlet_pressure_high": None, "outlet_pressure_low": None}
        limits = {flowing: self._limits(station, {"flow_m3h": flowing}) for flowing in (0, 1)}
        for at, element in sorted(self.samples[station], key=lambda pair: pair[0]):
            outlet = element["outlet_gauge_pressure_kpa"]
            assert isinstance(outlet, float)
            low_low, low, high, high_high = limits[1 if element.get("flow_m3h") else 0]
            found |= {("outlet_pressure_low_low", station)} if outlet < low_low else set()
            found |= {("outlet_pressure_high_high", station)} if outlet > high_high else set()
            for rule, present in (
                ("outlet_pressure_high", outlet > high),
                ("outlet_pressure_low", outlet < low),
            ):
                begun = since[rule]
                since[rule] = (at if begun is None else begun) if present else None
                if present and begun is not None and at - begun >= 60:
                    found.add((rule, station))
            found |= {("slam_shut_tripped", station)} if element.get("slam_shut") == "tripped" else set()
            found |= {("regulator_bypass_open", station)} if element["bypass_valve"] == "open" else set()
        return found

    def _regressions(self) -> set[tuple[str, str]]:
        meters = {row["device"]: row["meter"] for row in read_csv(self.folder, "installations")}
        found = set()
        for device, pairs in self.readings.items():
            last = float("-inf")
            for _, element in sorted(pairs, key=lambda pair: (pair[0], pair[1]["seq"])):
                index = element["index_m3"]
                assert isinstance(index, float)
                if index < last - 0.01:
                    found.add(("register_regression", meters[device]))
                last = index
        return found

    def _silences(self, now: float) -> set[tuple[str, str]]:
        heard = {
            device: max(at for at, _ in pairs) for device, pairs in (self.readings | self.samples).items()
        }
        return {
            ("device_silent", row["device"])
            for row in read_csv(self.folder, "devices")
            if now - heard[row["device"]] > 2 * float(row["expected_interval_s"])
        }


def run(scenario: Scenario, seed: int) -> list[Publication]:
    city = city_of(scenario, seed, midnight(local_day(NOW) - scenario.history_days))
    plan = plan_faults(city, NOW, cycle_s=scenario.fault_cycle_s)
    timeline = Timeline(city)
    past = list(history(city, city.begin, NOW, faults=plan, timeline=timeline))
    live = Live(city, scenario, NOW + 20, faults=plan.starting(NOW + 20), timeline=timeline)
    return past + live.due(NOW + 20 + LIVE_S)


def recount(publications: Iterable[Publication], folder: Path) -> Recount:
    result = Recount(folder)
    for publication in publications:
        result.publication(publication.topic, publication.payload, publication.at)
    return result


@pytest.mark.parametrize(("seed", "speed"), [(1, 1.0), (2, 10.0)])
def test_the_truth_is_what_a_recount_by_the_contract_finds(tmp_path: Path, seed: int, speed: float) -> None:
    scenario = Scenario(customers=60, history_days=16, speed=speed)
    city = city_of(scenario, seed, midnight(local_day(NOW) - scenario.history_days))
    write_registry(city, tmp_path, silent_interval_s=scenario.silent_interval_s)
    publications = run(scenario, seed)
    truth = count(publications)
    found = recount(publications, tmp_path)
    assert truth.received == found.received
    assert truth.committed == found.committed
    assert truth.duplicates == found.duplicates
    assert truth.refused == dict(found.refused)
    assert truth.alarms == found.alarms(NOW + 20 + LIVE_S)
    assert set(truth.refused) == REASONS
    assert truth.received == truth.committed + truth.duplicates + sum(truth.refused.values())
    assert {rule for rule, _ in truth.alarms} == {
        "outlet_pressure_high",
        "outlet_pressure_high_high",
        "outlet_pressure_low",
        "outlet_pressure_low_low",
        "slam_shut_tripped",
        "regulator_bypass_open",
        "register_regression",
        "device_silent",
    }


def test_the_past_alone_implies_no_alarm_but_the_silence(tmp_path: Path) -> None:
    scenario = Scenario(customers=40, history_days=30)
    city = city_of(scenario, 5, midnight(local_day(NOW) - scenario.history_days))
    write_registry(city, tmp_path, silent_interval_s=3600)
    plan = plan_faults(city, NOW, cycle_s=900)
    found = recount(history(city, city.begin, NOW, faults=plan), tmp_path)
    assert found.alarms(NOW) == set(plan.silence)
    assert not found.refused
    assert found.duplicates == 24
    truth = count(history(city, city.begin, NOW, faults=plan))
    assert (truth.committed, truth.duplicates) == (found.committed, found.duplicates)


def test_without_faults_the_live_city_implies_no_alarm(tmp_path: Path) -> None:
    scenario = Scenario(history_days=1, faults=False)
    city = city_of(scenario, 5, midnight(local_day(NOW) - 1))
    write_registry(city, tmp_path)
    publications = list(history(city, city.begin, NOW))
    publications += Live(city, scenario, NOW).due(NOW + 120)
    assert recount(publications, tmp_path).alarms(NOW + 120) == set()
    assert count(publications).alarms == frozenset()
