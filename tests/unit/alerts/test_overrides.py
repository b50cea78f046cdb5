"""What the company sets differently: the most specific setting wins, from its date on."""

import numpy as np
import pytest

from alerts.alarm import Priority, Target, TargetKind
from alerts.catalogue import catalogue
from alerts.engine import evaluate
from alerts.overrides import Overrides
from telemetry.model import SECOND, Stream
from telemetry.registry import Registry, RuleSetting, Supply
from tests.unit.alerts.registries import device, installation, meter, registry, setpoint, station
from tests.unit.alerts.said import BEGIN, devices, stations

HIGH = catalogue()["outlet_pressure_high"]
SILENT = catalogue()["device_silent"]


def setting(
    parameter: str,
    value: str | None,
    scope: str = "all",
    of: str = "*",
    at_s: float = -1e6,
    rule: str = HIGH.name,
) -> RuleSetting:
    return RuleSetting(
        rule=rule,
        parameter=parameter,
        value=value,
        scope=scope,  # type: ignore[arg-type]
        id=of,
        valid_from=BEGIN + round(at_s * SECOND),
    )


def city(*settings: RuleSetting) -> Registry:
    return registry(
        stations=[station(0), station(1)],
        setpoints=[setpoint(0, Stream.A, 300.0), setpoint(1, Stream.A, 300.0)],
        meters=[meter(1), meter(2)],
        devices=[device(1), device(2)],
        installations=[installation(1, 1), installation(2, 2)],
        supplies=[Supply(site="SITE", station="ST-1", valid_from=0)],
        rule_settings=list(settings),
    )


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        (Target(TargetKind.METER, "M-1"), "5"),
        (Target(TargetKind.DEVICE, "D-1"), "5"),
        (Target(TargetKind.METER, "M-2"), "4"),
        (Target(TargetKind.STATION, "ST-1"), "3"),
        (Target(TargetKind.DEVICE, "ST-1"), "3"),
        (Target(TargetKind.STATION, "ST-0"), "2"),
        (Target(TargetKind.ZONE, "Z"), "2"),
        (Target(TargetKind.ACCOUNT, "A"), "1"),
        (Target(TargetKind.DEVICE, "unknown"), "1"),
    ],
)
def test_the_most_specific_setting_wins(target: Target, wanted: str) -> None:
    overrides = Overrides(
        city(
            setting("x", "1"),
            setting("x", "2", "zone", "Z"),
            setting("x", "3", "station", "ST-1"),
            setting("x", "4", "meter_type", "rotary"),
            setting("x", "5", "meter", "M-1"),
        )
    )
    assert overrides.value(HIGH, "x", target, BEGIN) == wanted


def test_a_meter_goes_by_its_supplying_station_before_its_zone() -> None:
    overrides = Overrides(city(setting("x", "2", "zone", "Z"), setting("x", "3", "station", "ST-1")))
    assert overrides.value(HIGH, "x", Target(TargetKind.METER, "M-1"), BEGIN) == "3"


def test_a_setting_holds_from_its_date_until_it_is_ended() -> None:
    overrides = Overrides(
        city(
            setting("x", "1", at_s=0),
            setting("x", "9", "station", "ST-1", at_s=10),
            setting("x", None, "station", "ST-1", at_s=20),
            setting("x", "2", at_s=30),
        )
    )
    held = [
        overrides.value(HIGH, "x", Target(TargetKind.STATION, "ST-1"), BEGIN + at * SECOND)
        for at in (-1, 0, 9, 10, 19, 20, 29, 30)
    ]
    assert held == [None, "1", "1", "9", "9", "1", "1", "2"]


def test_a_condition_gets_what_held_when_each_row_was_measured() -> None:
    """320 kPa is beyond the deadband of 2 % (314.6 kPa) and within that of 0.1 %."""
    overrides = Overrides(
        city(
            setting("deadband_pct", "0.1", "station", "ST-1", at_s=10), setting("deadband_pct", None, at_s=5)
        )
    )
    window = stations([320.0] * 4, station=[0, 0, 1, 1], at_s=[0.0, 20.0, 0.0, 20.0])
    assert overrides.judge(HIGH, window).absent.tolist() == [False, False, False, True]
    assert not HIGH.condition(window, HIGH.settings).absent.any()


def test_every_parameter_of_every_rule_may_differ_from_row_to_row() -> None:
    """With its own default set for everybody, a rule says what it says without."""
    window = stations([320.0, 370.0, 250.0], at_s=[0.0, 1.0, 2.0])
    for rule in catalogue().values():
        settings = [setting(one.name, str(one.default), rule=rule.name) for one in rule.figures]
        plain, set_so = rule.condition(window, rule.settings), Overrides(city(*settings)).judge(rule, window)
        for column in ("present", "absent", "value", "limit"):
            np.testing.assert_array_equal(getattr(plain, column), getattr(set_so, column), rule.name)


def test_a_devices_silence_goes_by_its_meters_setting() -> None:
    overrides = Overrides(city(setting("default_s", "60", "meter", "M-1", rule=SILENT.name)))
    window = devices([100.0, 100.0, 100.0], [np.nan] * 3)
    assert overrides.judge(SILENT, window).present.tolist() == [False, True, False]


def test_delay_and_priority_differ_from_target_to_target() -> None:
    overrides = Overrides(
        city(setting("on_delay_s", "0", "station", "ST-0"), setting("priority", "low", "station", "ST-0"))
    )
    window = stations([330.0, 330.0], station=[0, 1], at_s=[0.0, 0.0])
    changes = {one.alarm.target.id: one.alarm for one in evaluate([HIGH], window, [], BEGIN, overrides)}
    assert (changes["ST-0"].state, changes["ST-0"].priority) == ("active", Priority.LOW)
    assert (changes["ST-1"].state, changes["ST-1"].priority) == ("pending", Priority.HIGH)


def test_what_no_rule_goes_by_is_named() -> None:
    overrides = Overrides(
        city(
            setting("on_delay_s", "1"), setting("nonsense", "1"), setting("deadband_pct", "1", rule="no_rule")
        )
    )
    unknown = {(one.rule, one.parameter) for one in overrides.unknown(catalogue())}
    assert unknown == {(HIGH.name, "nonsense"), ("no_rule", "deadband_pct")}
