"""Hand reads by file and one by one: a ledger, on both profiles."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from psycopg import Connection

from telemetry.errors import EntryError
from telemetry.model import HOUR, instant, moment
from telemetry.store.hand_reads import SaidRead, hand_reads_between, list_hand_reads
from telemetry.store.migrate import migrate
from telemetry.store.pool import connect
from telemetry.volumes.evidence import HandRead
from telemetry.work.derive import derive_pending
from telemetry.work.hand_reads import record
from telemetry.work.registry_csv.complaint import RegistryImportError
from telemetry.work.registry_export import export_registry
from telemetry.work.registry_import import FileImport, RegistryImport, import_registry

START = instant(datetime(2026, 7, 1, tzinfo=UTC))
NOW = START + 100 * HOUR
CITY = {
    "zones.csv": "zone,name\nz,Z\n",
    "sites.csv": "site,zone,time_zone\ns,z,Asia/Shanghai\n",
    "meters.csv": "meter,type,kind,qmax_m3h,digits,correction\nm,rotary,smart,10,5,none\n",
    "installations.csv": f"meter,site,device,valid_from,index_m3\nm,s,d,{moment(START).isoformat()},100\n",
}
READS = "meter,measured_at,index_m3,base_index_m3,reader,reason\n"
GOOD = READS + "m,2026-07-01T10:00:00Z,120.5,,Li,日常\nm,2026-07-02T18:00:00+08:00,130,400.25,,\n"


@pytest.fixture
def connection(database: str, tmp_path: Path) -> Iterator[Connection]:
    for name, text in CITY.items():
        (tmp_path / name).write_text(text)
    with connect(database, "test", autocommit=True) as opened:
        migrate(opened)
        import_registry(opened, tmp_path, now=NOW)
        opened.execute("DELETE FROM dirty_span")
        yield opened


def bring(connection: Connection, folder: Path, text: str) -> RegistryImport:
    folder.mkdir(exist_ok=True)
    (folder / "reads.csv").write_text(text)
    return import_registry(connection, folder, now=NOW)


def marked(connection: Connection) -> list[tuple[object, ...]]:
    return connection.execute("SELECT span_start, cause FROM dirty_span ORDER BY span_start").fetchall()


def test_reads_come_by_file_once_and_mark_their_instants(connection: Connection, tmp_path: Path) -> None:
    first = bring(connection, tmp_path / "reads", GOOD)
    assert first.files == {"reads.csv": FileImport(2, 0, 0, "UTF-8")}
    assert first.version == 1, "a read is no change of the registry"
    expected = [
        HandRead(
            hand_read_id=1,
            meter_id=1,
            measured_at=START + 10 * HOUR,
            index_um3=120_500_000,
            base_index_um3=None,
        ),
        HandRead(
            hand_read_id=2,
            meter_id=1,
            measured_at=START + 34 * HOUR,
            index_um3=130_000_000,
            base_index_um3=400_250_000,
        ),
    ]
    assert hand_reads_between(connection, [1], START, NOW) == expected
    assert hand_reads_between(connection, [1], START + 10 * HOUR, START + 34 * HOUR) == expected[:1]
    assert hand_reads_between(connection, [2], START, NOW) == []
    marks = [(moment(START + hours * HOUR), "hand_read") for hours in (10, 34)]
    assert marked(connection) == marks
    again = bring(connection, tmp_path / "reads", GOOD + GOOD.removeprefix(READS))
    assert again.files["reads.csv"] == FileImport(0, 0, 2, "UTF-8")
    assert marked(connection) == marks
    derive_pending(connection)
    assert marked(connection) == []


def test_another_figure_at_the_same_time_is_another_read(connection: Connection, tmp_path: Path) -> None:
    text = READS + "m,2026-07-01T10:00:00Z,120.5,,,\nm,2026-07-01T10:00:00Z,120.6,,,\n"
    assert bring(connection, tmp_path / "reads", text).files["reads.csv"].inserted == 2
    assert [one.index_m3 for one in list_hand_reads(connection, "m", (None, None), last=9, limit=9)] == [
        Decimal("120.5"),
        Decimal("120.6"),
    ]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("x,2026-07-01T10:00:00Z,120,,,", "meter"),
        ("m,2026-07-01T10:00:00,120,,,", "measured_at"),
        ("m,2026-06-30T10:00:00Z,120,,,", "measured_at"),
        ("m,2027-07-01T10:00:00Z,120,,,", "measured_at"),
        ("m,2026-07-01T10:00:00Z,-1,,,", "index_m3"),
        ("m,2026-07-01T10:00:00Z,1e3,,,", "index_m3"),
        ("m,2026-07-01T10:00:00Z,99999,,,", "index_m3"),
        ("m,2026-07-01T10:00:00Z,,,,", "index_m3"),
        ("m,2026-07-01T10:00:00Z,,100000,,", "base_index_m3"),
    ],
)
def test_one_wrong_row_keeps_the_whole_file_out(
    connection: Connection, tmp_path: Path, row: str, column: str
) -> None:
    with pytest.raises(RegistryImportError) as refused:
        bring(connection, tmp_path / "reads", GOOD + row + "\n")
    assert [(one.file, one.line, one.column) for one in refused.value.complaints] == [
        ("reads.csv", 4, column)
    ]
    assert hand_reads_between(connection, [1], 0, NOW) == []
    assert marked(connection) == []


def test_a_read_of_a_meter_that_comes_with_it(connection: Connection, tmp_path: Path) -> None:
    (tmp_path / "meters.csv").write_text(CITY["meters.csv"] + "n,rotary,smart,10,5,none\n")
    (tmp_path / "installations.csv").write_text(CITY["installations.csv"] + "n,s,e,2026-07-01T00:00:00Z,5\n")
    done = bring(connection, tmp_path, READS + "n,2026-07-01T10:00:00Z,6,,,\n")
    assert (done.version, done.files["reads.csv"].inserted) == (2, 1)


def test_what_is_exported_is_a_repeat(connection: Connection, tmp_path: Path) -> None:
    bring(connection, tmp_path / "reads", GOOD)
    assert export_registry(connection, tmp_path / "out")["reads.csv"] == 2
    again = import_registry(connection, tmp_path / "out", now=NOW)
    assert (again.changed, again.files["reads.csv"].unchanged) == (False, 2)


def test_the_ledger_is_only_added_to(connection: Connection, tmp_path: Path) -> None:
    bring(connection, tmp_path / "reads", GOOD)
    for statement in (b"UPDATE hand_read SET index_m3 = 1", b"DELETE FROM hand_read"):
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="hand_read is append-only"):
            connection.execute(statement)


def test_one_read_is_recorded_once_or_refused_by_its_field(connection: Connection) -> None:
    said = SaidRead(
        meter="m", measured_at=moment(START + 5 * HOUR), index_m3=Decimal("101.25"), reader="Wang"
    )
    first = record(connection, said, by="office", now=NOW)
    assert (first.hand_read_id, first.index_m3, first.recorded_by) == (1, Decimal("101.25"), "office")
    assert record(connection, said, by="somebody else", now=NOW) == first
    with pytest.raises(EntryError, match="index_m3: expected a register that can have come") as refused:
        record(
            connection,
            SaidRead(meter="m", measured_at=said.measured_at, index_m3=Decimal(5000)),
            by="o",
            now=NOW,
        )
    assert refused.value.field == "index_m3"
    assert len(hand_reads_between(connection, [1], 0, NOW)) == 1
