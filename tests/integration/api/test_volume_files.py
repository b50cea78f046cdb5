"""Files of volumes: Parquet beside CSV, the same as of a moment, and a manifest that both keep."""

import csv
import io
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pyarrow as pa
import pytest
from pyarrow import parquet

from api.volume_pages import Wanted
from api.volume_parquet import written
from telemetry.billing.gas_day import Granularity
from telemetry.store.pool import connect
from telemetry.store.registry_tables import load_registry
from tests.integration.api.conftest import City
from tests.integration.api.test_volumes import SPAN

PARQUET = "application/vnd.apache.parquet"
MEDIA = {"csv": "text/csv", "parquet": PARQUET}


@pytest.mark.parametrize("granularity", ["hour", "month"])
def test_parquet_holds_what_json_holds(city: City, granularity: str) -> None:
    items = city.caller.get("/volumes", granularity=granularity, **SPAN).json()["items"]
    answer = city.caller.get("/volumes", headers={"Accept": PARQUET}, granularity=granularity, **SPAN)
    assert answer.headers["content-type"] == PARQUET
    table = parquet.read_table(io.BytesIO(answer.content))
    rows = table.to_pylist()
    assert len(rows) == len(items) > 0
    for row, item in zip(rows, items, strict=True):
        for name, value in row.items():
            if isinstance(value, datetime):
                assert value == datetime.fromisoformat(item[name])
            elif name.endswith("volume_m3") and value is not None:
                assert (float(value), value.as_tuple().exponent) == (item[name], -6)
            else:
                assert value == item[name], name
    assert table.schema.field("base_volume_m3").type == pa.decimal128(18, 6)
    by_pyarrow = sum(row["base_volume_m3"] for row in rows)
    assert by_pyarrow * 10**6 == sum(round(item["base_volume_m3"] * 1e6) for item in items)


@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.parametrize("granularity", ["hour", "day"])
def test_a_file_keeps_its_manifest_whatever_is_revised(city: City, form: str, granularity: str) -> None:
    asked = SPAN | {"granularity": granularity, "zone": "city"}
    manifest = city.caller.get("/volumes/manifest", format=form, **asked).json()
    file = city.caller.get(
        "/volumes", headers={"Accept": MEDIA[form]}, as_of=manifest["as_of"], **asked
    ).content
    assert (sha256(file).hexdigest(), len(file)) == (manifest["sha256"], manifest["bytes"])
    items = city.caller.get("/volumes", as_of=manifest["as_of"], **asked).json()["items"]
    assert manifest["rows"] == len(items)
    assert manifest["base_volume_um3"] == sum(round(one["base_volume_m3"] * 1e6) for one in items)
    with connect(city.dsn, "test") as connection:
        connection.execute(
            """
            WITH old AS (
                INSERT INTO volume_hour_superseded
                SELECT (jsonb_populate_record(
                    NULL::volume_hour_superseded,
                    to_jsonb(v) || jsonb_build_object('superseded_at', now())
                )).* FROM volume_hour v JOIN meter USING (meter_id)
                WHERE meter = 'M1' ORDER BY v.interval_start LIMIT 5
                ON CONFLICT DO NOTHING RETURNING meter_id, interval_start
            )
            UPDATE volume_hour v SET revision = revision + 1, base_volume_um3 = base_volume_um3 + 1,
                                     computed_at = now()
            FROM old WHERE v.meter_id = old.meter_id AND v.interval_start = old.interval_start
            """
        )
    again = city.caller.get("/volumes", headers={"Accept": MEDIA[form]}, as_of=manifest["as_of"], **asked)
    assert again.content == file
    assert city.caller.get("/volumes", headers={"Accept": "text/csv"}, **asked).content != file
    later = city.caller.get("/volumes/manifest", format=form, **asked).json()
    assert later["base_volume_um3"] > manifest["base_volume_um3"]


def test_what_no_file_can_be_is_refused(city: City) -> None:
    for query, field in (({"limit": 5}, "limit"), ({"cursor": "x"}, "cursor"), ({"bom": 1}, "bom")):
        answer = city.caller.get("/volumes", headers={"Accept": PARQUET}, **SPAN, **query)
        assert (answer.status_code, answer.json()["field"]) == (400, field)
        answer = city.caller.get("/volumes/manifest", format="parquet", **SPAN, **query)
        assert (answer.status_code, answer.json()["field"]) == (400, field)
    answer = city.caller.get("/volumes/manifest", meter="nobody", **SPAN)
    assert (answer.status_code, answer.json()["field"]) == (400, "meter")


def test_a_long_parquet_file_comes_group_by_group(city: City) -> None:
    start, hours = datetime(2010, 1, 1, tzinfo=UTC), 35_000
    with connect(city.dsn, "test") as connection:
        connection.execute(
            """
            INSERT INTO volume_hour (meter_id, interval_start, revision, volume_um3, base_volume_um3,
                coverage, quality, method, flags, registry_version, calculation, cause, computed_at)
            SELECT meter_id, %s::timestamptz + n * INTERVAL '1 hour', 1, n, 2 * n, 1,
                0, 'ptz', 0, 1, 1, 'reading', now()
            FROM meter, generate_series(0, %s - 1) AS n WHERE meter = 'M3'
            """,
            (start, hours),
        )
        end = start + hours * timedelta(hours=1)
        wanted = Wanted(load_registry(connection), ["M3"], start, end, Granularity.HOUR)
        pieces = list(written(connection, wanted))
        connection.rollback()
    file = parquet.ParquetFile(io.BytesIO(b"".join(pieces)))
    assert [file.metadata.row_group(n).num_rows for n in range(4)] == [10_000, 10_000, 10_000, 5_000]
    assert len(pieces) == 5
    assert sum(file.read(["volume_m3"]).column(0).to_pylist()) * 10**6 == hours * (hours - 1) // 2


def test_serving_loads_no_parquet_library_until_asked() -> None:
    said = "import api.app, sys; sys.exit('pyarrow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", said], check=False, timeout=60).returncode == 0


def test_csv_lines_as_of_a_moment_are_those_that_stood(city: City) -> None:
    before = "2020-06-01T00:00:00Z"
    text = city.caller.get("/volumes", headers={"Accept": "text/csv"}, as_of=before, **SPAN).text
    assert list(csv.DictReader(io.StringIO(text, newline=""))) == []
