"""What is not watched is told with its reason."""

from alerts.coverage import not_watched
from telemetry.model import Stream
from telemetry.registry import Device
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
    assert found == {
        **{
            (f"outlet_pressure_{name}", "ST-1"): "neither" for name in ("high", "high_high", "low", "low_low")
        },
        ("outlet_pressure_high", "ST-2"): "a",
        ("outlet_pressure_low", "ST-2"): "a",
        ("outlet_pressure_low", "ST-3"): "neither",
        ("outlet_pressure_low_low", "ST-3"): "neither",
        ("device_silent", "D-2"): "no",
        ("device_silent", "D-3"): "speaks",
        ("register_regression", "M-3"): "is",
    }


def test_nothing_is_missing_where_everything_is_known() -> None:
    known = registry(stations=[station(1, low_low=1, low=2, high=3, high_high=4)])
    assert not_watched(known, BEGIN) == []
