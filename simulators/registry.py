"""The city's master records as the CSV files that the platform imports."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from simulators.city import City
from simulators.customers import ZONE_GAS, Customer
from simulators.days import DAY_S, TIME_ZONE, local_time, midnight
from simulators.faults import silent_customer
from simulators.gas import LEAN, RICH, Gas
from simulators.makes import MAKES
from simulators.meters import Meter
from simulators.names import CITY
from simulators.network import ZONE_ATMOSPHERE_KPA, ZONE_NAMES
from simulators.stations import Station

Row: TypeAlias = dict[str, object]

STATION_INTERVAL_S: Final = 600
_TEN_DAY_M3H: Final = 500
_TEN_DAY_MONTHLY_M3H: Final = 80
_METHODS: Final[Mapping[str, str]] = {
    "north": "aga8_detail",
    "south": "gerg2008",
    "east": "sgerg88",
    "west": "aga8_detail",
}
_MAKERS: Final[Mapping[str, tuple[str, str]]] = {
    "diaphragm": ("江河仪表", "JH-G"),
    "rotary": ("天测流量", "TC-R"),
    "turbine": ("天测流量", "TC-T"),
    "ultrasonic": ("声远科技", "SY-U"),
    "vortex": ("旋进仪表", "XJ-V"),
}


def write_registry(city: City, folder: Path, *, silent_interval_s: int | None = None) -> None:
    """Write every file of the city's registry that has rows into a folder, which is made when missing.

    `silent_interval_s` is what is expected of the device that falls silent, where faults are played.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in records(city, silent_interval_s=silent_interval_s).items():
        if rows:
            write_rows(folder / f"{name}.csv", rows)


def records(city: City, *, silent_interval_s: int | None = None) -> dict[str, list[Row]]:
    """Return the rows of every file by its name."""
    return {
        "accounts": [_account(customer) for customer in city.customers],
        "contracts": [_contract(city, customer) for customer in city.customers],
        "zones": [_zone(zone) for zone in ZONE_NAMES],
        "sites": [_site(customer) for customer in city.customers],
        "stations": [_station(station) for station in city.stations],
        "setpoints": [row for station in city.stations for row in _setpoints(city, station)],
        "meters": [_meter(customer.meter) for customer in city.customers],
        "installations": [_installation(city, customer) for customer in city.customers],
        "devices": [*_meter_devices(city, silent_interval_s), *_station_devices(city)],
        "gateways": _gateways(city),
        "supplied_by": [_supply(city, customer) for customer in city.customers],
        "gas_quality": [row for zone in ZONE_NAMES for row in _gas_quality(city, zone)],
    }


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """Write rows as CSV under the columns that any of them has."""
    rows = list(rows)
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: "" if value is None else value for key, value in row.items()} for row in rows)


def _account(customer: Customer) -> Row:
    return {
        "account": customer.account,
        "name": customer.name,
        "sector": customer.sector.name,
        "credit_rating": "ABC"[int(customer.number) % 3],
        "manager": customer.manager,
        "key_account": "true" if customer.design_m3h >= _TEN_DAY_M3H else "false",
    }


def _contract(city: City, customer: Customer) -> Row:
    large = customer.design_m3h >= _TEN_DAY_M3H
    medium = customer.design_m3h >= _TEN_DAY_MONTHLY_M3H
    return {
        "contract": f"C-{customer.number}",
        "account": customer.account,
        "site": customer.site,
        "valid_from": local_time(city.begin),
        "settlement_cycle": "ten_day" if large else "ten_day_monthly" if medium else "monthly",
        "read_days": "10|20|end" if medium else "end",
        "base_temperature_degc": 20,
        "base_pressure_kpa": 101.325,
        "corrector_failure_rule": "previous_mean" if customer.meter.has_corrector else None,
        "prepayment": "card" if customer.meter.card else "deposit" if medium else "none",
    }


def _zone(zone: str) -> Row:
    return {
        "zone": zone,
        "name": ZONE_NAMES[zone],
        "gas_day_start": "00:00",
        "time_zone": TIME_ZONE,
        "atmospheric_pressure_kpa": ZONE_ATMOSPHERE_KPA[zone],
    }


def _site(customer: Customer) -> Row:
    return {
        "site": customer.site,
        "zone": customer.meter.zone,
        "time_zone": TIME_ZONE,
        "account": customer.account,
        "area": customer.meter.zone,
        "name": f"{customer.name}({CITY})",
        "latitude": customer.latitude,
        "longitude": customer.longitude,
        "atmospheric_pressure_kpa": customer.meter.atmospheric_kpa,
        "gas_day_start": "00:00",
    }


def _station(station: Station) -> Row:
    limits = station.limits
    return {
        "station": station.station,
        "zone": station.zone,
        "name": station.name,
        "kind": station.kind,
        "latitude": station.latitude,
        "longitude": station.longitude,
        "max_inlet_kpa": round(station.inlet_kpa * 1.3, 0),
        "low_low_kpa": limits and limits.low_low_kpa,
        "low_kpa": limits and limits.low_kpa,
        "high_kpa": limits and limits.high_kpa,
        "high_high_kpa": limits and limits.high_high_kpa,
        "feeds_zone": station.zone,
    }


def _setpoints(city: City, station: Station) -> list[Row]:
    duty: Row = {
        "station": station.station,
        "stream": "A",
        "valid_from": local_time(city.begin - 200 * DAY_S),
        "set_kpa": station.set_kpa,
        "role": "duty",
        "accuracy_class_pct": station.accuracy_pct,
        "lockup_class_pct": station.lockup_pct,
        "monitor_kpa": round(station.set_kpa * 1.08, 3),
        "opso_kpa": station.opso_kpa,
        "upso_kpa": station.upso_kpa,
        "tested_on": local_time(city.begin - 90 * DAY_S)[:10],
        "test_interval_days": 365,
    }
    if not station.two_streams:
        return [duty]
    return [duty, {**duty, "stream": "B", "role": "standby", "set_kpa": round(station.set_kpa * 0.95, 3)}]


def _meter(meter: Meter) -> Row:
    maker, model = _MAKERS[meter.type]
    corrector = meter.has_corrector
    return {
        "meter": meter.meter,
        "type": meter.type,
        "kind": meter.kind,
        "qmax_m3h": meter.qmax_m3h,
        "digits": meter.digits,
        "correction": meter.correction,
        "role": "billing",
        "qmin_m3h": meter.qmin_m3h,
        "accuracy_class": 1.0 if corrector else 1.5,
        "base_digits": meter.digits + 1 if corrector else None,
        "fixed_factor": meter.fixed_factor,
        "pressure_min_kpa": 80 if corrector else None,
        "pressure_max_kpa": 700 if corrector else None,
        "manufacturer": maker,
        "model": f"{model}{meter.size.lstrip('GDN')}",
        "serial": f"{meter.meter[2:]}{meter.digits}",
        "size": meter.size,
        "corrector_model": "TC-PTZ" if corrector else None,
    }


def _installation(city: City, customer: Customer) -> Row:
    meter = customer.meter
    return {
        "meter": meter.meter,
        "site": customer.site,
        "device": meter.device,
        "valid_from": local_time(city.begin),
        "index_m3": meter.opening_index_m3,
        "base_index_m3": meter.opening_base_index_m3 if meter.has_corrector else None,
        "sign": 1,
    }


def _meter_devices(city: City, silent_interval_s: int | None) -> list[Row]:
    wired = None if silent_interval_s is None else silent_customer(city)
    return [
        {
            "device": customer.meter.device,
            "expected_interval_s": silent_interval_s if n == wired else customer.meter.interval_s,
            "transport": "ethernet" if n == wired else _transport(customer.meter),
            "decoder": MAKES[customer.meter.make].family if customer.meter.make in MAKES else "native",
        }
        for n, customer in enumerate(city.customers)
    ]


def _transport(meter: Meter) -> str:
    if meter.make in MAKES:
        return MAKES[meter.make].transport
    if meter.gateway:
        return "gateway"
    return "4g" if meter.has_corrector else "nb-iot"


def _station_devices(city: City) -> list[Row]:
    return [
        {
            "device": station.station,
            "expected_interval_s": STATION_INTERVAL_S,
            "transport": "4g",
            "decoder": "native",
        }
        for station in city.stations
    ]


def _gateways(city: City) -> list[Row]:
    return [
        {"gateway": gateway, "device": city.customers[n].meter.device}
        for gateway, members in city.gateways.items()
        for n in members
    ]


def _supply(city: City, customer: Customer) -> Row:
    return {
        "site": customer.site,
        "station": customer.meter.station,
        "valid_from": local_time(city.begin),
    }


def _gas_quality(city: City, zone: str) -> list[Row]:
    """Return a year-old analysis, and one of the third week that confirms a slightly different gas."""
    gas = ZONE_GAS[zone]
    other = RICH if gas is LEAN else LEAN
    later = local_time(midnight(city.first_day + 20))
    return [
        _quality_row(zone, local_time(city.begin - 365 * DAY_S), _blend(gas, other, 0.0)),
        _quality_row(zone, later, _blend(gas, other, 0.06)),
    ]


def _blend(gas: Gas, other: Gas, share: float) -> dict[str, float]:
    properties = {
        "heating_value_mj_m3": (gas.heating_value_mj_m3, other.heating_value_mj_m3),
        "relative_density": (gas.relative_density, other.relative_density),
    }
    second = dict(other.fractions)
    properties |= {name: (value, second[name]) for name, value in gas.fractions}
    return {name: round((1 - share) * a + share * b, 6) for name, (a, b) in properties.items()}


def _quality_row(zone: str, valid_from: str, blend: dict[str, float]) -> Row:
    return {
        "zone": zone,
        "valid_from": valid_from,
        "method": _METHODS[zone],
        "heating_value_mj_m3": blend["heating_value_mj_m3"],
        "heating_value_combustion_degc": 20,
        "heating_value_metering_degc": 20,
        **{name: value for name, value in blend.items() if name != "heating_value_mj_m3"},
    }
