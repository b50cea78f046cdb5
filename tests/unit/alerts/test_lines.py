"""What a meter's sensors are held against: others behind its station, or the station's own outlet."""

from typing import Any

import numpy as np
import pytest

from alerts.habits.drop import drop
from alerts.habits.history import HOURS, History
from alerts.habits.line import Lines, line
from alerts.replay.hours import HoursSoFar
from alerts.windows.hours import hours
from alerts.windows.window import Window
from telemetry.batch import Columns
from telemetry.model import DAY, HOUR, Floats, Instant
from telemetry.quality import Quality
from telemetry.registry import Registry, Supply
from tests.unit.alerts.registries import device, installation, meter, registry, station
from tests.unit.alerts.said import judged
from tests.unit.alerts.weeks import END, add, m3, past, weeks

NOBODY = np.full(HOURS, np.nan)


def plant() -> Registry:
    """One plant alone behind its station."""
    return registry(
        stations=[station(1)],
        supplies=[Supply(site="SITE", station="ST-1", valid_from=0)],
        devices=[device(1)],
        meters=[meter(1)],
        installations=[installation(1, 1, END - 99 * DAY)],
    )


def seen(outlet_pa: Floats, edit: Any = None) -> Window:  # noqa: ANN401 -- an edit
    known, own = plant(), past(weeks(edit))

    def supply(name: str, end: Instant, count: int) -> Floats:
        assert (name, count) == ("ST-1", HOURS)
        later = (END - end) // HOUR
        return np.concatenate((NOBODY[:later], outlet_pa[: HOURS - later]))

    def read(_until: object) -> History:
        return own

    lines = Lines(known, supply).beside([1], END, read)
    return Window(hours=hours(own, {1: (END - HOUR, END)}, {1: 0}, {}, known, lines))


def wandering() -> Floats:
    return np.asarray(400e3 + 4e3 * np.sin(np.arange(HOURS) / 50), dtype=np.float64)


def drifting(by_pa: float) -> Any:  # noqa: ANN401 -- an edit
    def edit(columns: Columns, _local: Floats, ago: Floats) -> None:
        add(columns, "pressure_pa", 3e3 * np.sin(np.arange(HOURS) / 50))
        add(columns, "pressure_pa", by_pa * np.clip(1 - ago / (9 * 24), 0, 1))

    return edit


@pytest.mark.parametrize(("by_pa", "said"), [(0.0, ["absent"]), (6e3, ["present"])])
def test_a_plant_alone_behind_its_station_is_held_against_the_outlet(by_pa: float, said: list[str]) -> None:
    assert judged("sensor_drift", seen(wandering(), drifting(by_pa))) == said


def test_a_regulator_that_wanders_takes_its_plant_along() -> None:
    leaving = 4e3 * np.clip(1 - np.arange(HOURS)[::-1] / (9 * 24), 0, 1)

    def edit(columns: Columns, local: Floats, ago: Floats) -> None:
        drifting(0.0)(columns, local, ago)
        add(columns, "pressure_pa", 0.75 * leaving)

    assert judged("sensor_drift", seen(wandering() + leaving, edit)) == ["absent"]


def test_where_the_station_says_nothing_either_nothing_rings() -> None:
    assert judged("sensor_drift", seen(NOBODY, drifting(6e3))) == ["absent"]


def test_a_network_that_is_emptier_than_usual_does_not_make_a_shut_customer_stuck() -> None:
    """The outlet stands as low as when gas is drawn, and nothing is lost on the way from it."""
    lower = np.where(np.arange(HOURS) >= HOURS - 50, -12e3, 0.0)

    def edit(columns: Columns, _local: Floats, ago: Floats) -> None:
        drawn = columns["volume_um3"] / 1e6
        columns["volume_um3"] = np.where(ago < 50, 0, columns["volume_um3"])
        add(columns, "pressure_pa", lower - 2e3 * np.where(ago < 50, 0.0, drawn))

    assert judged("register_stuck", seen(np.full(HOURS, 320e3) + lower, edit)) == ["-"]
    assert judged("register_stuck", seen(NOBODY, edit)) == ["present"], "nothing better is known"


def at_rest(days: float, drawn_days: float, share: float = 1.0, *, read: bool = True) -> Any:  # noqa: ANN401 -- an edit
    """Let a register stand for so many days; in the newest p is as low as by a share of what was drawn."""

    def edit(columns: Columns, _local: Floats, ago: Floats) -> None:
        drawn, stands = columns["volume_um3"] / 1e6, ago < days * 24
        low = drawn * np.where(stands, share * (ago < drawn_days * 24), 1.0)
        add(columns, "pressure_pa", -2e3 * low)
        columns["volume_um3"] = np.where(stands, 0, columns["volume_um3"])
        if not read:
            columns["quality"] = np.where(
                ago < drawn_days * 24, int(Quality.INTERPOLATED), columns["quality"]
            )

    return edit


@pytest.mark.parametrize(
    ("days", "drawn_days", "said"),
    [(2.0, 2.0, "present"), (14.0, 2.0, "present"), (14.0, 1.0, "-"), (14.0, 0.0, "-")],
)
def test_a_register_may_have_stood_at_rest_for_weeks_when_gas_begins_to_flow(
    days: float, drawn_days: float, said: str
) -> None:
    assert judged("register_stuck", seen(np.full(HOURS, 320e3), at_rest(days, drawn_days))) == [said]


def test_long_rests_teach_nothing_of_what_the_gas_takes() -> None:
    """A register that stood for days may have had gas flowing past it; a night or a weekend has not."""

    def edit(columns: Columns, _local: Floats, ago: Floats) -> None:
        long, weekend = (ago >= 300) & (ago < 300 + 5 * 24), (ago >= 600) & (ago < 648)
        columns["volume_um3"] = np.where(long | weekend, 0, columns["volume_um3"])

    own = past(weeks(edit))
    known = line(own, END)
    fall = drop(own, [known], [np.full(HOURS, 50.0)])
    assert not fall.learned[0, -420:-300].any()
    assert fall.learned[0, -648:-600].all()
    assert fall.learned[0, -276:-200].all(), "after the Dragon Boat Festival"


def test_hours_in_which_gas_often_flows_are_not_lost_among_nights() -> None:
    """Gas is drawn from 8 to 14 o'clock on every second day; then on three days on end, and it stands."""

    def edit(columns: Columns, local: Floats, ago: Floats) -> None:
        day = (np.arange(HOURS) - HOURS + 12) // 24
        rests = ((day % 2 == 1) & (day < -3)) | (local > 14) | (local < 8)
        columns["volume_um3"] = np.where(rests, 0, np.maximum(columns["volume_um3"], m3(np.array(4.0))))
        at_rest(68 / 24, 68 / 24)(columns, local, ago)

    assert judged("register_stuck", seen(np.full(HOURS, 320e3), edit)) == ["present"]


@pytest.mark.parametrize(
    ("days", "drawn_days", "share", "said"),
    [(1.0, 1.0, 0.55, "present"), (1.0, 1.0, 0.43, "-"), (3.0, 3.0, 0.43, "present"), (3.0, 3.0, 0.3, "-")],
)
def test_two_days_that_agree_tell_of_a_smaller_draw_than_one(
    days: float, drawn_days: float, share: float, said: str
) -> None:
    assert judged("register_stuck", seen(np.full(HOURS, 320e3), at_rest(days, drawn_days, share))) == [said]


def test_a_sensor_that_stood_at_the_end_of_its_range_teaches_nothing() -> None:
    """What it said is left out, weeks later still."""

    def edit(columns: Columns, local: Floats, ago: Floats) -> None:
        at_rest(2.0, 2.0)(columns, local, ago)
        columns["pressure_pa"] = np.where((ago > 400) & (ago < 430), 1600e3, columns["pressure_pa"])

    assert judged("register_stuck", seen(np.full(HOURS, 320e3), edit)) == ["present"]
    assert judged("register_stuck", seen(NOBODY, edit)) == ["present"], "by its own pressure alone"


def test_a_pressure_that_nobody_read_tells_of_no_gas() -> None:
    assert judged("register_stuck", seen(np.full(HOURS, 320e3), at_rest(2.0, 2.0, read=False))) == ["-"]


def test_what_was_drawn_the_day_before_need_not_be_what_is_drawn_now() -> None:
    """After a day of rest as much may flow as ever."""

    def edit(columns: Columns, local: Floats, ago: Floats) -> None:
        columns["volume_um3"] = np.where((ago >= 30) & (ago < 60), m3(0.01), columns["volume_um3"])
        at_rest(30 / 24, 30 / 24)(columns, local, ago)

    assert judged("register_stuck", seen(np.full(HOURS, 320e3), edit)) == ["present"]


def test_a_meter_that_falls_silent_is_judged_again_when_its_line_is_known() -> None:
    """Lines are known to midnight and six o'clock UTC, and this meter's last hour ends at four."""
    hours_so_far = HoursSoFar(plant())
    said = weeks()
    whole = said["interval_start"] + HOUR
    hours_so_far.learn(said | {"arrived_at": whole, "age": np.zeros_like(whole)}, END)
    judged_at = [
        at for at in range(END - HOUR, END + DAY, HOUR) if len(hours_so_far.judged(at - HOUR, at).targets)
    ]
    assert judged_at == [END - HOUR, END, END + 2 * HOUR]
