"""Sales of IC cards by file and one by one: a ledger, on both profiles."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from psycopg import Connection

from telemetry.errors import EntryError
from telemetry.model import HOUR, instant, moment
from telemetry.store.card_sales import SaidSale, Sold, ledger_begun, list_sales, sold_between, sold_of
from telemetry.store.migrate import migrate
from telemetry.store.pool import connect
from telemetry.work.card_sales import record
from telemetry.work.registry_csv.complaint import RegistryImportError
from telemetry.work.registry_export import export_registry
from telemetry.work.registry_import import FileImport, RegistryImport, import_registry

START = instant(datetime(2026, 7, 1, tzinfo=UTC))
NOW = START + 100 * HOUR
CITY = {
    "zones.csv": "zone,name\nz,Z\n",
    "sites.csv": "site,zone,time_zone\ns,z,Asia/Shanghai\n",
    "meters.csv": "meter,type,kind,qmax_m3h,digits,correction\nm,rotary,ic_card,10,5,none\n",
    "installations.csv": f"meter,site,device,valid_from,index_m3\nm,s,d,{moment(START).isoformat()},100\n",
}
SALES = "meter,sold_at,kind,sequence,volume_m3,money,unit_price,operator\n"
GOOD = SALES + (
    "m,2026-07-01T10:00:00Z,sale,5,100.5,386.93,3.85,李\n"
    "m,2026-07-02T18:00:00+08:00,refund,6,,77,3.85,\n"
    "m,2026-07-03T10:00:00Z,top_up,7,,20,,\n"
)


@pytest.fixture
def connection(database: str, tmp_path: Path) -> Iterator[Connection]:
    for name, text in CITY.items():
        (tmp_path / name).write_text(text)
    with connect(database, "test", autocommit=True) as opened:
        migrate(opened)
        import_registry(opened, tmp_path, now=NOW)
        yield opened


def bring(connection: Connection, folder: Path, text: str) -> RegistryImport:
    folder.mkdir(exist_ok=True)
    (folder / "card_sales.csv").write_text(text)
    return import_registry(connection, folder, now=NOW)


def test_sales_come_by_file_once_and_take_away_what_was_given_back(
    connection: Connection, tmp_path: Path
) -> None:
    assert ledger_begun(connection) is None
    first = bring(connection, tmp_path / "sales", GOOD)
    assert first.files == {"card_sales.csv": FileImport(3, 0, 0, "UTF-8")}
    assert (first.version, first.dirty_spans) == (1, 0), "a sale is no change of the registry"
    sold = [
        Sold("m", 5, START + 10 * HOUR, "sale", 100.5),
        Sold("m", 6, START + 34 * HOUR, "refund", -20.0),
        Sold("m", 7, START + 58 * HOUR, "top_up", None),
    ]
    assert sold_of(connection, ["m", "n"]) == sold
    assert sold_of(connection, ["n"]) == []
    assert ledger_begun(connection) == START + 10 * HOUR

    def between(begin_h: int, end_h: int, *, stored: bool = False, with_last: bool = False) -> list[Sold]:
        span = (START + begin_h * HOUR, START + end_h * HOUR)
        return [one for one, _ in sold_between(connection, *span, stored=stored, with_last=with_last)]

    assert between(10, 58) == sold[1:]
    assert between(34, 57, with_last=True) == sold[:2]
    assert between(10, 58, stored=True) == [], "entered when the test ran"
    again = bring(connection, tmp_path / "sales", GOOD + GOOD.removeprefix(SALES))
    assert again.files["card_sales.csv"] == FileImport(0, 0, 3, "UTF-8")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("x,2026-07-01T10:00:00Z,sale,8,100,,,", "meter"),
        ("m,2026-07-01T10:00:00,sale,8,100,,,", "sold_at"),
        ("m,2027-07-01T10:00:00Z,sale,8,100,,,", "sold_at"),
        ("m,2026-07-01T10:00:00Z,gift,8,100,,,", "kind"),
        ("m,2026-07-01T10:00:00Z,sale,,100,,,", "sequence"),
        ("m,2026-07-01T10:00:00Z,sale,-1,100,,,", "sequence"),
        ("m,2026-07-01T10:00:00Z,sale,1.5,100,,,", "sequence"),
        ("m,2026-07-01T10:00:00Z,refund,8,-100,,,", "volume_m3"),
        ("m,2026-07-01T10:00:00Z,sale,8,,,3.85,", "volume_m3"),
        ("m,2026-07-01T10:00:00Z,sale,8,,x,,", "money"),
        ("m,2026-07-01T10:00:00Z,sale,8,,10,0,", "unit_price"),
    ],
)
def test_one_wrong_row_keeps_the_whole_file_out(
    connection: Connection, tmp_path: Path, row: str, column: str
) -> None:
    with pytest.raises(RegistryImportError) as refused:
        bring(connection, tmp_path / "sales", GOOD + row + "\n")
    assert [(one.file, one.line, one.column) for one in refused.value.complaints] == [
        ("card_sales.csv", 5, column)
    ]
    assert sold_of(connection, ["m"]) == []


def test_what_is_exported_is_a_repeat(connection: Connection, tmp_path: Path) -> None:
    bring(connection, tmp_path / "sales", GOOD)
    assert export_registry(connection, tmp_path / "out")["card_sales.csv"] == 3
    again = import_registry(connection, tmp_path / "out", now=NOW)
    assert (again.changed, again.files["card_sales.csv"].unchanged) == (False, 3)


def test_the_ledger_is_only_added_to(connection: Connection, tmp_path: Path) -> None:
    bring(connection, tmp_path / "sales", GOOD)
    for statement in (b"UPDATE card_sale SET money = 1", b"DELETE FROM card_sale"):
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="card_sale is append-only"):
            connection.execute(statement)


def test_one_sale_is_recorded_once_or_refused_by_its_field(connection: Connection) -> None:
    said = SaidSale(meter="m", sold_at=moment(START), kind="sale", sequence=5, volume_m3=Decimal(100))
    first = record(connection, said, by="counter", now=NOW)
    assert (first.card_sale_id, first.volume_m3, first.recorded_by) == (1, Decimal(100), "counter")
    assert record(connection, said, by="somebody else", now=NOW) == first
    late = SaidSale(meter="m", sold_at=moment(NOW + HOUR), kind="sale", sequence=6, money=Decimal(1))
    with pytest.raises(EntryError, match="sold_at: expected a time that is not in the future"):
        record(connection, late, by="counter", now=NOW)
    assert list_sales(connection, "m", (None, None), last=9, limit=9) == [first]
