"""What meters say, through the database, on both profiles."""

from collections.abc import Iterator

import pytest

from alerts.watch import Watch
from telemetry.model import SECOND, CardState, DeviceEvent, EventState, Instant, Reading, Valve
from telemetry.quality import Flag
from telemetry.store.pool import connect
from tests.integration.watching import Field, alarms, build_city

SEALED = """
INSERT INTO isolation (site, kind, valid_from, meter, index_m3)
VALUES ('SITE', 'sealed', '2024-01-01Z', 'M-2', 7);
INSERT INTO registry_import (changed) VALUES ('{}');
"""

WEEKS = """
INSERT INTO volume_hour (
    meter_id, interval_start, revision, volume_um3, base_volume_um3, pressure_pa, temperature_k,
    correction_factor, coverage, quality, method, flags, registry_version, calculation, cause, computed_at
)
SELECT meter_id, at, 1, volume, 3 * volume, 300000, 288.15 + (n % 7) * 0.1, 3, 1, 0, 'ptz', 0, 1, 1,
       'reading', now()
FROM meter, generate_series(0, 959) AS n,
     LATERAL (SELECT date_trunc('hour', now()) - (n + 1) * interval '1 hour' AS at) AS hour,
     LATERAL (SELECT CASE WHEN extract(hour FROM at AT TIME ZONE 'Asia/Shanghai') BETWEEN 8 AND 19
                          THEN 5000000 + n % 13 * 100000 ELSE 0 END
                     + CASE WHEN n < 120 AND meter = 'M-1' THEN 200000 ELSE 0 END AS volume) AS used
WHERE meter IN ('M-1', 'M-2');
INSERT INTO volume_change (
    first_sequence, last_sequence, known_at, meter_ids, first_hours, last_hours, changes
)
SELECT 1, 1920, max(computed_at), array_agg(DISTINCT meter_id),
       array[min(first), min(first)], array[max(last), max(last)], '{960,960}'
FROM (SELECT meter_id, computed_at, min(interval_start) OVER () AS first,
             max(interval_start) OVER () AS last
      FROM volume_hour) AS hour;
"""

PREPAID = """
UPDATE meter SET kind = 'ic_card' WHERE meter = 'M-1';
INSERT INTO calibration (target, part, calibrated_on, next_due)
VALUES ('M-2', 'meter', '2024-01-01', '2026-01-01');
INSERT INTO registry_import (changed) VALUES ('{}');
"""


@pytest.fixture
def field(database: str) -> Iterator[Field]:
    build_city(database)
    field = Field(database)
    yield field
    field.connection.close()


@pytest.fixture
def watch(field: Field) -> Iterator[Watch]:
    with connect(field.dsn, "watch", autocommit=True) as connection:
        yield Watch(connection)


def raised(field: Field) -> dict[tuple[str, str], tuple[str, float | None]]:
    return {
        (str(one["rule"]), str(one["target_id"])): (str(one["state"]), one["value"])
        for one in alarms(field.connection)
    }


def test_what_meters_say_raises_what_it_should(field: Field, watch: Watch) -> None:
    field.connection.execute(SEALED.encode())
    now = field.now()

    def read(device: str, ago_s: float, index_m3: float, **more: object) -> Reading:
        at: Instant = now - round(ago_s * SECOND)
        return Reading(device=device, measured_at=at, index_m3=index_m3, **more)  # type: ignore[arg-type]

    field.readings(read("D-1", 500, 10.0, valve=Valve.CLOSED, disturbed_index_m3=1.0))
    watch.look()
    assert alarms(field.connection) == []
    field.readings(
        read("D-1", 100, 10.5, valve=Valve.CLOSED, disturbed_index_m3=1.5, flags=int(Flag.REVERSE_FLOW)),
        read("D-2", 120, 7.0),
        read("D-2", 60, 7.5),
    )
    field.event(
        DeviceEvent(device="D-2", measured_at=now - 30 * SECOND, code="magnetic_tamper", state=EventState.ON)
    )
    watch.look()
    assert raised(field) == {
        ("valve_mismatch", "M-1"): ("active", 0.5),
        ("disturbed_volume", "M-1"): ("active", 0.5),
        ("reverse_flow", "M-1"): ("active", None),
        ("flow_on_sealed", "M-2"): ("active", 0.5),
        ("tamper", "M-2"): ("active", None),
    }


def test_a_leak_in_stored_hours_rings_once_and_survives_a_restart(field: Field, watch: Watch) -> None:
    field.connection.execute(WEEKS.encode())
    field.count("D-1", 9000.0)
    field.count("D-2", 9000.0)
    watch.look(silences=True)
    assert raised(field) == {("night_leak", "M-1"): ("active", 0.2)}
    with connect(field.dsn, "watch", autocommit=True) as connection:
        again = Watch(connection)
        assert again.look(silences=True) is False
    assert list(raised(field)) == [("night_leak", "M-1")]
    row = field.connection.execute("SELECT volume_sequence FROM watch_progress").fetchone()
    assert row == (1920,)


def test_indices_credit_and_what_is_due(field: Field, watch: Watch) -> None:
    field.connection.execute(PREPAID.encode())
    now = field.now()
    for ago_h, index_m3, mechanical_m3, credit_m3 in ((30, 10.0, 10.0, 5.0), (0, 20.0, 17.0, -5.0)):
        at = now - ago_h * 3600 * SECOND
        field.card(
            Reading(device="D-1", measured_at=at, index_m3=index_m3, mechanical_index_m3=mechanical_m3),
            CardState(device="D-1", measured_at=at, remaining_m3=credit_m3, sequence=3),
        )
        watch.look(silences=True)
    assert raised(field) == {
        ("index_mismatch", "M-1"): ("active", 3.0),
        ("credit_exhausted_with_flow", "M-1"): ("active", -5.0),
        ("calibration_due", "M-2"): ("active", raised(field)["calibration_due", "M-2"][1]),
    }
