"""Small registries for tests of limits, silence, registers and coverage."""

from telemetry.model import Instant, Stream
from telemetry.registry import (
    Device,
    Installation,
    Meter,
    Registry,
    RegistryRows,
    Setpoint,
    Site,
    Station,
    Zone,
)
from tests.unit.alerts.said import BEGIN


def registry(**rows: object) -> Registry:
    usual = {
        "zones": [Zone(zone="Z", name="Zone")],
        "sites": [Site(site="SITE", zone="Z", time_zone="Asia/Shanghai")],
    }
    return Registry(RegistryRows(version=1, **{**usual, **rows}))  # type: ignore[arg-type]


def station(number: int, **own_kpa: float) -> Station:
    own = {f"{name}_gauge_pa": kpa * 1e3 for name, kpa in own_kpa.items()}
    return Station(station_id=number, station=f"ST-{number}", zone="Z", **own)  # type: ignore[arg-type]


def setpoint(
    number: int,
    stream: Stream,
    set_kpa: float,
    role: str | None = None,
    valid_from: Instant = BEGIN,
    **more: float,
) -> Setpoint:
    given = {
        name.replace("_kpa", "_gauge_pa"): value * 1e3 if "kpa" in name else value
        for name, value in more.items()
    }
    return Setpoint(
        station=f"ST-{number}",
        stream=stream,
        valid_from=valid_from,
        set_gauge_pa=set_kpa * 1e3,
        role=role,
        **given,  # type: ignore[arg-type]
    )


def meter(number: int, **more: object) -> Meter:
    given = {"type": "rotary", "kind": "smart", "qmax_m3h": 100.0, "digits": 6, "correction": "ptz"} | more
    return Meter(meter_id=number, meter=f"M-{number}", **given)  # type: ignore[arg-type]


def device(number: int, expected_interval_s: float | None = None) -> Device:
    return Device(device_id=number, device=f"D-{number}", expected_interval_s=expected_interval_s)


def installation(
    meter_number: int, device_number: int, valid_from: Instant = BEGIN, removed_at: Instant | None = None
) -> Installation:
    return Installation(
        meter=f"M-{meter_number}",
        site="SITE",
        device=f"D-{device_number}",
        valid_from=valid_from,
        index_um3=0,
        removed_at=removed_at,
    )
