"""A file's bytes to rows, each complaint on its line and column."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from telemetry.work.registry_csv import files
from telemetry.work.registry_csv.reading import ReadFile, read_csv
from telemetry.work.registry_csv.table import NOT_SPOKEN

ZONES = "zone,name,gas_day_start\nz,城北,06:00\n"


def zones(text: str) -> ReadFile:
    return read_csv(files.ZONES, text.encode())


def complaints(read: ReadFile) -> list[tuple[int, str, str]]:
    return [(one.line, one.column, one.found) for one in read.complaints]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (ZONES.encode(), "UTF-8"),
        (ZONES.encode("utf-8-sig"), "UTF-8"),
        (ZONES.encode("gb18030"), "GB18030"),
        (("\ufeff" + ZONES).encode("gb18030"), "GB18030"),
        (ZONES.replace("\n", "\r\n").encode(), "UTF-8"),
        (ZONES.replace("\n", "\r").encode(), "UTF-8"),
    ],
    ids=["utf-8", "bom", "gb18030", "gb18030 bom", "crlf", "cr"],
)
def test_every_encoding_and_line_end_gives_the_same_rows(content: bytes, encoding: str) -> None:
    read = read_csv(files.ZONES, content)
    assert not read.complaints
    (entry,) = read.entries
    assert (entry.text("zone"), entry.text("name"), read.encoding) == ("z", "城北", encoding)


@pytest.mark.parametrize(
    ("content", "line", "expected"),
    [
        (b"zone,name\nz,\xff\xff\n", 2, "text in UTF-8 or GB18030"),
        ("zone,name\nz,城\ny,北".encode("gb18030") + b"\xff\n", 3, "text in UTF-8 or GB18030"),
        (b"\xef\xbb\xbfzone,name\nz,a\nz,\xb3\xc7\n", 3, "text in UTF-8"),
    ],
)
def test_other_bytes_are_named_by_their_line(content: bytes, line: int, expected: str) -> None:
    read = read_csv(files.ZONES, content)
    ((found, column, _),) = complaints(read)
    assert (found, column, read.complaints[0].expected) == (line, "", expected)
    assert not read.whole


def test_words_that_could_be_either_go_with_the_other_files() -> None:
    content = "zone,name\nz,漂\n".encode("gb18030")
    assert [entry.text("name") for entry in read_csv(files.ZONES, content).entries] == ["\u01af"]
    among = read_csv(files.ZONES, content, among_gb18030=True)
    assert ([entry.text("name") for entry in among.entries], among.encoding) == (["漂"], "GB18030")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_chinese_in_utf_8_stays_it_among_files_in_gb18030(encoding: str) -> None:
    read = read_csv(files.ZONES, ZONES.encode(encoding), among_gb18030=True)
    assert ([entry.text("name") for entry in read.entries], read.encoding) == (["城北"], "UTF-8")


def test_columns_come_in_any_order_and_some_not_at_all() -> None:
    (entry,) = zones("name,zone\nNorth,z\n").entries
    assert entry.values[:3] == ("z", "North", NOT_SPOKEN)


def test_an_empty_value_is_not_given() -> None:
    (entry,) = zones("zone,name,parent\nz,North,  \n").entries
    assert entry.values[files.ZONES.position["parent"]] is None


def test_values_are_stripped_and_padding_is_ignored() -> None:
    read = zones(" zone ,name,,\n z ,\u3000North ,,\n,,,\n\ny,South,,\n")
    assert not read.complaints
    assert [(entry.text("zone"), entry.text("name"), entry.line) for entry in read.entries] == [
        ("z", "North", 2),
        ("y", "South", 5),
    ]


def test_lines_are_counted_through_quoted_line_breaks() -> None:
    read = read_csv(files.ACCOUNTS, b'account,name,contacts\na,A,"one\ntwo"\nb,,\n')
    assert [entry.get("contacts", str) for entry in read.entries] == ["one\ntwo"]
    assert complaints(read) == [(4, "name", "")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(1, "", "")]),
        ("\n\n", [(1, "", "")]),
        ("zone,name,colour\n", [(1, "colour", "colour")]),
        ("zone\nz\n", [(1, "name", "")]),
        ("zone,name,zone\n", [(1, "zone", "zone"), (1, "zone", "zone")]),
        ("zone,name\nz\n", [(2, "", "1")]),
        ("zone,name\nz,North,more\n", [(2, "", "3")]),
        ("zone,name\n\nz,\n", [(3, "name", "")]),
        ("zone,name\nz,N\ny,S\nz,N\n", [(4, "zone", "z")]),
        ("zone,name,gas_day_start\nz,N,06:30\n", [(2, "gas_day_start", "06:30")]),
        ("zone,name,time_zone\nz,N,Mars/Base\n", [(2, "time_zone", "Mars/Base")]),
        ("zone,name,time_zone\nz,N,Asia\n", [(2, "time_zone", "Asia")]),
        ("zone,name,time_zone\nz,N,../etc/passwd\n", [(2, "time_zone", "../etc/passwd")]),
        (
            "zone,name,pipe_volume_m3\nz,N,-1\ny,,1e400\n",
            [(2, "pipe_volume_m3", "-1"), (3, "name", ""), (3, "pipe_volume_m3", "1e400")],
        ),
    ],
)
def test_each_complaint_names_line_column_and_what_was_found(
    text: str, expected: list[tuple[int, str, str]]
) -> None:
    assert complaints(zones(text)) == expected


def test_broken_quoting_ends_the_file_with_its_line() -> None:
    read = zones('zone,name\nz,N\ny,"a"b\nx,X\n')
    assert [(line, column) for line, column, _ in complaints(read)] == [(3, "")]
    assert not read.whole


def test_a_complaint_reads_as_a_sentence() -> None:
    (complaint,) = zones("zone,name,atmospheric_pressure_kpa\nz,N,1013\n").complaints
    assert str(complaint) == (
        'zones.csv, line 2, column atmospheric_pressure_kpa: expected a number from 30 to 115, found "1013"'
    )


@pytest.mark.parametrize(
    ("column", "good", "bad"),
    [
        ("valid_from", "2026-07-01T00:00:00+08:00", "2026-07-01T00:00:00"),
        ("valid_from", "2026-07-01 00:00:00Z", "2026-07-01"),
        ("valid_from", "2026-07-01T00:00:00.000001+00:00", "1026-07-01T00:00:00+08:00"),
        ("index_m3", "12345.678901", "12345.6789012"),
        ("index_m3", "0", "-1"),
        ("index_m3", "1000000", "1e6"),
        ("index_m3", "5.", "NaN"),
        ("index_m3", "999999999999", "1000000000000"),
        ("index_m3", "7", "\uff11\uff12"),
        ("sign", "-1", "2"),
        ("device", "GM-1.2_x", "GM 1"),
        ("device", "d" * 64, "d" * 65),
        ("device", "A", "表1"),
        ("gas_used_meanwhile", "bypass", "Bypass"),
        ("reason", "周检\n换表", "a\0b"),
        ("done_by", "x" * 200, "x" * 201),
        ("done_by", "王工", "a\x1bb"),
    ],
)
def test_each_kind_takes_the_good_and_refuses_the_bad(column: str, good: str, bad: str) -> None:
    row = {"meter": "m", "site": "s", "device": "d", "valid_from": "2026-07-01T00:00:00Z", "index_m3": "1"}
    for value, expected in ((good, []), (bad, [(2, column, bad)])):
        cells = row | {column: value}
        text = ",".join(cells) + "\n" + ",".join(f'"{cell}"' for cell in cells.values()) + "\n"
        assert complaints(read_csv(files.INSTALLATIONS, text.encode())) == expected


def test_values_are_what_they_say() -> None:
    text = "meter,site,device,valid_from,index_m3,sign\nm,s,d,2026-07-01T00:00:00+08:00,1.50,-1\n"
    (entry,) = read_csv(files.INSTALLATIONS, text.encode()).entries
    assert entry.begins == datetime(2026, 6, 30, 16, tzinfo=UTC)
    assert (entry.get("index_m3", Decimal), entry.get("sign", int)) == (Decimal("1.5"), -1)


@pytest.mark.parametrize("text", ["1_000", "0x10", "inf", "nan", "1,5", "1.5.2", "--1", "+", "."])
def test_what_python_takes_for_a_number_may_still_be_none(text: str) -> None:
    row = f'zone,name,pipe_volume_m3\nz,N,"{text}"\n'
    assert complaints(zones(row)) == [(2, "pipe_volume_m3", text)]


def test_a_bad_rows_key_stays_known() -> None:
    read = zones("zone,name\nz,\n")
    assert read.doubtful == {("z",)}
    assert read.whole
