"""Local times become UTC by where a device stood then; what a clock says twice or never has an answer."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ingest.decoding import Decoded, Record
from ingest.site_clock import SiteClocks, in_utc, utc
from telemetry.model import (
    HOUR,
    MINUTE,
    CardState,
    DeviceEvent,
    Instant,
    PressureSample,
    Reading,
    instant,
)
from telemetry.quality import Flag
from telemetry.registry import Device, Installation, Registry, RegistryRows, Site, Station, Zone

BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")


def at(text: str) -> Instant:
    """Return a time as if it were UTC: what a decoder writes of a local one."""
    return instant(datetime.fromisoformat(text).replace(tzinfo=UTC))


def installed(device: str, site: str, since: str, removed: str | None = None) -> Installation:
    removed_at = at(removed) if removed else None
    return Installation(
        meter=f"M-{device}-{site}",
        site=site,
        device=device,
        valid_from=at(since),
        index_um3=0,
        removed_at=removed_at,
    )


ZONES = [
    Zone(zone="CITY", name="City", time_zone="Asia/Shanghai"),
    Zone(zone="WEST", name="West", parent="CITY"),
    Zone(zone="BARE", name="Bare"),
]
SITES = [
    Site(site="EAST", zone="CITY", time_zone="Asia/Shanghai"),
    Site(site="FAR", zone="CITY", time_zone="Asia/Urumqi"),
]
CLOCKS = SiteClocks(
    Registry(
        RegistryRows(
            zones=ZONES,
            sites=SITES,
            devices=[Device(device_id=number, device=f"D{number}") for number in range(3)],
            stations=[
                Station(station_id=1, station="S-SITE", zone="CITY", site="FAR"),
                Station(station_id=2, station="S-AREA", zone="WEST"),
                Station(station_id=3, station="S-BARE", zone="BARE"),
            ],
            installations=[
                installed("D0", "EAST", "2025-01-01", removed="2025-06-01"),
                installed("D0", "FAR", "2026-01-01T00:00:00"),
            ],
        )
    )
)


@pytest.mark.parametrize(
    ("name", "local", "zone"),
    [
        ("D0", "2024-01-01", "Asia/Shanghai"),
        ("D0", "2025-03-01", "Asia/Shanghai"),
        ("D0", "2025-09-01", "Asia/Shanghai"),
        ("D0", "2026-01-01T05:59", "Asia/Shanghai"),
        ("D0", "2026-01-01T06:00", "Asia/Urumqi"),
        ("D0", "2026-09-01", "Asia/Urumqi"),
        ("D1", "2026-09-01", None),
        ("nobody", "2026-09-01", None),
        ("S-SITE", "2026-09-01", "Asia/Urumqi"),
        ("S-AREA", "2026-09-01", "Asia/Shanghai"),
        ("S-BARE", "2026-09-01", None),
    ],
)
def test_whose_clock_runs_in_which_zone(name: str, local: str, zone: str | None) -> None:
    found = CLOCKS.zone(name, at(local))
    assert (found.key if found else None) == zone


def test_where_all_sites_share_a_zone_it_is_everybody_s() -> None:
    clocks = SiteClocks(Registry(RegistryRows(zones=ZONES, sites=SITES[:1])))
    assert [clocks.zone(name, 0) for name in ("D1", "nobody")] == [SHANGHAI] * 2
    assert SiteClocks(Registry(RegistryRows())).zone("D1", 0) is None


@pytest.mark.parametrize(
    ("local", "received", "expected"),
    [
        ("2026-07-01T08:00", "2026-07-01T06:00", "2026-07-01T06:00"),
        # Put back at 03:00 on 25 October: between 02:00 and 03:00 comes twice.
        ("2026-10-25T02:30", "2026-10-25T00:31", "2026-10-25T00:30"),
        ("2026-10-25T02:30", "2026-10-25T01:31", "2026-10-25T01:30"),
        ("2026-10-25T02:30", "2026-10-27T00:00", "2026-10-25T01:30"),
        ("2026-10-25T01:59:59", "2026-10-27T00:00", "2026-10-24T23:59:59"),
        ("2026-10-25T03:00", "2026-10-27T00:00", "2026-10-25T02:00"),
        # Put forward at 02:00 on 29 March: 02:30 is a clock that was not.
        ("2026-03-29T02:30", "2026-03-29T01:31", "2026-03-29T01:30"),
        ("2026-03-29T03:30", "2026-03-29T01:31", "2026-03-29T01:30"),
    ],
)
def test_what_a_clock_says_twice_or_never(local: str, received: str, expected: str) -> None:
    assert utc(at(local), BERLIN, at(received) + 5 * MINUTE) == at(expected)


@pytest.mark.parametrize("local", [-(10**18), 0, 10**18])
def test_a_time_that_no_calendar_has_stays_for_the_clock_to_be_refused(local: Instant) -> None:
    assert utc(local, BERLIN) == local


def of(*found: Record, **more: object) -> Decoded:
    numbered = [(position, record) for position, record in enumerate(found)]
    return Decoded(len(found), numbered, local_times=True, **more)  # type: ignore[arg-type]


def test_every_record_is_moved_and_says_so() -> None:
    local, moved = at("2026-09-01T08:00"), at("2026-09-01T02:00")
    found = in_utc(
        of(
            Reading(device="D0", measured_at=local, index_m3=1, flags=Flag.LOW_BATTERY),
            CardState(device="D0", measured_at=local, remaining_m3=5),
            PressureSample(station="S-SITE", measured_at=local),
            DeviceEvent(device="S-SITE", measured_at=local, code="relief"),
        ),
        moved,
        CLOCKS,
    )
    assert [record.measured_at for _, record in found.records] == [moved] * 4
    flags = [getattr(record, "flags", None) for _, record in found.records]
    assert flags == [Flag.LOW_BATTERY | Flag.SITE_CLOCK, None, Flag.SITE_CLOCK, None]
    assert not found.local_times
    assert in_utc(found, moved, CLOCKS) is found


def test_nobody_guesses_the_zone_of_who_stands_nowhere() -> None:
    one, two = (
        Reading(device="D1", measured_at=at("2026-09-01T08:00"), index_m3=1),
        CardState(device="D1", measured_at=at("2026-09-01T08:00")),
    )
    found = in_utc(Decoded(1, [(0, one), (0, two)], local_times=True), at("2026-09-01"), CLOCKS)
    assert found.records == []
    assert [(refusal.element, refusal.reason, refusal.device) for refusal in found.refusals] == [
        (0, "unknown_device", "D1")
    ]
    assert "time_zone" in found.refusals[0].detail


def test_the_route_s_word_goes_before_the_site_s() -> None:
    said = Reading(device="D0", measured_at=at("2026-09-01T08:00"), index_m3=1)
    found = in_utc(of(said, zone=BERLIN), at("2026-09-01T06:00"), CLOCKS)
    assert found.records[0][1].measured_at == said.measured_at - 2 * HOUR
