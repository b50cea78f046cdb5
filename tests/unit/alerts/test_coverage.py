"""What is not watched is told with its reason."""

import pytest

from alerts.reports.coverage import not_watched
from telemetry.model import DAY, Instant, Stream
from telemetry.registry import Device, Registry, Setpoint, Supply
from telemetry.store.station_signals import StationSignals
from tests.unit.alerts.registries import device, installation, meter, registry, setpoint, station
from tests.unit.alerts.said import BEGIN


def test_each_gap_has_its_reason() -> None:
    known = registry(
        stations=[station(1), station(2), station(3, high=300, high_high=310)],
        setpoints=[setpoint(2, Stream.A, 100, opso_kpa=120, upso_kpa=80)],
        devices=[
            device(1, 60.0),
            device(2),
            device(3, 60.0),
            Device(device_id=9, device="ST-2", expected_interval_s=3600.0),
        ],
        meters=[meter(1), meter(2), meter(3)],
        installations=[installation(1, 1), installation(2, 2)],
    )
    found = {(one.rule, one.target.id): one.reason.en.split()[0] for one in not_watched(known, BEGIN)}
    rules_of = {
        station: {rule for rule, target in found if target == station} for station in ("ST-1", "ST-2", "ST-3")
    }
    by_limit = {f"outlet_pressure_{name}" for name in ("high", "high_high", "low", "low_low")}
    by_set_point = {
        *("inlet_pressure_low", "lockup_failure", "overprotection_ceiling"),
        *("pressure_rate_of_fall", "regulator_hunting"),
    }
    assert rules_of == {
        "ST-1": {*by_limit, *by_set_point, "setpoint_test_due"},
        "ST-2": {
            *("outlet_pressure_high", "outlet_pressure_low", "standby_stream_active", "filter_blocked"),
            *(by_set_point - {"overprotection_ceiling"} | {"setpoint_test_due"}),
        },
        "ST-3": {"outlet_pressure_low", "outlet_pressure_low_low", *by_set_point, "setpoint_test_due"},
    }
    assert {rule: why for (rule, target), why in found.items() if target == "ST-2"} == {
        **dict.fromkeys(rules_of["ST-2"], "a"),
        **dict.fromkeys(("pressure_rate_of_fall", "regulator_hunting"), "needs"),
        "setpoint_test_due": "no",
    }
    assert {key: why for key, why in found.items() if not key[1].startswith("ST")} == {
        ("device_silent", "D-2"): "no",
        ("device_silent", "D-3"): "speaks",
        ("register_regression", "M-3"): "is",
        ("bypass_suspected", "M-1"): "no",
        ("bypass_suspected", "M-2"): "no",
        ("sensor_drift", "M-1"): "no",
        ("sensor_drift", "M-2"): "no",
        ("zone_imbalance", "Z"): "no",
    }


def test_nothing_is_missing_where_everything_is_known() -> None:
    known = registry(
        stations=[station(1, low_low=1, low=2, high=3, high_high=4)],
        setpoints=[setpoint(1, Stream.A, 2.5, test_interval_days=365)],
    )
    assert not_watched(known, BEGIN) == []


def told(known: Registry, said: StationSignals | None = None) -> dict[str, str]:
    signals = {} if said is None else {"ST-1": said}
    return {one.rule: one.reason.en for one in not_watched(known, BEGIN, signals)}


def whole(**more: float) -> Setpoint:
    return setpoint(1, Stream.A, 300, opso_kpa=375, upso_kpa=200, test_interval_days=365, **more)


def test_what_a_station_does_not_say_and_how_often_it_speaks() -> None:
    known = registry(stations=[station(1)], setpoints=[whole()], devices=[station_device(3600.0)])
    signals = frozenset({"inlet_gauge_pressure_kpa", "outlet_gauge_pressure_kpa", "slam_shut"})
    assert told(known, StationSignals(signals, 15.0)) == {
        "filter_blocked": "has not said filter_differential_kpa for a day",
        "gas_detected": "has not said gas_lel_pct for a day",
        "lockup_failure": "has not said flow_m3h for a day",
        "regulator_bypass_open": "has not said bypass_valve for a day",
        "regulator_hunting": "needs a statement every 12 s, and this one speaks every 15 s",
    }
    everything = signals | {"filter_differential_kpa", "gas_lel_pct", "flow_m3h", "bypass_valve"}
    assert told(known, StationSignals(everything, 5.0)) == {}, "what it does counts, not what it should do"
    assert "slam_shut_tripped" not in told(known, StationSignals(everything - {"slam_shut"}, 5.0))
    assert "slam_shut_tripped" in told(known, StationSignals(everything - {"slam_shut", "flow_m3h"}, 5.0))


def station_device(interval_s: float) -> Device:
    return Device(device_id=9, device="ST-1", expected_interval_s=interval_s)


def test_two_streams_need_roles_and_intervals() -> None:
    bare = setpoint(1, Stream.B, 290, role="standby", opso_kpa=390, upso_kpa=190)
    known = registry(stations=[station(1)], setpoints=[whole(), bare])
    assert set(told(known)) == {"setpoint_test_due", "standby_unproven"}
    nobody = registry(
        stations=[station(1)], setpoints=[whole(), setpoint(1, Stream.B, 290, test_interval_days=9)]
    )
    assert told(nobody) == dict.fromkeys(
        ("standby_stream_active", "standby_unproven"), "of two streams, none is given the role standby"
    )


@pytest.mark.parametrize(
    ("correction", "supplied", "expected"),
    [
        ("none", True, {"sensor_frozen": "neither", "sensor_drift": "neither", "corrector_mismatch": "it"}),
        ("t", True, {"corrector_mismatch": "it"}),
        ("ptz", True, {}),
        ("ptz", False, {"sensor_drift": "no"}),
    ],
)
def test_where_sensors_and_correctors_cannot_be_judged(
    correction: str, supplied: bool, expected: dict[str, str]
) -> None:
    supplies = [Supply(site="SITE", station="ST-1", valid_from=BEGIN - DAY)] if supplied else []
    known = registry(
        stations=[station(1)],
        devices=[device(1)],
        meters=[meter(1, correction=correction), meter(2, correction=correction)],
        installations=[installation(1, 1, BEGIN - 20 * DAY)],
        supplies=supplies,
    )
    rules = {"sensor_frozen", "sensor_drift", "corrector_mismatch"}
    found = [one for one in not_watched(known, BEGIN) if one.rule in rules]
    assert {one.rule: one.reason.en.split()[0] for one in found} == expected
    assert {one.target.id for one in found} <= {"M-1"}, "the other is not installed"


def test_where_gas_around_a_meter_cannot_be_told() -> None:
    old, young = BEGIN - 17 * DAY, BEGIN - 17 * DAY + 1
    known = registry(
        stations=[station(1)],
        devices=[device(number) for number in range(1, 7)],
        meters=[
            meter(1, correction="none"),
            meter(2),
            meter(3),
            meter(4, role="check", checks="M-2"),
            meter(5, role="zone_inlet"),
            meter(6, role="check", checks="M-3"),
        ],
        installations=[
            *(installation(number, number, old) for number in (1, 2, 4, 5)),
            installation(3, 3, young),
        ],
        supplies=[Supply(site="SITE", station="ST-1", valid_from=BEGIN - DAY)],
    )

    def reasons(at: Instant) -> dict[tuple[str, str], str]:
        rules = {"bypass_suspected", "check_meter_deviation", "zone_imbalance"}
        found = (one for one in not_watched(known, at) if one.rule in rules)
        return {(one.rule, one.target.id): " ".join(one.reason.en.split()[:3]) for one in found}

    assert reasons(BEGIN) == {
        ("bypass_suspected", "M-1"): "no pressure is",
        ("bypass_suspected", "M-3"): "installed for less",
        ("check_meter_deviation", "M-3"): "the meter that",
    }
    assert reasons(BEGIN - 2 * DAY)["bypass_suspected", "M-2"] == "no station supplies"
