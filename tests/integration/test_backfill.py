"""A file of readings, stored down the same path as live data."""

import gzip
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ingest.backfill import backfill
from telemetry.errors import ConfigurationError
from telemetry.store.batches import Counts
from tests.integration.ingesting import build_registry, counters, one, pipeline, reasons, rows

ROOT = Path(__file__).parents[2]
CLI = "from citygas.cli import main; main()"
SHANGHAI = ZoneInfo("Asia/Shanghai")
HISTORY = """CreateDate,GTotal,BTotal,T,Pa,Err,GFlow
2018-08-29 17:17:21,00116.153764,116.698841,24.20974,100.60965,,0.0
2019-06-17 01:00:00,05114.064952,21101.471562,27.689049,442.940582,0400,
"""
MAPPED = {
    "measured_at": "CreateDate",
    "index_m3": "GTotal",
    "base_index_m3": "BTotal",
    "temperature_degc": "T",
}


@pytest.fixture
def city(plain_database: str) -> str:
    build_registry(plain_database)
    return plain_database


def stored(
    city: str, text: str, *, columns: Mapping[str, str] | None = None, zone: ZoneInfo | None = None
) -> Counts:
    with pipeline(city, "backfill") as into:
        return backfill(into, io.StringIO(text), "D-00", columns=columns, zone=zone)


def cli(city: str, *arguments: str, given: bytes | None = None) -> "subprocess.CompletedProcess[bytes]":
    environment = {**os.environ, "CITYGAS_DATABASE__DSN": city, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", CLI, "backfill", *arguments, "--device", "D-00"]
    return subprocess.run(command, input=given, env=environment, cwd=ROOT, capture_output=True, check=False)


def test_mapped_columns_and_times_of_a_zone(city: str) -> None:
    assert stored(city, HISTORY, columns=MAPPED, zone=SHANGHAI) == Counts(2, committed=2)
    query = """
        SELECT to_char(measured_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), index_um3, base_index_um3,
               temperature_k, pressure_pa, flags & 33554432 FROM reading ORDER BY measured_at"""
    late = 1 << 25
    assert rows(city, query) == [
        ("2018-08-29 09:17:21", 116_153_764, 116_698_841, 24.20974 + 273.15, None, late),
        ("2019-06-16 17:00:00", 5_114_064_952, 21_101_471_562, 27.689049 + 273.15, None, late),
    ]


def test_a_second_run_finds_all_repeated(city: str) -> None:
    assert stored(city, HISTORY, columns=MAPPED, zone=SHANGHAI).committed == 2
    assert stored(city, HISTORY, columns=MAPPED, zone=SHANGHAI) == Counts(2, duplicate=2)
    assert counters(city, "backfill") == Counts(4, committed=2, duplicate=2)


def test_columns_named_as_ours_need_no_mapping_and_a_byte_order_mark_is_no_part_of_a_name(city: str) -> None:
    text = (
        "\ufeffmeasured_at,index_m3,valve,seq,colour\n2026-01-01T08:00:00+08:00,5,open,9007199254740993,red\n"
    )
    assert stored(city, text) == Counts(1, committed=1)
    assert rows(city, "SELECT index_um3, valve, seq FROM reading") == [(5_000_000, 0, 9_007_199_254_740_993)]


def test_bad_rows_are_refused_and_cost_no_neighbour(city: str) -> None:
    text = """measured_at,index_m3,flow_m3h
2026-01-01T00:00:00Z,1,
2026-01-01T01:00:00,2,
yesterday,3,
2026-01-01T03:00:00Z,,5
2026-01-01T04:00:00Z,1e400,
2026-01-01T05:00:00Z,"12,5",
1970-01-01T00:00:00Z,7,
2126-01-01T00:00:00Z,8,
2026-01-01T08:00:00Z
2026-01-01T09:00:00Z,10,nan,too,many

2026-01-01T10:00:00Z,11,1e400
"""
    assert stored(city, text) == Counts(11, committed=3, refused=8)
    assert sorted(reasons(city), key=lambda one: one[1] or 0) == [
        ("wrong_type", 1),
        ("wrong_type", 2),
        ("missing_field", 3),
        ("not_finite", 4),
        ("wrong_type", 5),
        ("clock", 6),
        ("clock", 7),
        ("missing_field", 8),
    ]
    flags = "SELECT flags & 196608 FROM reading ORDER BY measured_at"
    assert rows(city, flags) == [(0,), (1 << 16,), (1 << 17,)]


def test_an_offset_that_is_given_wins_over_the_zone(city: str) -> None:
    text = "measured_at,index_m3\n2026-01-01T00:00:00Z,1\n2026-01-01T00:00:00+01:00,2\n1767222000,3\n"
    assert stored(city, text, zone=SHANGHAI).committed == 3
    assert one(city, "SELECT count(DISTINCT measured_at) FROM reading") == 2


@pytest.mark.parametrize(
    ("text", "columns", "complaint"),
    [
        ("", {}, "no column measured_at; the file has no header"),
        ("when,index_m3\n", {}, "no column measured_at; the file has when, index_m3"),
        (HISTORY, {**MAPPED, "flow_m3h": "Flow"}, "flow_m3h=Flow: the file has CreateDate, GTotal"),
        (
            f"measured_at,index_m3\n2026-01-01T00:00:00Z,1\n{'x' * 200_000},2\n",
            {},
            "after line 2: field larger than",
        ),
    ],
)
def test_what_is_wrong_with_the_file_is_said(
    city: str, text: str, columns: dict[str, str], complaint: str
) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        stored(city, text, columns=columns)


def test_many_rows_arrive_whole(city: str) -> None:
    lines = "".join(f"{1_600_000_000 + n},{n},{n / 7!r}\n" for n in range(12_345))
    assert stored(city, "measured_at,index_m3,flow_m3h\n" + lines) == Counts(12_345, committed=12_345)
    assert one(city, "SELECT sum(index_um3) FROM reading") == sum(range(12_345)) * 1_000_000


def report(done: "subprocess.CompletedProcess[bytes]") -> Any:  # noqa: ANN401 -- JSON
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def test_by_the_command_line(city: str, tmp_path: Path) -> None:
    packed = tmp_path / "history"
    packed.write_bytes(gzip.compress(HISTORY.encode("utf-8-sig")))
    mapping = ",".join(f"{ours}={theirs}" for ours, theirs in MAPPED.items())
    arguments = ("--columns", mapping, "--time-zone", "Asia/Shanghai", "--json")
    assert report(cli(city, str(packed), *arguments)) == {"stored": 2, "repeated": 0, "refused": 0}
    # Without a zone it is that of the device's site.
    from_stdin = cli(city, "-", "--columns", mapping, "--json", given=HISTORY.encode("utf-8-sig"))
    assert report(from_stdin) == {"stored": 0, "repeated": 2, "refused": 0}
    truncated = tmp_path / "truncated.gz"
    truncated.write_bytes(packed.read_bytes()[:-20])
    failed = cli(city, str(truncated), *arguments)
    assert failed.returncode == 1
    assert b"Traceback" not in failed.stderr
    assert b"truncated.gz" in failed.stderr
