"""The CSV files: columns of the contract, references that hold, figures that fit together."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from simulators.city import build_city
from simulators.days import midnight
from simulators.registry import write_registry

DAY = 20_600
REQUIRED = {
    "accounts": "account name",
    "contracts": "contract account site valid_from",
    "zones": "zone name",
    "sites": "site zone time_zone",
    "stations": "station zone",
    "setpoints": "station stream valid_from set_kpa",
    "meters": "meter type kind qmax_m3h digits correction",
    "installations": "meter site device valid_from index_m3",
    "devices": "device",
    "gateways": "gateway device",
    "supplied_by": "site station valid_from",
    "gas_quality": "zone valid_from method",
}
OPTIONAL = {
    "accounts": "sector credit_rating manager contacts key_account",
    "contracts": "settlement_cycle read_days cutoff_time correction fixed_factor base_temperature_degc "
    "base_pressure_kpa corrector_failure_rule prepayment price_plan",
    "zones": "parent gas_day_start time_zone atmospheric_pressure_kpa pipe_volume_m3",
    "sites": "account area name latitude longitude elevation_m atmospheric_pressure_kpa gas_day_start",
    "stations": "site name kind latitude longitude max_inlet_kpa low_low_kpa low_kpa high_kpa high_high_kpa "
    "feeds_zone",
    "setpoints": "role accuracy_class_pct lockup_class_pct monitor_kpa opso_kpa upso_kpa relief_kpa "
    "tested_on test_interval_days tested_by",
    "meters": "role checks qmin_m3h qt_m3h accuracy_class base_digits fixed_factor pressure_min_kpa "
    "pressure_max_kpa manufacturer model serial size dn_mm pulse_m3 corrector_model corrector_serial",
    "installations": "base_index_m3 sign removed_at reason",
    "devices": "expected_interval_s transport decoder",
    "gateways": "",
    "supplied_by": "",
    "gas_quality": "z_ratio heating_value_mj_m3 heating_value_combustion_degc heating_value_metering_degc "
    "relative_density",
}
FRACTIONS = (
    "methane",
    "nitrogen",
    "carbon_dioxide",
    "ethane",
    "propane",
    "isobutane",
    "n_butane",
    "isopentane",
    "n_pentane",
    "hexane",
)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, str]]]:
    folder = tmp_path_factory.mktemp("registry")
    write_registry(build_city(6, midnight(DAY)), folder)
    found = {}
    for path in folder.iterdir():
        with path.open(encoding="utf-8", newline="") as file:
            found[path.stem] = list(csv.DictReader(file))
    return found


def test_every_file_is_there_with_columns_of_the_contract(tables: dict[str, list[dict[str, str]]]) -> None:
    assert set(tables) == set(REQUIRED)
    for name, rows in tables.items():
        required, allowed = set(REQUIRED[name].split()), set(OPTIONAL[name].split())
        allowed |= set(FRACTIONS) if name == "gas_quality" else set()
        assert required <= set(rows[0]) <= required | allowed, name
        assert all(row[column] for row in rows for column in required), name


def test_references_hold(tables: dict[str, list[dict[str, str]]]) -> None:
    def names(table: str, column: str) -> set[str]:
        return {row[column] for row in tables[table]}

    assert names("contracts", "account") <= names("accounts", "account")
    assert names("contracts", "site") <= names("sites", "site")
    assert names("sites", "zone") | names("stations", "zone") <= names("zones", "zone")
    assert names("sites", "account") <= names("accounts", "account")
    assert names("setpoints", "station") == names("stations", "station")
    assert names("installations", "meter") == names("meters", "meter")
    assert names("installations", "site") <= names("sites", "site")
    assert names("devices", "device") == names("installations", "device") | names("stations", "station")
    assert names("gateways", "device") <= names("devices", "device")
    assert names("supplied_by", "station") <= names("stations", "station")
    assert names("gas_quality", "zone") == names("zones", "zone")


def test_names_are_chinese_and_times_carry_their_offset(tables: dict[str, list[dict[str, str]]]) -> None:
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in row["name"]) for row in tables["accounts"])
    for name in ("contracts", "setpoints", "installations", "supplied_by", "gas_quality"):
        assert all(row["valid_from"].endswith("+08:00") for row in tables[name])


def test_sizes_say_what_qmax_is(tables: dict[str, list[dict[str, str]]]) -> None:
    qmax = {"G10": 16, "G16": 25, "G25": 40, "G40": 65, "G65": 100, "G100": 160, "G160": 250, "G250": 400}
    checked = [row for row in tables["meters"] if row["size"] in qmax]
    assert len(checked) > 60
    assert all(float(row["qmax_m3h"]) == qmax[row["size"]] for row in checked)


def test_registers_have_room_for_years(tables: dict[str, list[dict[str, str]]]) -> None:
    digits = {row["meter"]: (int(row["digits"]), row["base_digits"]) for row in tables["meters"]}
    for row in tables["installations"]:
        whole, base = digits[row["meter"]]
        assert float(row["index_m3"]) < 0.8 * 10**whole
        assert not row["base_index_m3"] or float(row["base_index_m3"]) < 0.8 * 10 ** int(base)


def test_compositions_sum_to_one(tables: dict[str, list[dict[str, str]]]) -> None:
    for row in tables["gas_quality"]:
        assert sum(float(row[name]) for name in FRACTIONS) == pytest.approx(1, abs=1e-5)
    assert len({row["method"] for row in tables["gas_quality"]}) == 3


def test_limits_of_the_company_lie_in_order(tables: dict[str, list[dict[str, str]]]) -> None:
    limited = [row for row in tables["stations"] if row["high_kpa"]]
    assert len(limited) == 5
    for row in limited:
        limits = [float(row[f"{limit}_kpa"]) for limit in ("low_low", "low", "high", "high_high")]
        assert limits == sorted(limits)


def test_a_file_without_rows_is_not_written(tmp_path: Path) -> None:
    city = build_city(1, midnight(DAY))
    alone = replace(city, customers=tuple(one for one in city.customers if one.meter.gateway is None))
    write_registry(alone, tmp_path)
    assert not (tmp_path / "gateways.csv").exists()
    assert (tmp_path / "meters.csv").exists()
