"""What meters say, through the database, on both profiles."""

from collections.abc import Iterator

import pytest

from alerts.watch import Watch
from telemetry.model import SECOND, DeviceEvent, EventState, Instant, Reading, Valve
from telemetry.quality import Flag
from telemetry.store.pool import connect
from tests.integration.watching import Field, alarms, build_city

SEALED = """
INSERT INTO isolation (site, kind, valid_from, meter, index_m3)
VALUES ('SITE', 'sealed', '2024-01-01Z', 'M-2', 7);
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
