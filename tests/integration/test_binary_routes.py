"""Frames that come by a route stand in the database, in UTC and with credit; what is none, with a reason."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from ingest.options import Route
from ingest.pipeline import Pipeline
from ingest.router import Router
from simulators.encoders import chirpstack, cjt188, modbus, smartico
from telemetry.model import MINUTE, RawMessage, instant, moment
from telemetry.store.batches import Counts
from telemetry.store.pool import connect
from tests.integration.ingesting import NOW, build_registry, rows

ROUTES: Final = (
    Route("dtu/+/up", "modbus", {"map": "fxgasflow", "device_level": 2}),
    Route("bus/+", "modbus", {"map": "tianxin", "devices": {"3": "D-03", "9": "NOBODY"}}),
    Route("meter/+", "cjt188", {"device_level": 2}),
    Route("application/#", "chirpstack", {"codec": "smartico_gas", "device": "device_name"}),
)
LOCAL: Final = datetime(2026, 3, 1, 7, 59, 30)  # noqa: DTZ001  # of a clock in Shanghai
FX: Final[dict[str, Any]] = {
    "base_index_m3": 3000.25,
    "flow_m3h": 2.5,
    "base_flow_m3h": 7.5,
    "temperature_degc": 14.5,
    "pressure_kpa": 301.5,
}
VORTEX: Final = {"base_flow_m3h": 36, "temperature_degc": 23, "pressure_kpa": 250}


@pytest.fixture
def city(database: str) -> str:
    build_registry(database)
    return database


def sent(city: str, messages: Sequence[tuple[str, bytes]]) -> Counts:
    with connect(city, "test", autocommit=True) as connection:
        into = Pipeline(connection, "test", Router(ROUTES), clock=lambda: NOW + MINUTE)
        return into.process([RawMessage(topic, payload, NOW) for topic, payload in messages])


def test_readings_of_every_binary_family_stand_as_their_devices_meant_them(city: str) -> None:
    credit = cjt188.metering("00000000000002", LOCAL, 12_345_678) + cjt188.purchases(
        "00000000000002", 17, 50_000, 1_250_000, 12_345
    )
    at = moment(NOW - MINUTE).astimezone(UTC)
    uplink = chirpstack.up(smartico.frame(854, 27.87), at, dev_eui="0101010101010101", name="D-04")
    counts = sent(
        city,
        [
            ("dtu/D-01/up", modbus.response(1, modbus.fxgasflow(index_m3=1000.5, **FX))),
            ("meter/D-02", credit.hex().encode()),
            ("bus/7", modbus.response(3, modbus.tianxin(base_index_m3=123_487.89, **VORTEX))),
            (chirpstack.topic("1", "0101010101010101"), uplink),
        ],
    )
    assert counts == Counts(4, committed=4)
    found = rows(
        city,
        "SELECT d.device, extract(epoch FROM r.measured_at)::float8 * 1e6, r.index_um3, r.base_index_um3"
        " FROM reading AS r JOIN device AS d USING (device_id) ORDER BY d.device",
    )
    eight_hours = 8 * 60 * MINUTE
    assert found == [
        ("D-01", NOW, 1_000_500_000, 3_000_250_000),
        ("D-02", instant(LOCAL.replace(tzinfo=UTC)) - eight_hours, 123_456_780_000, None),
        ("D-03", NOW, None, 123_487_890_000),
        ("D-04", NOW - MINUTE, 854_000, None),
    ]
    assert rows(city, "SELECT remaining_money, sequence FROM card_state") == [(123.45, 17)]


def test_what_is_no_reading_is_a_dead_letter_with_its_reason_and_device(city: str) -> None:
    answer = modbus.response(1, modbus.fxgasflow(index_m3=1000.5, **FX))
    unknown = modbus.response(9, modbus.tianxin(base_index_m3=1, **VORTEX))
    counts = sent(
        city,
        [
            ("dtu/D-01/up", answer[:-1]),
            ("meter/D-02", cjt188.request("00000000000002")),
            ("bus/7", unknown),
            ("bus/7", modbus.response(5, modbus.tianxin(base_index_m3=1, **VORTEX))),
            ("meter/NOBODY", cjt188.metering("1" * 14, LOCAL, 1) + cjt188.purchases("1" * 14, 1, 1, 1, 1)),
        ],
    )
    assert counts == Counts(5, refused=5)
    assert rows(city, "SELECT device, reason FROM dead_letter ORDER BY dead_letter_id") == [
        ("D-01", "decode_error"),
        ("D-02", "decode_error"),
        ("NOBODY", "unknown_device"),
        (None, "unknown_device"),
        ("NOBODY", "unknown_device"),
    ]
    assert rows(city, "SELECT count(*) FROM card_state") == [(0,)]
