"""Meters held against what is around them, from look to look."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from alerts.evidence.outlets import OutletHours
from alerts.habits.history import History
from alerts.windows.surroundings import AGAIN, Surroundings
from alerts.windows.window import Window
from telemetry.batch import Columns
from telemetry.model import DAY, HOUR, Floats, Instant
from telemetry.registry import Bypass, Registry, RegistryRows, Site, Zone
from tests.unit.alerts.meters_said import spoke
from tests.unit.alerts.registries import device, installation, meter
from tests.unit.alerts.weeks import END, past, weeks


def city(**rows: Any) -> Registry:  # noqa: ANN401 -- rows of the registry
    given = {
        "version": 1,
        "zones": [Zone(zone="Z", name="Zone", pipe_volume_m3=100.0)],
        "sites": [Site(site="SITE", zone="Z", time_zone="Asia/Shanghai")],
        "devices": [device(number) for number in range(1, 6)],
        "meters": [
            meter(1, accuracy_class=1.0),
            meter(2, accuracy_class=1.0),
            meter(3, accuracy_class=1.0, role="zone_inlet"),
            meter(4, accuracy_class=1.0, role="check", checks="M-1"),
            meter(5, accuracy_class=1.0, role="bypass"),
        ],
        "installations": [installation(number, number, END - 99 * DAY) for number in range(1, 6)],
    } | rows
    return Registry(RegistryRows(**given))


def burnt(number: int) -> Floats:
    return weeks(meter_id=number)["volume_um3"] / 1e6


def counting(number: int, volume_m3: Floats) -> Columns:
    """Return a meter's weeks of other volumes than the restaurant's."""
    rows = weeks(meter_id=number)
    volume_um3 = np.rint(volume_m3 * 1e6).astype(np.int64)
    bases = {"base_volume_um3": volume_um3 * 3, "device_base_volume_um3": volume_um3 * 3}
    return rows | {"volume_um3": volume_um3} | bases


LAST_DAY = np.arange(6 * 7 * 24) >= 6 * 7 * 24 - 27  # of which the three newest hours are not balanced yet


def whole(lost_m3: Floats | float = 0.0) -> History:
    """Two restaurants behind one inlet, one of them checked, a bypass that stands."""
    first, second = burnt(1), burnt(2)
    return past(
        counting(1, first),
        counting(2, second),
        counting(3, first + second + lost_m3),
        counting(4, first),
        counting(5, 0 * first),
    )


def looked(
    known: Registry, seen: History, *, permitted: Mapping[str, list[tuple[Instant, Instant]]] | None = None
) -> Window:
    around = Surroundings(known, OutletHours())
    return around.look(Window(), seen, {1: 7}, {}, lambda name: (permitted or {}).get(name, []))


def test_a_zone_whose_meters_count_all_is_even_and_a_leak_is_not() -> None:
    known = city()
    even = looked(known, whole()).zones
    assert [one.id for one in even.targets] == ["Z"]
    assert even.measured_at.tolist() == [END - 3 * HOUR]
    line_pack = even.balances[0].line_pack_m3
    assert even.beyond_m3[0] == pytest.approx(-line_pack, abs=1e-3)
    # Ten cubic metres an hour at metering conditions, thirty at base conditions, on 24 hours.
    leak = looked(known, whole(np.where(LAST_DAY, 10.0, 0.0))).zones
    assert leak.beyond_m3[0] == pytest.approx(720 - line_pack, abs=0.1)
    assert leak.beyond_m3[0] > 3 * leak.sigma_m3[0]
    assert leak.told(0)["candidates"] == [], "a leak is the same at all hours"


def test_a_zone_is_not_balanced_while_its_inlet_is_not_known() -> None:
    silent = whole()
    there = silent.of([0, 1, 3, 4])
    assert looked(city(), there).zones.targets == []


def test_a_pair_counts_what_the_meter_in_the_bypass_counted() -> None:
    first = burnt(1)
    around = past(counting(1, 0.7 * first), counting(4, first), counting(5, 0.3 * first))
    apart = looked(city(), around).pairs
    assert apart.deviation[0] == pytest.approx(-0.3, abs=1e-3)
    assert apart.checks == ["M-4"]
    # √(1² + 0.5² + 1² + 0.5²) = 1.58 %: both classes and both correctors.
    assert apart.allowed_pct[0] == pytest.approx(1.581, abs=1e-3)
    assert apart.age.tolist() == [0], "that of the freshest of both"
    bypass = Bypass(bypass="B", around="meter", target="M-1", valid_from=0, metered_by="M-5")
    together = looked(city(bypasses=[bypass]), around).pairs
    assert together.deviation[0] == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize(("qmin_m3h", "told"), [(0.5, True), (3.0, False)])
def test_what_a_check_meter_counts_below_its_smallest_flow_checks_nobody(qmin_m3h: float, told: bool) -> None:
    trickle = 0.25 * burnt(1)  # 1 to 2 m³/h
    check = meter(4, accuracy_class=1.0, role="check", checks="M-1", qmin_m3h=qmin_m3h)
    seen = past(counting(1, 0.9 * trickle), counting(4, trickle))
    apart = looked(city(meters=[meter(1, accuracy_class=1.0), check]), seen).pairs
    assert np.isnan(apart.deviation[0]) != told


def test_hours_in_which_a_job_let_the_bypass_be_open_say_nothing() -> None:
    first = burnt(1)
    half = np.where(LAST_DAY, 0.5 * first, first)
    seen = past(counting(1, half), counting(4, first))
    assert looked(city(), seen).pairs.deviation[0] < -0.2
    job = {"M-1": [(END - 27 * HOUR, END)]}
    assert looked(city(), seen, permitted=job).pairs.deviation[0] == pytest.approx(0.0, abs=1e-3)


def test_evidences_are_asked_every_four_hours_of_meters_that_bill() -> None:
    around = Surroundings(city(), OutletHours())
    seen = whole()

    def asked(at: History) -> list[str]:
        window = around.look(Window(), at, {}, {}, lambda _name: [])
        return [one.id for one in window.suspicions.targets]

    assert asked(seen) == ["M-1", "M-2"]
    assert asked(seen) == []
    later = weeks(meter_id=1)
    assert asked(past(later | {"interval_start": later["interval_start"] + AGAIN})) == ["M-1"]


def test_what_a_valve_or_a_lock_says_is_kept_until_it_says_otherwise() -> None:
    bypass = Bypass(bypass="B", around="meter", target="M-1", valid_from=0, isolation="lock")
    known = city(bypasses=[bypass])

    def says(*rows: dict[str, Any]) -> tuple[bool, bool]:
        around = Surroundings(known, OutletHours())
        around.hear(spoke(*rows, known=known).meters)
        found = around.look(Window(), whole(), {}, {}, lambda _name: []).suspicions
        return bool(found.unlocked[0]), bool(found.open[0])

    lock = {"index_m3": 1.0, "flags": 1 << 8}
    assert says({"index_m3": 1.0}) == (False, False)
    assert says(lock) == (True, False)
    assert says(lock, {"index_m3": 2.0}) == (False, False)
    assert says({"index_m3": 1.0, "meter_bypass_valve": 1}, {"index_m3": 2.0}) == (False, True)
    assert says({"index_m3": 1.0, "meter_bypass_valve": 1}, {"index_m3": 2.0, "meter_bypass_valve": 0}) == (
        False,
        False,
    )


def test_who_is_missing_is_asked_for_once() -> None:
    around = Surroundings(city(), OutletHours())
    seen = whole()
    assert around.missing(seen.of([0]), 1) == [2]
    around.learn(seen.of([2]))
    assert around.missing(seen.of([0]), 10) == [4, 5]
    assert around.missing(seen.of([0]), 10) == []
