"""What schema `grafana` works out is what alarms, billing and the raw samples say."""

from datetime import UTC, date, datetime, time, timedelta

import psycopg
import pytest

from alerts.windows.limits import station_limits
from telemetry.billing.gas_day import GasCalendar
from telemetry.model import HOUR, Instant, Stream, instant, moment
from telemetry.quality import Quality
from telemetry.store.migrate import profile_of
from telemetry.store.registry_tables import load_registry
from tests.small_city import migrated, populate

LIMITS = """
SELECT station, stream, set_kpa, low_low_kpa, low_kpa, high_no_flow_kpa, high_kpa, high_high_kpa
FROM grafana.limits
WHERE (valid_from IS NULL OR valid_from <= %(at)s) AND (valid_until IS NULL OR valid_until > %(at)s)
"""


def test_limits_are_those_that_alarms_use(database: str) -> None:
    with migrated(database) as connection:
        populate(connection)
        registry = load_registry(connection)
        for ago in (timedelta(0), timedelta(hours=7), timedelta(days=20_000)):
            at = datetime.now(UTC) - ago
            rows = connection.execute(LIMITS, {"at": at}).fetchall()
            shown = {(station, stream): limits for station, stream, *limits in rows}
            assert len(rows) == len(shown) == 3 * 3
            for station, streams in station_limits(registry, instant(at)).items():
                for stream, limits in streams.items():
                    name = "single" if stream == Stream.SINGLE else stream.name
                    expected = (
                        limits.set_gauge_pa,
                        limits.low_low_gauge_pa,
                        limits.low_gauge_pa,
                        limits.high_no_flow_gauge_pa,
                        limits.high_flowing_gauge_pa,
                        limits.high_high_gauge_pa,
                    )
                    in_kpa = [None if one is None else pytest.approx(one / 1000) for one in expected]
                    assert shown[station, name] == in_kpa, (station, name, ago)


CALENDARS = {
    "Asia/Shanghai": time(8),
    "Europe/Berlin": time(6),
    "America/St_Johns": time(0),
    "Australia/Lord_Howe": time(2),
    "UTC": time(0),
}
METER_WITH_HOURS = """
WITH z AS (INSERT INTO zone (zone, name, gas_day_start) VALUES (%(n)s, 'zone', %(start)s)),
     s AS (INSERT INTO site (site, zone, time_zone) VALUES (%(n)s, %(n)s, %(zone)s)),
     d AS (INSERT INTO device (device) VALUES (%(n)s)),
     i AS (INSERT INTO installation (meter, site, device, valid_from, index_m3)
           VALUES (%(n)s, %(n)s, %(n)s, '2026-03-01T00:30:00Z', 0)),
     m AS (INSERT INTO meter (meter, type, kind, qmax_m3h, digits, correction)
           VALUES (%(n)s, 'turbine', 'smart', 100, 8, 'ptz') RETURNING meter_id)
INSERT INTO volume_hour (meter_id, interval_start, revision, volume_um3, base_volume_um3, coverage,
                         quality, method, flags, registry_version, calculation, cause, computed_at)
SELECT meter_id, hour, 0, 1000000, 2000000, 1, 0, 'steps', 0, 1, 1, 'reading', now()
FROM m, unnest(%(hours)s::timestamptz[]) AS hour
"""
GAS_DAYS = """
SELECT s.time_zone, gas_day, first_hour_start, hours
FROM grafana.volume_gas_day JOIN grafana.site AS s USING (site)
"""


def test_gas_days_are_those_of_billing(database: str) -> None:
    spring, autumn = (instant(datetime(2026, month, 24, tzinfo=UTC)) for month in (3, 10))
    hours = [first + hour * HOUR for first in (spring, autumn) for hour in range(24 * 14)]
    shown: dict[str, dict[date, tuple[datetime, int]]] = {}
    with migrated(database) as connection:
        for number, (zone, start) in enumerate(CALENDARS.items()):
            moments = [moment(at) for at in hours]
            connection.execute(
                METER_WITH_HOURS, {"n": str(number), "zone": zone, "start": start, "hours": moments}
            )
        for zone, day, first, count in connection.execute(GAS_DAYS.encode()):
            shown.setdefault(zone, {})[day] = (first, count)
    for zone, start in CALENDARS.items():
        calendar = GasCalendar(zone, start)
        expected: dict[date, list[Instant]] = {}
        for at in hours:
            expected.setdefault(calendar.day_of(at), []).append(at)
        assert shown[zone] == {day: (moment(min(ats)), len(ats)) for day, ats in expected.items()}, zone
    assert {count for _, count in shown["Europe/Berlin"].values()} >= {23, 24, 25}


def test_hours_of_an_exchange_are_counted_once(database: str) -> None:
    with migrated(database) as connection:
        populate(connection)
        ours, days = one_row(
            connection,
            "SELECT (SELECT sum(base_volume_um3) / 1e6 FROM volume_hour)::float8,"
            " (SELECT sum(base_volume_m3) FROM grafana.volume_gas_day)",
            {},
        )
        assert days < ours, "hours of M2 before it was installed belong to nobody"
        of_m1, days_of_m1 = one_row(
            connection,
            "SELECT (SELECT sum(base_volume_m3) FROM grafana.volume_hour WHERE meter = 'M1'),"
            " (SELECT sum(base_volume_m3) FROM grafana.volume_gas_day WHERE meter = 'M1')",
            {},
        )
        assert of_m1 == pytest.approx(days_of_m1, rel=1e-12)


SHARES = """
SELECT gas_day, interval_start, v.base_volume_um3, v.quality, s.estimated_share
FROM grafana.volume_gas_day AS s
JOIN meter AS m USING (meter)
JOIN volume_hour AS v ON v.meter_id = m.meter_id
    AND ((v.interval_start AT TIME ZONE 'Asia/Shanghai') - INTERVAL '8 hours')::date = s.gas_day
WHERE meter = 'M1' ORDER BY interval_start
"""


def test_estimated_share_is_that_of_the_api(database: str) -> None:
    with migrated(database) as connection:
        populate(connection)
        rows = connection.execute(SHARES.encode()).fetchall()
    days = sorted({row[0] for row in rows})
    assert len(days) >= 4
    for day in days:
        hours = [row for row in rows if row[0] == day]
        doubtful = sum(
            base for _, _, base, quality, _ in hours if quality in (Quality.ESTIMATED, Quality.MISSING)
        )
        assert hours[0][4] == pytest.approx(doubtful / sum(row[2] for row in hours)), day
    assert any(row[4] > 0 for row in rows)


STEPS = (
    ("5 minutes", 250, 1),
    ("6 hours", 20_000, 20),
    ("6 hours", 1, 11),
    ("1 day", 86_400, 120),
    ("2 days", 172_800, 180),
    ("30 days", 2_592_000, 2_700),
    ("1 year", 31_536_000, 32_400),
)


def test_step_follows_the_panel_and_bounds_the_points(database: str) -> None:
    with migrated(database) as connection:
        for span, interval_ms, expected in STEPS:
            (seconds,) = one_row(
                connection,
                "SELECT extract(epoch FROM grafana.step("
                " '2026-08-01Z'::timestamptz - %(span)s::interval, '2026-08-01Z', %(interval_ms)s))::int",
                {"span": span, "interval_ms": interval_ms},
            )
            assert seconds == expected, span


RAW = """
SELECT station, stream, count(*), avg(outlet_gauge_pressure_kpa), max(outlet_gauge_pressure_kpa)
FROM grafana.pressure
WHERE measured_at < %(until)s AND measured_at >= %(until)s - INTERVAL '20 hours'
GROUP BY 1, 2 ORDER BY 1, 2
"""
ROLLED = """
SELECT station, stream, sum(samples), sum(outlet_gauge_pressure_kpa * samples) / sum(samples),
       max(outlet_max_gauge_pressure_kpa)
FROM grafana.pressure_{}
WHERE bucket < %(until)s AND bucket >= %(until)s - INTERVAL '20 hours'
GROUP BY 1, 2 ORDER BY 1, 2
"""
GRAINS = ("1min", "15min", "1h")


def test_rolled_up_pressures_equal_raw_ones(database: str) -> None:
    with migrated(database) as connection:
        populate(connection)
        until = {"until": one_row(connection, "SELECT date_trunc('hour', now())", {})[0]}
        raw = connection.execute(RAW, until).fetchall()
        if profile_of(connection) == "timescale":
            connection.commit()
            connection.autocommit = True
            for grain in GRAINS:
                # Part stays unmaterialised: both halves of the continuous aggregate are asked.
                refresh = f"CALL public.refresh_continuous_aggregate('pressure_sample_{grain}', %s, %s)"
                span = (until["until"] - timedelta(days=2), until["until"] - timedelta(hours=2))
                connection.execute(refresh.encode(), span)
        for grain in GRAINS:
            rolled = connection.execute(ROLLED.format(grain).encode(), until).fetchall()
            assert [row[:3] for row in rolled] == [row[:3] for row in raw], grain
            for one, other in zip(rolled, raw, strict=True):
                assert one[3] == pytest.approx(other[3], rel=1e-9), grain
                assert one[4] >= other[4], grain


DRAWN = """
SELECT (SELECT sum(outlet_gauge_pressure_kpa) / count(*)
        FROM grafana.pressure_series(
            ARRAY['G1'], %(until)s - INTERVAL '10 hours', %(until)s, %(interval_ms)s
        )),
       (SELECT avg(outlet_gauge_pressure_kpa) FROM grafana.pressure
        WHERE station = 'G1' AND measured_at >= %(until)s - INTERVAL '10 hours' AND measured_at < %(until)s)
"""


def test_series_mean_is_that_of_the_samples(database: str) -> None:
    with migrated(database) as connection:
        populate(connection)
        (until,) = one_row(connection, "SELECT date_trunc('hour', now())", {})
        for interval_ms in (1_000, 60_000, 900_000, 3_600_000):
            drawn, known = one_row(connection, DRAWN, {"until": until, "interval_ms": interval_ms})
            assert drawn == pytest.approx(known, rel=1e-9), interval_ms


def one_row(connection: psycopg.Connection, sql: str, parameters: dict[str, object]) -> tuple[float, ...]:
    row = connection.execute(sql.encode(), parameters).fetchone()
    assert row is not None
    return row
