"""Roll-ups and retention: a refresh must not reach what was dropped."""

from collections.abc import Iterator

import pytest

from telemetry.store.rollups import unsafe_rollups
from tests.servers import create_database, drop_database
from tests.small_city import migrated

SHORTER = """
SELECT public.remove_retention_policy('pressure_sample');
SELECT public.add_retention_policy('pressure_sample', INTERVAL '20 days');
"""
OLD_SAMPLE = """
INSERT INTO pressure_sample (station_id, stream, measured_at, content_hash, received_at, message_id,
                             outlet_gauge_pressure_pa, flags)
VALUES (1, 0, now() - INTERVAL '40 days', 1, now(), 1, 100000, 0),
       (1, 0, now() - INTERVAL '3 hours', 1, now(), 1, 200000, 0)
"""
STATION = (
    "INSERT INTO zone (zone, name) VALUES ('z', 'z'); INSERT INTO station (station, zone) VALUES ('G', 'z')"
)
KEPT = "SELECT outlet_gauge_pressure_kpa FROM grafana.pressure_1h WHERE station = 'G' ORDER BY bucket"


@pytest.fixture
def timescale_database(timescale_dsn: str) -> Iterator[str]:
    dsn = create_database(timescale_dsn)
    yield dsn
    drop_database(dsn)


def test_shipped_policies_are_safe(database: str) -> None:
    with migrated(database) as connection:
        assert unsafe_rollups(connection) == []


def test_shorter_retention_is_told(timescale_database: str) -> None:
    with migrated(timescale_database) as connection:
        connection.execute(SHORTER.encode())
        told = unsafe_rollups(connection)
        assert [one.split(":")[0] for one in told] == [
            "pressure_sample_15min",
            "pressure_sample_1h",
            "pressure_sample_1min",
        ]
        assert "28 days" in told[0]
        assert "20 days" in told[0]


def test_rollups_outlive_raw_samples(timescale_database: str) -> None:
    with migrated(timescale_database) as connection:
        connection.autocommit = True
        connection.execute(STATION.encode())
        connection.execute(OLD_SAMPLE.encode())
        connection.execute(b"CALL public.refresh_continuous_aggregate('pressure_sample_1h', NULL, now())")
        assert [value for (value,) in connection.execute(KEPT.encode())] == [100, 200]
        for proc in ("policy_retention", "policy_refresh_continuous_aggregate"):
            jobs = connection.execute(
                b"SELECT job_id FROM timescaledb_information.jobs WHERE proc_name = %s"
                b" AND (hypertable_name = 'pressure_sample' OR proc_name <> 'policy_retention')",
                (proc,),
            ).fetchall()
            assert jobs, proc
            for (job,) in jobs:
                connection.execute(b"CALL public.run_job(%s)", (job,))
        raw = connection.execute(b"SELECT count(*) FROM pressure_sample").fetchone()
        assert raw == (1,)
        assert [value for (value,) in connection.execute(KEPT.encode())] == [100, 200]
