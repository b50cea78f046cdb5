"""Rules over what meters say of themselves, each at its limits."""

from typing import Any

import pytest

from alerts.windows.indices import asked, indices
from alerts.windows.placed import placed
from alerts.windows.window import Window
from telemetry.model import HOUR
from telemetry.quality import Flag
from telemetry.registry import Isolation
from tests.unit.alerts.meters_said import city, every_hour, said, spoke
from tests.unit.alerts.registries import device, installation, meter, registry
from tests.unit.alerts.said import BEGIN, City, judged


def states_only(window: Window) -> int:
    return window.meters.target.size


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        ({"battery_pct": 14.9}, "present"),
        ({"battery_pct": 15.0}, "-"),
        ({"battery_pct": 15.8}, "absent"),
        ({"battery_v": 3.19}, "present"),
        ({"battery_v": 3.3}, "-"),
        ({"battery_v": 3.4, "battery_pct": 50.0}, "absent"),
        ({"battery_pct": 90.0, "flags": int(Flag.LOW_BATTERY)}, "present"),
        ({}, "absent"),
    ],
)
def test_battery_low(reading: dict[str, Any], expected: str) -> None:
    assert judged("battery_low", spoke({"index_m3": 1.0} | reading)) == [expected]


@pytest.mark.parametrize("flag", [Flag.MAGNETIC_TAMPER, Flag.CASE_OPEN, Flag.LOCK_OPEN])
def test_tamper_by_flag_and_by_event(flag: Flag) -> None:
    event = {"at_h": 0.5, "flags": int(flag), "told": int(flag)}
    over = {"at_h": 0.6, "flags": 0, "told": int(flag)}
    window = spoke({"index_m3": 1.0}, event, over, {"index_m3": 1.0, "flags": int(flag), "at_h": 1})
    assert judged("tamper", window) == ["absent", "present", "-", "present"]
    assert judged("reverse_flow", window) == ["absent", "-", "-", "absent"]


def test_tamper_rings_at_once_and_returns_after_an_hour_without() -> None:
    watched = City("tamper")
    watched.look(spoke({"index_m3": 1.0, "flags": int(Flag.CASE_OPEN)}), 1)
    watched.look(spoke({"index_m3": 2.0, "at_h": 0.5}), 1801)
    watched.look(spoke({"index_m3": 2.0, "at_h": 1.6}), 5761)
    assert watched.happened == [(0.0, "normal", "active"), (5400.0, "active", "returned")]


def test_reverse_flow() -> None:
    back = int(Flag.REVERSE_FLOW)
    window = spoke({"index_m3": 1.0, "flags": back}, {"at_h": 0.5, "told": back}, {"index_m3": 1.0})
    assert judged("reverse_flow", window) == ["present", "absent", "absent"]


@pytest.mark.parametrize(
    ("late_s", "expected"),
    [
        ([0.0, 61.0], ["-", "present"]),
        ([0.0, 60.0], ["-", "-"]),
        ([0.0, 40.0], ["-", "absent"]),
        ([-70.0, -70.0], ["-", "present"]),
        ([7200.0, 3600.0], ["-", "-"]),
    ],
)
def test_clock_drift_is_judged_of_live_readings_alone(late_s: list[float], expected: list[str]) -> None:
    rows = [{"index_m3": 1.0, "late_s": late} for late in late_s]
    assert judged("clock_drift", spoke(*rows)) == expected


def test_a_backlog_that_comes_at_once_says_nothing_of_the_clock() -> None:
    rows = [{"index_m3": 1.0, "late_s": 3600.0 * (24 - hour)} for hour in range(24)]
    assert set(judged("clock_drift", spoke(*rows))) == {"-"}


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        ({"pressure_pa": 300e3, "temperature_k": 288.0}, "absent"),
        ({"pressure_pa": 77e3, "temperature_k": 288.0}, "absent"),
        ({"pressure_pa": 74e3, "temperature_k": 288.0}, "present"),
        ({"pressure_pa": 506e3}, "present"),
        ({"gauge_pressure_pa": 406e3}, "present"),
        ({"pressure_pa": 300e3, "temperature_k": 333.2}, "present"),
        ({"pressure_pa": 300e3, "flags": int(Flag.ON_DEFAULT_VALUES)}, "present"),
        ({"flags": int(Flag.SENSOR_FAULT)}, "present"),
        ({}, "-"),
    ],
)
def test_sensor_out_of_range(reading: dict[str, Any], expected: str) -> None:
    known = city(pressure_min_pa=80e3, pressure_max_pa=500e3)
    assert judged("sensor_out_of_range", spoke({"index_m3": 1.0} | reading, known=known)) == [expected]


def test_disturbed_volume() -> None:
    rows = [
        {"index_m3": 1.0, "disturbed_index_m3": 5.0, "base_disturbed_index_m3": 9.0},
        {"index_m3": 2.0, "disturbed_index_m3": 5.0, "base_disturbed_index_m3": 9.0},
        {"index_m3": 3.0, "disturbed_index_m3": 5.5, "base_disturbed_index_m3": 11.0},
        {"index_m3": 4.0},
    ]
    window = spoke(*rows)
    assert judged("disturbed_volume", window) == ["-", "absent", "present", "-"]
    watched = City("disturbed_volume")
    watched.look(window, 3 * 3600)
    assert (watched.states, watched.alarms[0].value) == (["active"], 2.0)


def test_valve_mismatch() -> None:
    indices, valves = [1.0, 2.0, 2.0, 2.04, 2.2, 3.0], [0, 1, 1, 1, 1, 0]
    rows = [{"index_m3": one, "valve": valve} for one, valve in zip(indices, valves, strict=True)]
    assert judged("valve_mismatch", spoke(*rows)) == ["absent", "-", "absent", "absent", "present", "absent"]
    coarse = spoke(*rows, known=city(pulse_m3=1.0))
    assert judged("valve_mismatch", coarse)[4] == "absent"
    assert judged("valve_mismatch", spoke({"index_m3": 1.0}, {"index_m3": 2.0})) == ["-", "-"]


def test_register_jump() -> None:
    window = spoke(*every_hour([0.0, 100.0, 223.0, 223.0, 400.0]))
    assert judged("register_jump", window) == ["absent", "absent", "absent", "present"]
    watched = City("register_jump")
    watched.look(window, 4 * 3600)
    assert watched.alarms[0].evidence == {"previous_index_m3": 223.0, "index_m3": 400.0}


@pytest.mark.parametrize(
    ("index_m3", "said"),
    [
        ([0.0, 2.0, 3.0, 130.0, 131.0], ["absent", "absent", "absent", "present"]),
        ([0.0, 90.0, 91.0, 218.0, 219.0], ["absent"] * 3 + ["present"]),
        ([0.0, 90.0, 180.0, 307.0, 308.0], ["absent"] * 4),
        ([0.0, 2.0, 3.0, 130.0, 200.0], ["absent"] * 4),
        ([0.0, 2.0, 3.0, 118.0, 119.0], ["absent"] * 4),
        ([3.0, 130.0, 131.0], ["absent"] * 2),
    ],
)
def test_less_than_an_overload_is_a_jump_where_nothing_flows_before_and_after(
    index_m3: list[float], said: list[str]
) -> None:
    assert judged("register_jump", spoke(*every_hour(index_m3))) == said


def test_a_jump_that_the_next_reading_tells_is_told_with_its_own_registers() -> None:
    watched = City("register_jump")
    watched.look(spoke(*every_hour([0.0, 2.0, 3.0, 130.0, 131.0])), 4 * 3600)
    (alarm,) = watched.alarms
    assert alarm.value == 127.0
    assert alarm.evidence == {"previous_index_m3": 3.0, "index_m3": 130.0}


def sealed(meter_name: str | None = None, **more: Any) -> Isolation:  # noqa: ANN401 -- fields of an isolation
    given = {"valid_from": BEGIN + 2 * HOUR, "until": BEGIN + 6 * HOUR} | more
    return Isolation(site="SITE", kind="sealed", meter=meter_name, **given)


def shut(*isolations: Isolation) -> Any:  # noqa: ANN401 -- a registry
    return registry(
        devices=[device(1)],
        meters=[meter(1)],
        installations=[installation(1, 1)],
        isolations=list(isolations),
    )


def test_flow_on_sealed() -> None:
    rows = every_hour([0.0, 1.0, 2.0, 3.0, 3.006, 3.006, 4.0])
    expected = ["-", "absent", "absent", "present", "absent", "absent", "absent"]
    assert judged("flow_on_sealed", spoke(*rows, known=shut(sealed()))) == expected
    assert judged("flow_on_sealed", spoke(*rows, known=shut(sealed("M-2"))))[3] == "absent"
    assert set(judged("flow_on_sealed", spoke(*rows, known=shut()))) == {"-", "absent"}


def test_a_trickle_on_a_sealed_meter_adds_up_from_the_index_at_its_sealing() -> None:
    rows = every_hour([2.0, 2.0, 2.0, 2.01, 2.02, 2.03, 2.03])
    stated = sealed("M-1", index_um3=2_000_000, until=BEGIN + 100 * HOUR)
    window = spoke(*rows, known=shut(stated))
    assert judged("flow_on_sealed", window) == ["-", *["absent"] * 4, "present", "absent"]
    watched = City("flow_on_sealed")
    watched.look(window, 7 * 3600)
    assert (watched.alarms[0].value, watched.alarms[0].priority) == (0.03, "critical")


def test_late_readings_raise_nothing_but_what_is_about_the_data() -> None:
    late = {"late_s": 3600.0, "flags": int(Flag.CASE_OPEN | Flag.SENSOR_FAULT)}
    watched = City("tamper", "disturbed_volume", "flow_on_sealed", "valve_mismatch")
    watched.look(spoke({"index_m3": 1.0, "disturbed_index_m3": 0.0} | late, known=shut()), 3600)
    assert watched.alarms == []
    watched.look(
        spoke(
            *every_hour([1.0, 2.0], disturbed_index_m3=0.0)[:1],
            *[{"index_m3": 2.0, "disturbed_index_m3": 1.0} | late],
        ),
        7200,
    )
    assert [one.rule for one in watched.alarms] == ["disturbed_volume"]


def test_an_event_is_no_reading() -> None:
    rows = said({"index_m3": 1.0}, {"at_h": 0.5, "told": 1, "flags": 1}, {"index_m3": 3.0})
    assert rows["index_um3"][1] < 0
    window = spoke({"index_m3": 1.0}, {"at_h": 0.5, "told": 1, "flags": 1}, {"index_m3": 3.0})
    assert states_only(window) == 3
    assert window.registers.index_um3.tolist() == [3_000_000]
    assert window.meters.advance_m3[2] == 2.0


@pytest.mark.parametrize(
    ("index_m3", "mechanical_m3", "expected"),
    [
        (101.0, 101.0, ["absent"]),
        (102.1, 101.0, ["present"]),
        (101.9, 101.0, ["absent"]),
        (1096.0, 1100.0, ["absent"]),
        (1090.0, 1100.0, ["present"]),
    ],
)
def test_index_mismatch(index_m3: float, mechanical_m3: float, expected: list[str]) -> None:
    rows = said({"index_m3": index_m3, "mechanical_index_m3": mechanical_m3, "at_h": 30.0})
    before = {1: (BEGIN, 100_000_000, 100_000_000)}
    assert judged("index_mismatch", Window(indices=indices(placed(rows, city()), before))) == expected


def test_indices_of_another_installation_are_not_compared() -> None:
    rows = placed(said({"index_m3": 5.0, "mechanical_index_m3": 900.0, "at_h": 30.0}), city())
    assert asked(rows) == {1: BEGIN + 30 * HOUR}
    assert indices(rows, {1: (BEGIN - HOUR, 0, 0)}).target.size == 0
    assert indices(rows, {}).target.size == 0
