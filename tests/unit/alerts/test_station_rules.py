"""Rules about regulator stations that look back, at their limits, and what must not ring."""

from collections.abc import Sequence

import numpy as np
import pytest

from alerts.windows.limits import LimitTable
from alerts.windows.look_back import LOOK_BACK
from alerts.windows.window import Window
from telemetry.model import SECOND, Stream
from tests.unit.alerts.registries import registry, setpoint, station
from tests.unit.alerts.said import BEGIN, NAN, City, judged, limits, proofs, stations

# set 300 kPa, AC 5 %, SG 10 %: accuracy 15, lock-up 330, low 279; 300 + 6 psi: 341.369


def at(rows: int, step_s: float, begin_s: float = 0.0) -> list[float]:
    return [begin_s + step_s * row for row in range(rows)]


def last(rule: str, window: Window) -> str:
    return judged(rule, window)[-1]


@pytest.mark.parametrize(
    ("outlet_kpa", "maximum_kpa", "said"),
    [
        (341.3, NAN, "-"),
        (341.4, NAN, "present"),
        (300.0, 341.4, "present"),
        (334.5, NAN, "absent"),
        (330.0, 330.0, "absent"),
        (NAN, NAN, "-"),
    ],
)
def test_overprotection_ceiling(outlet_kpa: float, maximum_kpa: float, said: str) -> None:
    assert judged("overprotection_ceiling", stations(outlet_kpa, maximum_kpa=maximum_kpa)) == [said]


def test_the_ceiling_rings_at_once_and_not_without_a_set_point() -> None:
    city = City("overprotection_ceiling")
    city.look(stations([380.0], at_s=[0.0]), 0)
    assert city.happened == [(0.0, "normal", "active")]
    assert judged("overprotection_ceiling", stations(900.0, limit=limits(1, set_kpa=NAN))) == ["-"]


def test_the_ceiling_never_lies_below_what_a_lock_up_may_reach() -> None:
    known = registry(
        stations=[station(1), station(2, high=370), station(3, high=310)],
        setpoints=[
            setpoint(1, Stream.A, 300, accuracy_class_pct=5, lockup_class_pct=20),
            setpoint(2, Stream.A, 300, accuracy_class_pct=5, lockup_class_pct=10),
            setpoint(3, Stream.A, 2.5, accuracy_class_pct=5, lockup_class_pct=10),
        ],
    )
    found = LimitTable(known).at(np.array([1, 2]), np.zeros(2, dtype=np.int64), np.full(2, BEGIN))
    assert found.ceiling_pa.tolist() == [366e3, 370e3]


@pytest.mark.parametrize(
    ("outlet_kpa", "flow_m3h", "said"),
    [
        (333.3, 0.0, "-"),
        (333.4, 0.0, "present"),
        (333.4, 5.0, "present"),
        (333.4, 5.1, "absent"),
        (333.4, NAN, "-"),
        (330.0, 0.0, "absent"),
        (330.1, 0.0, "-"),
        (NAN, 0.0, "-"),
    ],
)
def test_lockup_failure_by_its_level(outlet_kpa: float, flow_m3h: float, said: str) -> None:
    assert judged("lockup_failure", stations(outlet_kpa, flow_m3h=flow_m3h)) == [said]


def test_lockup_failure_is_not_armed_without_a_set_point() -> None:
    nothing = limits(2, set_kpa=NAN)
    assert judged("lockup_failure", stations([400.0, 400.0], flow_m3h=[0.0, 50.0], limit=nothing)) == [
        "-",
        "-",
    ]


def test_an_outlet_that_climbs_within_its_lock_up_class_is_lawful() -> None:
    climbing = [316.0 + 0.5 * minute for minute in range(50)]
    city = City("lockup_failure")
    city.look(stations(climbing[:29], at_s=at(29, 60), flow_m3h=0.0), 29 * 60)
    assert city.happened == []
    city.look(stations(climbing[29:], at_s=at(21, 60, 29 * 60), flow_m3h=0.0), 50 * 60)
    assert city.happened == [(2400.0, "pending", "active")]


def test_locking_up_in_the_evening_does_not_ring() -> None:
    """Demand ends within a minute; the outlet takes five to reach its lock-up pressure, and stays there."""
    rng = np.random.default_rng(5)
    kpa = np.concatenate(([302.0] * 30, np.linspace(302, 329, 60), [329.0] * 700)) + rng.normal(0, 0.2, 790)
    flow = np.concatenate(([400.0] * 30, np.linspace(400, 0, 12), [0.0] * 748))
    city = City("lockup_failure", "outlet_pressure_high", "pressure_rate_of_fall", "regulator_hunting")
    city.look(stations(kpa.tolist(), at_s=at(790, 5), flow_m3h=flow.tolist()), 790 * 5)
    assert (city.states, city.happened) == ([], [])


def hunting(period_s: float, swing_kpa: float, step_s: float, rows: int) -> list[float]:
    seconds = step_s * np.arange(rows)
    wave: list[float] = (300 + swing_kpa * np.sin(2 * np.pi * seconds / period_s + 0.3)).tolist()
    return wave


@pytest.mark.parametrize(
    ("period_s", "swing_kpa", "step_s", "said"),
    [
        (20.0, 20.0, 2.0, "present"),
        (28.0, 20.0, 2.0, "present"),
        (24.0, 20.0, 10.0, "present"),
        (20.0, 14.0, 2.0, "-"),
        (20.0, 11.5, 2.0, "absent"),
        (70.0, 20.0, 2.0, "absent"),
        (20.0, 20.0, 13.0, "-"),
        (20.0, 20.0, 60.0, "-"),
    ],
)
def test_regulator_hunting(period_s: float, swing_kpa: float, step_s: float, said: str) -> None:
    """A swing of 15 kPa is the accuracy class; a station that speaks too seldom is not judged."""
    rows = round(120 / step_s) + 2
    window = stations(hunting(period_s, swing_kpa, step_s, rows), at_s=at(rows, step_s))
    assert last("regulator_hunting", window) == said


def test_hunting_needs_five_minutes_and_knows_streams_apart() -> None:
    city = City("regulator_hunting")
    swinging = hunting(20.0, 20.0, 2.0, 200)
    city.look(stations(swinging, at_s=at(200, 2)), 400)
    ((rang_s, _, to),) = city.happened
    assert to == "active"
    assert 300 < rang_s <= 365
    often = stations([300.0] * 8, at_s=at(8, 10), maximum_kpa=318.0, minimum_kpa=283.0)
    assert last("regulator_hunting", often) == "present", "each message saw both sides"
    steady = [value for one in (290.0, 310.0) for value in [one] * 40]
    both = stations(steady, at_s=at(40, 2) * 2, station=[0] * 80, stream=[1] * 40 + [2] * 40)
    assert set(judged("regulator_hunting", both)) <= {"absent", "-"}
    assert (
        last("regulator_hunting", stations(swinging, at_s=at(200, 2), limit=limits(200, set_kpa=NAN))) == "-"
    )


@pytest.mark.parametrize(
    ("kpa", "step_s", "said"),
    [
        ([300.0, 300.0, 300.0, 254.9], 10, "present"),
        ([300.0, 300.0, 300.0, 255.1], 10, "-"),
        ([300.0, 300.0, 300.0, 278.0], 10, "absent"),
        ([345.0, 345.0, 345.0, 290.0], 10, "absent"),
        ([300.0, 300.0, 300.0, 200.0], 31, "absent"),
        ([300.0, 300.0, 300.0, 200.0], 301, "-"),
        ([300.0, 300.0, 300.0, NAN], 10, "-"),
    ],
)
def test_pressure_rate_of_fall(kpa: list[float], step_s: float, said: str) -> None:
    """15 % of the set point in a minute, of three samples; the end of a lock-up is no fall."""
    assert last("pressure_rate_of_fall", stations(kpa, at_s=at(len(kpa), step_s))) == said


@pytest.mark.parametrize(
    ("outlet_kpa", "flow_m3h", "said"),
    [
        (278.9, 422.0, "present"),
        (278.9, 418.0, "absent"),
        (279.1, 422.0, "absent"),
        (278.9, NAN, "absent"),
    ],
)
def test_a_torn_main_takes_more_gas_at_less_pressure(outlet_kpa: float, flow_m3h: float, said: str) -> None:
    """One sample a minute is enough: below the low limit within ten, with a twentieth more flow."""
    kpa = [*[300.0] * 8, 290.0, outlet_kpa]
    flow = [*[400.0] * 8, 410.0, flow_m3h]
    assert last("pressure_rate_of_fall", stations(kpa, at_s=at(10, 60), flow_m3h=flow)) == said


def test_a_main_may_be_torn_open_step_by_step() -> None:
    """1 % of 300 kPa a minute, for seven and a half: below the low limit of 279 kPa, with 10 % more flow."""
    kpa = [*[300.0] * 8, *np.linspace(297, 277.5, 8)]
    flow = [*[400.0] * 8, *np.linspace(405, 440, 8)]
    assert last("pressure_rate_of_fall", stations(kpa, at_s=at(16, 60), flow_m3h=flow)) == "present"


def test_a_trickle_that_grows_is_no_torn_main() -> None:
    kpa = [*[300.0] * 8, 290.0, 270.0]
    trickle = stations(kpa, at_s=at(10, 60), flow_m3h=[*[6.0] * 8, 7.0, 9.0])
    assert last("pressure_rate_of_fall", trickle) == "absent"


def test_a_burst_rings_after_half_a_minute_and_a_dip_does_not() -> None:
    city = City("pressure_rate_of_fall")
    city.look(stations([300.0] * 6 + [0.0] * 5 + [300.0] * 6, at_s=at(17, 5)), 85)
    assert city.happened == []
    city = City("pressure_rate_of_fall")
    city.look(stations([300.0] * 6 + [250.0] * 3 + [220.0] * 5, at_s=at(14, 5)), 65)
    assert city.happened == [(60.0, "pending", "active")]


def test_a_set_point_that_is_lowered_in_one_step_does_not_ring() -> None:
    rows = 60
    levels = np.where(np.arange(rows) < 30, 300.0, 240.0).tolist()
    city = City("pressure_rate_of_fall", "outlet_pressure_low", "outlet_pressure_high", "lockup_failure")
    window = stations(levels, at_s=at(rows, 5), limit=limits(rows, set_kpa=levels), flow_m3h=300.0)
    city.look(window, rows * 5)
    assert (city.states, city.happened) == ([], [])


@pytest.mark.parametrize(
    ("filter_kpa", "flow_m3h", "resistance", "said"),
    [
        (15.1, NAN, NAN, "present"),
        (15.0, NAN, NAN, "-"),
        (13.5, NAN, NAN, "absent"),
        (5.1, 100.0, 0.2, "present"),
        (5.0, 100.0, 0.2, "-"),
        (4.4, 100.0, 0.2, "absent"),
        (5.1, 10.0, 0.2, "absent"),
        (14.9, 9.0, 0.2, "-"),
        (NAN, 100.0, 0.2, "-"),
    ],
)
def test_filter_blocked(filter_kpa: float, flow_m3h: float, resistance: float, said: str) -> None:
    """A clean filter of 0.2 Pa/(m³/h)² shows 2 kPa at 100 m³/h: twice that and 1 kPa is 5."""
    window = stations(300.0, filter_kpa=filter_kpa, flow_m3h=flow_m3h, resistance=resistance)
    assert judged("filter_blocked", window) == [said]


@pytest.mark.parametrize(("filter_kpa", "said"), [(5.1, "present"), (5.0, "-"), (4.4, "absent")])
def test_a_filter_at_a_station_without_flow_goes_by_what_it_was_weeks_ago(
    filter_kpa: float, said: str
) -> None:
    window = stations(300.0, filter_kpa=filter_kpa, flow_m3h=NAN, filter_peak_kpa=2.0)
    assert judged("filter_blocked", window) == [said]


def test_a_filter_that_is_blocked_for_five_minutes_only_is_a_peak() -> None:
    city = City("filter_blocked")
    shown = [16.0] * 6 + [5.0] * 3 + [16.0] * 12
    city.look(stations([300.0] * 21, at_s=at(21, 60), filter_kpa=shown), 21 * 60)
    assert city.happened == [(60.0 * 19, "pending", "active")]


@pytest.mark.parametrize(
    ("inlet_kpa", "outlet_kpa", "said"),
    [
        (344.9, 300.0, "present"),
        (345.0, 300.0, "-"),
        (352.0, 300.0, "absent"),
        (NAN, 300.0, "-"),
        (300.0, NAN, "-"),
    ],
)
def test_inlet_pressure_low(inlet_kpa: float, outlet_kpa: float, said: str) -> None:
    assert judged("inlet_pressure_low", stations(outlet_kpa, inlet_kpa=inlet_kpa)) == [said]


def test_the_inlet_of_a_low_pressure_station_needs_five_kpa_more() -> None:
    low = limits(2, set_kpa=2.5)
    assert judged("inlet_pressure_low", stations([2.5, 2.5], inlet_kpa=[7.4, 9.0], limit=low)) == [
        "present",
        "absent",
    ]
    nothing = limits(1, set_kpa=NAN)
    assert judged("inlet_pressure_low", stations(2.5, inlet_kpa=0.0, limit=nothing)) == ["-"]


@pytest.mark.parametrize(("lel_pct", "said"), [(20.0, "present"), (19.9, "-"), (14.9, "absent"), (NAN, "-")])
def test_gas_detected(lel_pct: float, said: str) -> None:
    assert judged("gas_detected", stations(NAN, lel_pct=lel_pct)) == [said]


def test_proofs() -> None:
    window = proofs([365.0, 365.1, 500.0], [NAN, 365.1, 20.0])
    assert judged("setpoint_test_due", window) == ["absent", "present", "present"]
    assert judged("standby_unproven", window) == ["-", "present", "absent"]
    city = City("setpoint_test_due")
    city.look(window, 0)
    assert [(one.value, one.limit, one.evidence) for one in city.alarms] == [
        (365.0, 365.0, {"streams": ["A"]}),
        (500.0, 365.0, {"streams": ["A"]}),
    ]


def pair(
    duty_m3h: float,
    standby_m3h: float,
    outlet_kpa: float = 291.0,
    duty_shut: int = 0,
    rows: int = 8,
    step_s: float = 30.0,
) -> Window:
    """A station that speaks of its outlet, of stream A on duty at 300 kPa and of B in reserve at 290 kPa."""
    each: Sequence[int] = range(rows)
    roles = [role for _ in each for role in (NAN, 0.0, 1.0)]
    return stations(
        [value for _ in each for value in (outlet_kpa, NAN, NAN)],
        at_s=[step_s * row for row in each for _ in range(3)],
        station=[0] * 3 * rows,
        stream=[0, 1, 2] * rows,
        flow_m3h=[value for _ in each for value in (NAN, duty_m3h, standby_m3h)],
        slam_shut=[-1, duty_shut, 0] * rows,
        limit=limits(3 * rows, set_kpa=290.0, standby=roles),
    )


@pytest.mark.parametrize(
    ("window", "said"),
    [
        (pair(0.0, 300.0), "present"),
        (pair(140.0, 150.0), "present"),
        (pair(150.0, 140.0), "-"),
        (pair(300.0, 60.0), "absent"),
        (pair(0.0, 9.0), "-"),
        (pair(400.0, 0.0), "absent"),
        (pair(400.0, NAN), "absent"),
        (pair(NAN, 300.0), "-"),
        (pair(NAN, 300.0, duty_shut=1), "present"),
        (pair(NAN, NAN, duty_shut=1), "present"),
        (pair(NAN, NAN, outlet_kpa=200.0, duty_shut=1), "-"),
        (pair(NAN, NAN, duty_shut=-1), "-"),
    ],
)
def test_standby_stream_active(window: Window, said: str) -> None:
    """Never by the outlet alone: 291 kPa is the standby's set point and lies in the duty's band."""
    assert last("standby_stream_active", window) == said
    assert judged("standby_stream_active", window)[-2] == "-", "the duty stream says nothing of it"


def test_a_standby_that_carries_rings_after_two_minutes() -> None:
    city = City("standby_stream_active")
    city.look(pair(0.0, 300.0), 210)
    assert city.happened == [(120.0, "pending", "active")]
    assert city.alarms[0].evidence["streams"] == ["B"]


def test_streams_that_share_a_peak_do_not_ring() -> None:
    city = City("standby_stream_active", "outlet_pressure_low", "slam_shut_tripped")
    city.look(pair(400.0, 120.0, outlet_kpa=287.0, rows=40), 1200)
    assert (city.states, city.happened) == ([], [])


def trip(
    outlet_kpa: Sequence[float], flow_m3h: Sequence[float], inlet_kpa: float = 800.0, step_s: float = 30.0
) -> Window:
    rows = len(outlet_kpa)
    return stations(outlet_kpa, at_s=at(rows, step_s), flow_m3h=flow_m3h, inlet_kpa=inlet_kpa)


DECAY = [300.0, 299.0, 285.0, 270.0, 255.0, 240.0, 230.0]
STOPPED = [400.0, 400.0, 0.0, 0.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("window", "said"),
    [
        (trip(DECAY, STOPPED), "present"),
        (trip(DECAY, STOPPED, step_s=60.0), "present"),
        (trip(DECAY, [0.0] * 7), "present"),
        (trip(DECAY, STOPPED, inlet_kpa=344.0), "-"),
        (trip(DECAY, [400.0] * 7), "-"),
        (trip(DECAY, [NAN] * 7), "-"),
        (trip(DECAY, [400.0] * 6 + [0.0]), "-"),
        (trip([300.0, 299.0, 290.0, 287.0, 285.0, 283.0, 281.0], STOPPED), "-"),
        (trip([200.0, 220.0, 240.0, 250.0, 260.0, 262.0, 270.0], STOPPED), "-"),
        (trip(DECAY, STOPPED, step_s=131.0), "-"),
        (trip([300.0, 299.0, 149.0], [400.0, 400.0, 0.0], step_s=131.0), "present"),
        (trip([300.0, 299.0, 149.0], [400.0, 400.0, 0.0]), "-"),
    ],
)
def test_a_trip_without_a_switch_is_inferred(window: Window, said: str) -> None:
    """Nothing flows, the inlet is well, and the outlet is below its low limit and does not rise."""
    assert last("slam_shut_tripped", window) == said


def test_an_inferred_trip_lists_its_evidence_and_returns_with_the_gas() -> None:
    city = City("slam_shut_tripped")
    city.look(trip(DECAY, STOPPED), 180)
    assert city.alarms[0].evidence["found_by"] == ["outlet_decays", "inlet_normal", "flow_stopped"]
    begin = trip([100.0, 100.0, 295.0, 300.0], [0.0, 0.0, 200.0, 200.0])
    city.look(begin, 181)
    assert city.states == ["active"], "its clock went back: the off-delay counts on ours"
    city = City("slam_shut_tripped")
    city.look(trip([*DECAY, 200.0, 295.0, 300.0], [*STOPPED, 0.0, 200.0, 200.0]), 300)
    assert [to for *_, to in city.happened] == ["active", "returned"]


def test_customers_who_stop_at_night_are_no_trip() -> None:
    city = City("slam_shut_tripped", "lockup_failure")
    city.look(trip([300.0] * 5 + [328.0] * 60, [400.0] * 5 + [0.0] * 60), 65 * 30)
    assert (city.states, city.happened) == ([], [])


def test_what_was_judged_before_raises_nothing_again() -> None:
    city = City("regulator_hunting", "overprotection_ceiling")
    kpa = [*hunting(20.0, 20.0, 2.0, 60), 300.0]
    kpa[10] = 400.0
    city.look(stations(kpa, at_s=at(61, 2), looked_back=60), 122)
    assert city.states == ["pending"], "the new sample alone, and the swings behind it"
    assert city.alarms[0].rule == "regulator_hunting"
    assert city.look(stations(kpa, at_s=at(61, 2), looked_back=61), 123) == []


def test_late_on_arrival_raises_nothing() -> None:
    rules = (
        "overprotection_ceiling",
        "gas_detected",
        "lockup_failure",
        "filter_blocked",
        "slam_shut_tripped",
    )
    city = City(*rules)
    late = stations(
        [400.0] * 30,
        at_s=at(30, 60),
        age_s=601.0,
        lel_pct=50.0,
        filter_kpa=30.0,
        flow_m3h=0.0,
        slam_shut=[1] * 30,
    )
    city.look(late, 30 * 60 + 601)
    assert city.alarms == []


def test_a_station_that_is_well_never_rings_beside_one_that_is_not() -> None:
    """Whatever one station does, its neighbour in the same window stays quiet."""
    rows, step_s = 200, 2.0
    ill = hunting(20.0, 40.0, step_s, rows)
    well = (300 + np.random.default_rng(1).normal(0, 0.3, rows)).tolist()
    window = stations(
        ill + well,
        at_s=at(rows, step_s) * 2,
        station=[0] * rows + [1] * rows,
        inlet_kpa=800.0,
        filter_kpa=[30.0] * rows + [2.0] * rows,
        lel_pct=[40.0] * rows + [0.0] * rows,
    )
    rules = (
        "regulator_hunting",
        "filter_blocked",
        "gas_detected",
        "pressure_rate_of_fall",
        "inlet_pressure_low",
    )
    city = City(*rules)
    city.look(window, rows * step_s)
    assert {one.target.id for one in city.alarms} == {"ST-0"}


def test_look_back_is_ten_minutes() -> None:
    assert LOOK_BACK == 600 * SECOND
