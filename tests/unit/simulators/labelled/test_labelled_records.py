"""The labelled city's master records: what the platform imports of them, and the columns of the rest."""

import csv
from pathlib import Path

import pytest

from simulators.days import midnight
from simulators.labelled.city import LabelledCity, labelled_city
from simulators.labelled.write import write_city
from telemetry.work.registry_csv.checks import check
from telemetry.work.registry_csv.files import FILES
from telemetry.work.registry_csv.ledgers import LEDGERS
from telemetry.work.registry_csv.reading import read_csv
from telemetry.work.registry_csv.table import Table

BESIDE = {
    "bypasses": "bypass around target valid_from metered_by isolation seal_no key_holder "
    "check_interval_days checked_on",
    "isolations": "site kind valid_from until meter reason index_m3 base_index_m3 method seal_no "
    "recheck_days verified_by",
    "calibrations": "target part calibrated_on certificate result error_pct_by_flow next_due",
    "prices": "price_plan valid_from price_per_m3 tier_from_m3 tier_period currency",
    "account_prices": "account price_plan valid_from share_pct",
    "card_sales": "meter sold_at kind sequence volume_m3 money unit_price loaded_at receipt operator",
}


@pytest.fixture(scope="module")
def city() -> LabelledCity:
    begin = midnight(20_150)
    return labelled_city(8, meters=60, days=30, begin=begin, density=3.0, trouble_density=6.0)


@pytest.fixture(scope="module")
def folder(city: LabelledCity, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("labelled")
    write_city(city, folder)
    return folder / "registry"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_platform_takes_every_file_it_knows(folder: Path) -> None:
    tables = {file.name: Table(file, []) for file in (*FILES, *LEDGERS)}
    written = [file for file in (*FILES, *LEDGERS) if (folder / file.name).exists()]
    assert len(written) >= 13
    for file in written:
        read = read_csv(file, (folder / file.name).read_bytes())
        assert read.complaints == [], file.name
        for entry in read.entries:
            tables[file.name].lay(entry)
    assert [str(complaint) for complaint in check(tables)] == []


@pytest.mark.parametrize("name", BESIDE)
def test_the_other_files_have_columns_of_the_contract(folder: Path, name: str) -> None:
    found = rows(folder / f"{name}.csv")
    assert found
    assert set(found[0]) <= set(BESIDE[name].split())


def test_names_in_the_other_files_exist(folder: Path) -> None:
    meters = {row["meter"] for row in rows(folder / "meters.csv")}
    stations = {row["station"] for row in rows(folder / "stations.csv")}
    sites = {row["site"] for row in rows(folder / "sites.csv")}
    assert {row["target"] for row in rows(folder / "bypasses.csv")} <= meters | stations
    assert {row["target"] for row in rows(folder / "calibrations.csv")} == meters
    assert {row["site"] for row in rows(folder / "isolations.csv")} <= sites
    assert {row["meter"] for row in rows(folder / "card_sales.csv")} <= meters


def test_a_station_has_its_standby_set_below_its_duty(folder: Path) -> None:
    sets = {(r["station"], r["stream"]): float(r["set_kpa"]) for r in rows(folder / "setpoints.csv")}
    standbys = [station for station, stream in sets if stream == "B"]
    assert standbys
    assert all(sets[station, "B"] < sets[station, "A"] for station in standbys)


def test_an_exchange_is_entered_with_both_registers(folder: Path) -> None:
    installed = rows(folder / "installations.csv")
    exchanged = [row for row in installed if row["removed_at"]]
    assert exchanged
    for old in exchanged:
        new = next(row for row in installed if row["meter"] == f"{old['meter']}-2")
        assert float(old["final_index_m3"]) >= float(old["index_m3"])
        assert (new["valid_from"], new["device"]) == (old["removed_at"], old["device"])
