"""Other formats over a real broker: by routes, for the devices bound to a gateway, in the site's time."""

from typing import Any, Final

import pytest

from citygas.embedded.broker import EmbeddedBroker
from ingest.options import Route
from ingest.replay import replay_refused
from ingest.router import Router
from telemetry.model import RawMessage
from telemetry.quality import Flag
from telemetry.store.batches import Counts
from telemetry.store.diagnosis import diagnose
from telemetry.store.pool import connect
from tests.integration.collecting import collector, open_session, options, publisher
from tests.integration.ingesting import NOW, build_registry, counters, one, pipeline, rows, said, until

SETTINGS: Final[dict[str, Any]] = {
    "device": "id",
    "elements": "rows",
    "time": {"path": "t", "as": "%Y-%m-%d %H:%M:%S"},
    "fields": {"index_m3": {"path": "v", "unit": "L"}},
    "speaker_level": 2,
}
ROUTES: Final = (
    Route("gateway/+/up", "json_map", SETTINGS),
    Route("dtu/+/up", "json_map", {"map": "dtu_flat", "device_level": 2, "time_zone": "UTC"}),
)
READINGS: Final = """
    SELECT device, to_char(measured_at AT TIME ZONE 'UTC', 'DD HH24:MI'), index_um3, flags & 49152
    FROM reading JOIN device USING (device_id) ORDER BY 1, 2"""

SUSPECT: Final = """
    SELECT device, count(*) FROM reading JOIN device USING (device_id)
    WHERE flags & %s <> 0 GROUP BY 1 ORDER BY 1"""


@pytest.fixture
def city(plain_database: str) -> str:
    build_registry(plain_database)
    return plain_database


def lines(*devices: str) -> dict[str, object]:
    return {"rows": [{"id": name, "t": "2026-02-28 08:30:00", "v": 12500} for name in devices]}


def test_a_gateway_speaks_for_its_devices_whatever_it_speaks(city: str, mosquitto: EmbeddedBroker) -> None:
    open_session(mosquitto, filters=["gateway/+/up", "dtu/+/up"])
    with publisher(mosquitto) as gateway:
        gateway.publish_at("gateway/GW-BOUND/up", lines("D-01", "D-02", "D-03", "NEW"))
        gateway.publish_at("gateway/GW-FREE/up", lines("D-03") | {"rssi": 7})
        gateway.publish_at("dtu/D-05/up", {"ts": "2026-02-28 08:30:00", "vm": 7})
        gateway.publish_at("gateway/GW-BOUND/down", lines("D-01"))
    with collector(city, options(mosquitto, routes=ROUTES)):
        until(lambda: counters(city) == Counts(6, committed=4, refused=2))
    site = int(Flag.SITE_CLOCK)
    assert rows(city, READINGS) == [
        ("D-01", "28 00:30", 12_500_000, site),
        ("D-02", "28 00:30", 12_500_000, site),
        ("D-03", "28 00:30", 12_500_000, site),
        ("D-05", "28 08:30", 7_000_000, site),
    ]
    letters = "SELECT device, reason, element FROM dead_letter ORDER BY element"
    assert rows(city, letters) == [("D-03", "identity_mismatch", 2), ("NEW", "identity_mismatch", 3)]
    assert rows(city, "SELECT decoder, device, key FROM unknown_key") == [("json_map", "GW-FREE", "rssi")]
    with connect(city, "test") as connection:
        connection.execute("INSERT INTO gateway (gateway, device) VALUES ('GW-BOUND', 'D-03')")
        connection.execute("INSERT INTO registry_import (changed) VALUES ('{}')")
    # The same reading came by the other gateway meanwhile.
    assert replay_refused(city, router=Router(ROUTES)) == Counts(received=4, duplicate=4)
    open_letters = "SELECT device FROM dead_letter WHERE replayed_at IS NULL"
    assert rows(city, open_letters) == [("NEW",)]


def test_where_sites_lie_in_several_zones_who_stands_nowhere_waits_for_its_site(city: str) -> None:
    router = Router(ROUTES)
    with connect(city, "test") as connection:
        connection.execute("INSERT INTO site (site, zone, time_zone) VALUES ('FAR', 'Z', 'Asia/Urumqi')")
        connection.execute("INSERT INTO registry_import (changed) VALUES ('{}')")
    payload = b'{"rows":[{"id":"D-19","t":"2026-02-28 08:30:00","v":1000}]}'
    with pipeline(city, router=router) as into:
        counts = into.process([RawMessage("gateway/G/up", payload, NOW)])
    assert counts == Counts(1, refused=1)
    (found,) = rows(city, "SELECT reason, device, detail FROM dead_letter")
    assert found[:2] == ("unknown_device", "D-19")
    assert "time_zone" in found[2]
    with connect(city, "test") as connection:
        connection.execute(
            "INSERT INTO meter (meter, type, kind, qmax_m3h, digits, correction)"
            " VALUES ('M-19', 'rotary', 'smart', 100, 6, 'pt')"
        )
        connection.execute(
            "INSERT INTO installation (meter, site, device, valid_from, index_m3)"
            " VALUES ('M-19', 'FAR', 'D-19', '2026-03-01Z', 0)"
        )
        connection.execute("INSERT INTO registry_import (changed) VALUES ('{}')")
    again = replay_refused(city, reason="unknown_device", devices=["D-19"], router=router)
    assert again == Counts(1, committed=1)
    assert rows(city, READINGS) == [("D-19", "28 02:30", 1_000_000, int(Flag.SITE_CLOCK))]


def test_a_clock_of_another_zone_is_kept_as_it_is_said_and_told_of(city: str) -> None:
    at = int(one(city, "SELECT extract(epoch FROM now())")) * 1_000_000
    every_hour = [at - hour * 3_600_000_000 for hour in range(5)]
    with pipeline(city) as into:
        # D-00 shows UTC and is taken for +08:00; D-01 is right; D-02 was cut off once.
        for number, when in enumerate(every_hour):
            into.process([said("D-00", 9 - number, ago_s=8 * 3600 + 3, at=when)])
            into.process([said(device, 9 - number, ago_s=3, at=when) for device in ("D-01", "D-02")])
        into.process([said("D-02", 1, ago_s=3600, at=at)])
    assert rows(city, SUSPECT, (int(Flag.CLOCK_SUSPECT),)) == [("D-00", 5), ("D-02", 1)]
    with connect(city, "test") as connection:
        assert diagnose(connection).suspect_clocks == [("D-00", 5, 28803.0)]
