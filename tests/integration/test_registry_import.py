"""The registry's files into a real database and out again."""

import csv
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import psycopg
import pytest
from psycopg import Connection

from simulators.city import build_city
from simulators.registry import write_registry
from telemetry.errors import ConfigurationError
from telemetry.model import Stream, instant
from telemetry.store.migrate import migrate
from telemetry.store.pool import connect
from telemetry.store.registry_tables import load_registry, registry_version
from telemetry.work.registry_csv.complaint import RegistryImportError
from telemetry.work.registry_export import export_registry
from telemetry.work.registry_import import FileImport, RegistryImport, import_registry

NOW = instant(datetime(2026, 7, 1, tzinfo=UTC))
T0, T1, T2 = "2026-01-01T00:00:00+08:00", "2026-03-01T00:00:00+08:00", "2026-05-01T00:00:00+08:00"
CITY = {
    "accounts.csv": "account,name,key_account\na,天然气用户,yes\n",
    "zones.csv": "zone,name,parent,gas_day_start\nnorth,North,city,\ncity,City,,06:00\n",
    "sites.csv": (
        "site,zone,time_zone,account,elevation_m\ns,north,Asia/Shanghai,a,500\nt,north,Asia/Shanghai,a,\n"
    ),
    "contracts.csv": f"contract,account,site,valid_from,base_temperature_degc\nc,a,s,{T1},15\n",
    "stations.csv": "station,zone,low_kpa,high_kpa\nst,city,180,230\n",
    "setpoints.csv": f"station,stream,valid_from,set_kpa,tested_on\nst,A,{T0},200,2026-01-01\n",
    "devices.csv": "device,expected_interval_s\nd,3600\n",
    "meters.csv": (
        "meter,type,kind,qmax_m3h,digits,correction,fixed_gauge_pressure_kpa\n"
        "m,rotary,smart,160,8,ptz,\nn,diaphragm,ic_card,10,6,t,2.5\n"
    ),
    "installations.csv": (
        f"meter,site,device,valid_from,index_m3,base_index_m3\nm,s,d,{T0},123.000001,456.5\nn,t,e,{T1},0,\n"
    ),
    "gateways.csv": "gateway,device\ng,d\ng,st\n",
    "supplied_by.csv": f"site,station,valid_from\ns,st,{T0}\n",
    "gas_quality.csv": f"zone,valid_from,method,z_ratio\ncity,{T0},fixed,1.002\n",
}


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    with connect(database, "test") as opened:
        migrate(opened)
        yield opened


@pytest.fixture
def city(tmp_path: Path) -> Path:
    for name, text in CITY.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def run(connection: Connection, directory: Path, **changed: str) -> RegistryImport:
    """Import a directory after changing files, named without `.csv`."""
    for name, text in changed.items():
        (directory / f"{name}.csv").write_text(text)
    return import_registry(connection, directory, now=NOW)


def alone(directory: Path, name: str, text: str) -> Path:
    """Return a directory with one file."""
    made = directory / f"only-{name}"
    made.mkdir(exist_ok=True)
    (made / f"{name}.csv").write_text(text)
    return made


def everything(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of the tables an import may write, with where it lies."""
    tables = "account zone site contract station setpoint device meter installation gateway supplied_by"
    tables += " gas_quality registry_import dirty_span"
    return {
        table: connection.execute(f"SELECT ctid::text, * FROM {table} ORDER BY 1".encode()).fetchall()
        for table in tables.split()
    }


def dirty(connection: Connection) -> set[tuple[str, str, str]]:
    """Return the marked spans by meter and local month, and unmark them."""
    rows = connection.execute(
        b"WITH gone AS (DELETE FROM dirty_span RETURNING *)"
        b" SELECT meter, to_char(span_start AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD'),"
        b" to_char(span_end AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD') FROM gone JOIN meter USING (meter_id)"
        b" WHERE cause = 'registry'"
    ).fetchall()
    return {(meter, start, end) for meter, start, end in rows}


def test_a_first_import_brings_everything(connection: Connection, city: Path) -> None:
    result = run(connection, city)
    assert result.files["meters.csv"] == FileImport(2, 0, 0, "UTF-8")
    assert result.files["devices.csv"] == FileImport(2, 0, 0, "UTF-8"), "e is named by an installation alone"
    assert result.names_touched == {"d", "e", "st", "g"}
    assert (result.version, result.skipped, result.changed) == (registry_version(connection), (), True)
    registry = load_registry(connection)
    assert registry.version == result.version
    found = registry.installation_at("d", NOW)
    assert found is not None
    assert (found.index_um3, found.base_index_um3) == (123_000_001, 456_500_000)
    assert registry.meters["n"].fixed_gauge_pressure_pa == 2500.0
    contract = registry.contract_at("s", NOW)
    assert contract is not None
    assert contract.base_temperature_k == 288.15
    assert registry.setpoints_at("st", NOW)[Stream.A].tested_on == "2026-01-01"
    assert registry.stations["st"].low_gauge_pa == 180_000.0
    assert registry.gateways == {"g": frozenset({"d", "st"})}
    assert registry.accounts["a"].key_account
    assert (registry.gas_day_start_hour("s"), registry.supplying_station_at("s", NOW)) == (6, "st")
    gas = registry.gas_at("north", NOW)
    assert gas is not None
    assert (gas.gas.z_ratio, gas.gas.fractions, gas.gas.heating_value_combustion_degc) == (1.002, (), 20.0)


def test_the_same_again_changes_nothing(connection: Connection, city: Path) -> None:
    first = run(connection, city)
    before = everything(connection)
    again = run(connection, city)
    assert (again.changed, again.version, again.dirty_spans) == (False, first.version, 0)
    assert again.names_touched == frozenset()
    assert again.files["meters.csv"] == FileImport(0, 0, 2, "UTF-8")
    assert everything(connection) == before


def test_what_is_exported_is_imported_without_change(
    connection: Connection, city: Path, tmp_path: Path
) -> None:
    version = run(connection, city).version
    before = everything(connection)
    counts = export_registry(connection, tmp_path / "out")
    again = run(connection, tmp_path / "out")
    assert (again.changed, again.version) == (False, version)
    assert everything(connection) == before
    assert counts == {name: file.unchanged for name, file in again.files.items()}
    text = (tmp_path / "out" / "installations.csv").read_bytes()
    assert b"m,s,d,2025-12-31T16:00:00+00:00,123.000001,456.5," in text
    assert text.count(b"\r\n") == text.count(b"\n") == 3


def test_an_export_is_imported_into_an_empty_database(
    connection: Connection, city: Path, tmp_path: Path
) -> None:
    run(connection, city)
    export_registry(connection, tmp_path / "one")
    connection.execute(b"TRUNCATE account, zone, site, contract, station, setpoint, device, meter CASCADE")
    connection.execute(b"TRUNCATE gateway")
    run(connection, tmp_path / "one")
    export_registry(connection, tmp_path / "two")
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_other_encodings_bring_the_same(connection: Connection, city: Path, encoding: str) -> None:
    run(connection, city)
    for name, text in CITY.items():
        (city / name).write_text(text, encoding=encoding)
    again = run(connection, city)
    assert not again.changed
    assert again.files["accounts.csv"].encoding == ("GB18030" if encoding == "gb18030" else "UTF-8")


def test_every_error_is_reported_and_nothing_is_written(connection: Connection, city: Path) -> None:
    run(connection, city)
    before = everything(connection)
    with pytest.raises(RegistryImportError) as raised:
        run(
            connection,
            city,
            accounts="account,name\nb,B\n",
            meters="meter,type,kind,qmax_m3h,digits,correction\nm,rotary,smart,fast,8,ptz\nx,rotary,smart,1,99,no\n",
            sites="site,zone,time_zone\ns,nowhere,Asia/Shanghai\n",
        )
    assert [(one.file, one.line, one.column, one.found) for one in raised.value.complaints] == [
        ("meters.csv", 2, "qmax_m3h", "fast"),
        ("meters.csv", 3, "correction", "no"),
        ("meters.csv", 3, "digits", "99"),
        ("sites.csv", 2, "zone", "nowhere"),
    ]
    assert 'meters.csv, line 3, column digits: expected a whole number from 1 to 12, found "99"' in str(
        raised.value
    )
    assert everything(connection) == before


def test_rows_are_updated_and_never_deleted(connection: Connection, city: Path, tmp_path: Path) -> None:
    run(connection, city)
    ids = load_registry(connection).meter_ids
    only = alone(tmp_path, "meters", "meter,type,kind,qmax_m3h,digits,correction\nm,rotary,smart,250,8,ptz\n")
    result = run(connection, only)
    assert result.files == {"meters.csv": FileImport(0, 1, 0, "UTF-8")}
    registry = load_registry(connection)
    assert registry.meter_ids == ids
    assert registry.meters["m"].qmax_m3h == 250.0


def test_a_missing_column_stays_and_an_empty_value_clears(
    connection: Connection, city: Path, tmp_path: Path
) -> None:
    run(connection, city)
    run(connection, alone(tmp_path, "sites", "site,zone,time_zone\ns,north,Asia/Shanghai\n"))
    assert load_registry(connection).sites["s"].elevation_m == 500.0
    run(
        connection,
        alone(tmp_path, "sites", "site,zone,time_zone,elevation_m\ns,north,Asia/Shanghai,\n"),
    )
    assert load_registry(connection).sites["s"].elevation_m is None


def test_a_directory_without_registry_files_is_an_error(connection: Connection, tmp_path: Path) -> None:
    (tmp_path / "meter.csv").write_text("meter\n")
    with pytest.raises(ConfigurationError, match=r"expected at least one of accounts\.csv"):
        run(connection, tmp_path)


def test_other_csv_files_are_named_as_skipped(connection: Connection, city: Path) -> None:
    (city / "prices.csv").write_text("price_plan\n")
    assert run(connection, city).skipped == ("prices.csv",)


def test_everybody_is_told_of_a_change_and_of_nothing_else(
    connection: Connection, city: Path, database: str
) -> None:
    with psycopg.connect(database, autocommit=True) as listener:
        listener.execute(b"LISTEN citygas_registry")
        run(connection, city)
        assert [one.channel for one in listener.notifies(timeout=10, stop_after=1)] == ["citygas_registry"]
        run(connection, city)
        assert list(listener.notifies(timeout=0.2)) == []


def test_two_imports_wait_for_each_other(connection: Connection, city: Path, database: str) -> None:
    def other() -> None:
        with connect(database, "other") as second:
            results.append(import_registry(second, city, now=NOW))

    results: list[RegistryImport] = []
    thread = threading.Thread(target=other)
    with connection.transaction():
        results.append(run(connection, city))
        thread.start()
    thread.join(30)
    assert [result.changed for result in results] == [True, False]


class TestDirtySpans:
    """What a change has derive work out again."""

    @pytest.fixture(autouse=True)
    def _start(self, connection: Connection, city: Path) -> None:
        assert run(connection, city).dirty_spans == 2
        assert dirty(connection) == {("m", "2026-01-01", "2026-07-01"), ("n", "2026-03-01", "2026-07-01")}

    def test_an_exchange_touches_both_meters_from_then_on(self, connection: Connection, city: Path) -> None:
        text = CITY["installations.csv"] + f"n,s,d,{T2},7,\n"
        run(connection, city, installations=text)
        assert dirty(connection) == {("m", "2026-05-01", "2026-07-01"), ("n", "2026-05-01", "2026-07-01")}

    def test_a_device_corrected_afterwards_touches_the_meters_it_spoke_for(
        self, connection: Connection, city: Path
    ) -> None:
        run(connection, city, installations=CITY["installations.csv"] + f"n,s,d,{T2},7,\n")
        dirty(connection)
        run(connection, city, installations=CITY["installations.csv"] + f"n,s,e,{T2},7,\n")
        assert dirty(connection) == {("m", "2026-05-01", "2026-07-01"), ("n", "2026-05-01", "2026-07-01")}

    def test_what_was_taken_down_before_is_touched_until_the_gas_used_meanwhile_ends(
        self, connection: Connection, city: Path
    ) -> None:
        taken_down = CITY["installations.csv"].replace("base_index_m3\n", "base_index_m3,removed_at\n")
        taken_down = taken_down.replace("456.5\n", f"456.5,{T1}\n").replace("0,\n", "0,,\n")
        run(connection, city, installations=taken_down)
        dirty(connection)
        after = "meter,site,device,valid_from,index_m3,gas_used_meanwhile\n"
        run(connection, city, installations=f"{after}n,s,e,2026-03-11T00:00:00+08:00,0,bypass\n")
        assert ("m", "2026-03-01", "2026-04-01") in dirty(connection)

    def test_equipment_and_who_pays_touch_the_site(self, connection: Connection, city: Path) -> None:
        run(connection, city, equipment=f"site,kind,rated_m3h,valid_from\ns,oven,7,{T2}\n")
        assert dirty(connection) == {("m", "2026-05-01", "2026-07-01")}
        run(
            connection,
            city,
            accounts=CITY["accounts.csv"].replace("key", "sector,key").replace("yes", "hotel,yes"),
        )
        assert dirty(connection) == {("m", "2026-01-01", "2026-07-01"), ("n", "2026-03-01", "2026-07-01")}

    def test_a_contract_touches_its_site_until_the_next(self, connection: Connection, city: Path) -> None:
        header = "contract,account,site,valid_from,correction\n"
        run(connection, city, contracts=header + f"c,a,s,{T0},pt\n")
        assert dirty(connection) == {("m", "2026-01-01", "2026-03-01")}

    def test_a_contracts_account_touches_nothing(self, connection: Connection, city: Path) -> None:
        result = run(connection, city, contracts=CITY["contracts.csv"].replace("\nc,", "\nother,"))
        assert (result.changed, result.dirty_spans) == (True, 0)

    def test_gas_quality_touches_all_zones_inside_until_the_next(
        self, connection: Connection, city: Path
    ) -> None:
        run(connection, city, gas_quality=CITY["gas_quality.csv"] + f"city,{T2},fixed,1.003\n")
        assert dirty(connection) == {("m", "2026-05-01", "2026-07-01"), ("n", "2026-05-01", "2026-07-01")}
        run(connection, city, gas_quality=CITY["gas_quality.csv"] + f"city,{T1},fixed,1.004\n")
        assert dirty(connection) == {("m", "2026-03-01", "2026-05-01"), ("n", "2026-03-01", "2026-05-01")}

    def test_undated_rows_touch_the_whole_history(self, connection: Connection, city: Path) -> None:
        run(connection, city, sites=CITY["sites.csv"].replace("500", "600"))
        assert dirty(connection) == {("m", "2026-01-01", "2026-07-01")}
        run(connection, city, meters=CITY["meters.csv"].replace("2.5", "2.6"))
        assert dirty(connection) == {("n", "2026-03-01", "2026-07-01")}
        run(connection, city, zones=CITY["zones.csv"].replace("06:00", "08:00"))
        assert dirty(connection) == {("m", "2026-01-01", "2026-07-01"), ("n", "2026-03-01", "2026-07-01")}

    def test_a_description_touches_nothing(self, connection: Connection, city: Path) -> None:
        result = run(connection, city, zones=CITY["zones.csv"].replace("North", "Nord"))
        assert (result.changed, result.dirty_spans) == (True, 0)

    def test_the_future_touches_nothing_yet(self, connection: Connection, city: Path) -> None:
        later = "2026-12-01T00:00:00+08:00"
        result = run(connection, city, gas_quality=CITY["gas_quality.csv"] + f"city,{later},fixed,1.1\n")
        assert (result.changed, result.dirty_spans) == (True, 0)


def test_the_simulated_city_is_imported(connection: Connection, tmp_path: Path) -> None:
    begin = instant(datetime(2026, 5, 31, 16, tzinfo=UTC)) // 1_000_000
    write_registry(build_city(7, begin), tmp_path)
    result = run(connection, tmp_path)
    assert result.files["meters.csv"].inserted == 120
    registry = load_registry(connection)
    assert len(registry.stations) == 12
    assert all(registry.gas_at(site.zone, NOW) for site in registry.sites.values())


def test_twenty_thousand_meters_take_seconds(plain_database: str, tmp_path: Path) -> None:
    write_large_city(tmp_path, 20_000)
    with connect(plain_database, "test") as connection:
        migrate(connection)
        started = perf_counter()
        result = run(connection, tmp_path)
        imported = perf_counter()
        registry = load_registry(connection)
        loaded = perf_counter()
    assert result.files["installations.csv"].inserted == len(registry.meters) == 20_000
    assert imported - started < 30, "about 3 s on one free core"
    assert loaded - imported < 10, "about 0.5 s on one free core"


def write_large_city(directory: Path, meters: int) -> None:
    """Write the files that billing needs at the least."""
    rows: dict[str, list[tuple[object, ...]]] = {
        "accounts": [("account", "name"), ("a", "A")],
        "zones": [("zone", "name"), ("z", "Z")],
        "sites": [("site", "zone", "time_zone", "account")],
        "meters": [("meter", "type", "kind", "qmax_m3h", "digits", "correction")],
        "installations": [("meter", "site", "device", "valid_from", "index_m3")],
    }
    for number in range(meters):
        rows["sites"].append((f"s{number}", "z", "Asia/Shanghai", "a"))
        rows["meters"].append((f"m{number}", "rotary", "smart", 160, 8, "ptz"))
        rows["installations"].append((f"m{number}", f"s{number}", f"d{number}", T0, f"{number}.5"))
    for name, lines in rows.items():
        with (directory / f"{name}.csv").open("w", newline="") as file:
            csv.writer(file).writerows(lines)
