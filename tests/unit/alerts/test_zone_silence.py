"""Who of a zone fell silent together, and who speaks in which zone."""

import numpy as np
import pytest
from msgspec.structs import replace

from alerts.alarm import Target, TargetKind
from alerts.windows.zone_silence import LEAST, fell_together, zone_speakers
from telemetry.registry import Zone
from tests.unit.alerts.registries import device, installation, meter, registry, station

EVERY_S = 600.0


def together(silence_s: np.ndarray) -> tuple[int, int]:
    found = fell_together(silence_s, np.full(silence_s.size, EVERY_S))
    return found.silent, found.spoke


def test_nobody_who_is_not_late_counts_as_silent() -> None:
    assert together(np.linspace(0, 1.25 * EVERY_S, 50)) == (0, 50)


def test_all_who_spoke_within_the_interval_before_fell_together() -> None:
    outage = np.linspace(2000, 2000 + EVERY_S, 40)
    assert together(outage) == (40, 40)
    assert together(np.r_[outage, np.linspace(0, EVERY_S, 40)]) == (40, 80)


def test_who_was_late_before_neither_fell_nor_spoke() -> None:
    outage = np.linspace(2000, 2000 + EVERY_S, 40)
    assert together(np.r_[outage, np.full(100, 90_000.0)]) == (40, 40)


def test_of_two_groups_the_one_that_leaves_fewer_counts() -> None:
    """900 of 2,000 fell long ago, then 600 of the 1,100 that were left: the later ones are a larger share."""
    long_ago, lately, well = np.full(900, 90_000.0), np.full(600, 3_000.0), np.full(500, 10.0)
    assert together(np.r_[long_ago, lately, well]) == (600, 1100)


def test_fewer_than_the_least_say_nothing() -> None:
    assert together(np.full(LEAST - 1, 5_000.0)) == (0, LEAST - 1)
    assert together(np.full(LEAST, 5_000.0)) == (LEAST, LEAST)


def test_of_whom_nothing_is_expected_does_not_count() -> None:
    assert together(np.r_[np.full(20, 5_000.0), np.full(30, np.inf)]) == (20, 20)


def test_who_speaks_seldom_is_late_later() -> None:
    silence_s, interval_s = np.full(40, 1000.0), np.r_[np.full(20, 10.0), np.full(20, 3600.0)]
    assert fell_together(silence_s, interval_s)[:2] == (20, 40)


@pytest.mark.parametrize(
    ("within", "zones"), [(LEAST, {"Z": LEAST}), (LEAST - 3, {"CITY": LEAST}), (LEAST - 4, {})]
)
def test_a_small_zone_is_taken_together_with_the_one_around_it(within: int, zones: dict[str, int]) -> None:
    """Three stations stand outside the zone, in the one around it; four of those within speak for meters."""
    stations = [station(n) for n in range(within - 4)]
    outside = [replace(station(100 + n), zone="CITY") for n in range(3)]
    known = registry(
        zones=[Zone(zone="CITY", name="city"), Zone(zone="Z", name="", parent="CITY")],
        stations=[*stations, *outside],
        devices=[device(n) for n in range(4)],
        meters=[meter(n) for n in range(4)],
        installations=[installation(n, n) for n in range(4)],
    )
    targets = [Target(TargetKind.STATION, one.station) for one in (*stations, *outside)]
    targets += [Target(TargetKind.DEVICE, f"D-{n}") for n in range(4)]
    found = zone_speakers(known, {target: place for place, target in enumerate(targets)})
    assert {one.zone: one.within.size for one in found if one.within.size} == zones
