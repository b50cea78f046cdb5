"""The labelled city's master records: the live city's, and all that alarms need beside them."""

from collections.abc import Sequence
from typing import Final

from simulators.days import DAY_S, local_time
from simulators.labelled.faults.devices import station_expected_s
from simulators.labelled.happening import Row, Tables
from simulators.labelled.network import pipe_m3
from simulators.labelled.points import People, Point
from simulators.labelled.prices import NEW_PRICE, OLD_PRICE, PLAN, change_at
from simulators.labelled.rounds import CHECK_DAYS, TEST_DAYS
from simulators.labelled.span import Span
from simulators.labelled.station_speech import period_s
from simulators.labelled.wallets import Sale
from simulators.registry import records as live_records
from simulators.seeds import generator

_TESTED_BEFORE_DAYS: Final = 40
_VERIFIED_FOR_DAYS: Final = 730


def records(people: People, span: Span) -> Tables:
    """Return the rows of every file by its name, before anything has happened."""
    tables = live_records(people.city)
    beside = people.points[len(people.billing) :]
    tables["meters"] += [_beside(tables, point) for point in beside]
    tables["installations"] += [_installation(point, span) for point in beside]
    tables["sites"] += [_inlet_site(tables, point) for point in beside if point.customer is None]
    tables["devices"] = [*map(_device, people.points), *_stations(people)]
    for row in tables["zones"]:
        row["pipe_volume_m3"] = pipe_m3(people, str(row["zone"]))
    for row in tables["setpoints"]:
        row["tested_on"] = local_time(span.begin - _TESTED_BEFORE_DAYS * DAY_S)[:10]
        row["test_interval_days"] = TEST_DAYS
    tables["bypasses"] = [*_meter_bypasses(people, span), *_regulator_bypasses(people, span)]
    tables["isolations"] = []
    tables["calibrations"] = [_calibration(people, point, span) for point in people.points]
    tables["prices"] = _prices(span)
    tables["account_prices"] = [
        {"account": p.account, "price_plan": PLAN, "valid_from": _long_ago(span)} for p in people.billing
    ]
    return tables


def sale_rows(sales: Sequence[Sale]) -> list[Row]:
    """Return the office's ledger of card sales."""
    return [
        {
            "meter": sale.point.name,
            "sold_at": local_time(sale.sold_at),
            "kind": "sale",
            "sequence": sale.sequence,
            "volume_m3": round(sale.volume_m3, 1),
            "money": round(sale.volume_m3 * sale.unit_price, 2),
            "unit_price": sale.unit_price,
            "loaded_at": local_time(sale.loaded_at),
        }
        for sale in sorted(sales, key=lambda sale: (sale.sold_at, sale.point.name))
    ]


def _beside(tables: Tables, point: Point) -> Row:
    """Return the row of a meter beside a customer's: the customer's own, where there is one, as a pattern."""
    corrector = {"accuracy_class": 1.0, "pressure_min_kpa": 80, "pressure_max_kpa": 700}
    meter = point.meter
    row: Row = {
        "meter": point.name,
        "type": meter.type,
        "kind": "smart",
        "qmax_m3h": meter.qmax_m3h,
        "digits": meter.digits,
        "correction": "ptz",
        "role": point.role,
        "checks": point.checks,
        "qmin_m3h": meter.qmin_m3h,
        "base_digits": meter.digits + 1,
        **corrector,
        "size": meter.size,
    }
    return {name: row.get(name) for name in dict.fromkeys([*tables["meters"][0], *row])}


def _installation(point: Point, span: Span) -> Row:
    return {
        "meter": point.name,
        "site": point.site,
        "device": point.meter.device,
        "valid_from": local_time(span.begin),
        "index_m3": point.meter.opening_index_m3,
        "base_index_m3": point.meter.opening_base_index_m3,
        "sign": 0 if point.role == "check" else 1,
    }


def _inlet_site(tables: Tables, point: Point) -> Row:
    pattern = tables["sites"][0]
    zone = {"site": point.site, "zone": point.meter.zone, "area": point.meter.zone, "account": None}
    name = {"name": f"{point.meter.zone} inlet", "atmospheric_pressure_kpa": point.meter.atmospheric_kpa}
    return {**pattern, **zone, **name}


def _device(point: Point) -> Row:
    return {
        "device": point.meter.device,
        "expected_interval_s": point.expected_s,
        "transport": "nb-iot" if point.patchy else "gateway" if point.meter.gateway else "4g",
        "decoder": "native",
    }


def _stations(people: People) -> list[Row]:
    return [
        {
            "device": station.station,
            "expected_interval_s": station_expected_s(period_s(number)),
            "transport": "4g",
            "decoder": "native",
        }
        for number, station in enumerate(people.city.stations)
    ]


def _meter_bypasses(people: People, span: Span) -> list[Row]:
    rows = []
    for point in people.billing:
        if point.bypass:
            metered = f"{point.name}-B"
            row = _bypass(f"BP-{point.name[2:]}", "meter", point.name, span)
            row["metered_by"] = metered if metered in people.by_name else None
            rows.append(row)
    return rows


def _regulator_bypasses(people: People, span: Span) -> list[Row]:
    return [_bypass(f"BP-{s.station}", "regulator", s.station, span) for s in people.city.stations]


def _bypass(name: str, around: str, target: str, span: Span) -> Row:
    number = int(generator(0, "seal", name).integers(10_000, 99_999))
    return {
        "bypass": name,
        "around": around,
        "target": target,
        "valid_from": _long_ago(span),
        "metered_by": None,
        "isolation": ("lock", "seal", "blind")[number % 3],
        "seal_no": f"F{number}",
        "check_interval_days": CHECK_DAYS,
        "checked_on": local_time(span.begin - _TESTED_BEFORE_DAYS * DAY_S)[:10],
    }


def _calibration(people: People, point: Point, span: Span) -> Row:
    draw = generator(people.city.seed, "calibration", point.name)
    due = span.begin + int(draw.integers(span.days + 30, _VERIFIED_FOR_DAYS)) * DAY_S
    return {
        "target": point.name,
        "part": "meter",
        "calibrated_on": local_time(due - _VERIFIED_FOR_DAYS * DAY_S)[:10],
        "result": "pass",
        "next_due": local_time(due)[:10],
    }


def _prices(span: Span) -> list[Row]:
    """Return the price from long ago, and the one that replaces it within the span."""
    times = ((_long_ago(span), OLD_PRICE), (local_time(change_at(span)), NEW_PRICE))
    return [
        {"price_plan": PLAN, "valid_from": at, "price_per_m3": price, "currency": "CNY"}
        for at, price in times
    ]


def _long_ago(span: Span) -> str:
    return local_time(span.begin - 365 * DAY_S)
