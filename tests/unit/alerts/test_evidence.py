"""Each evidence of gas around a meter, held against figures worked out by hand."""

import numpy as np
import pytest

from alerts.evidence.balance import Balance, Counted, balance, filled, line_pack
from alerts.evidence.check_meter import deviation, usual_deviation
from alerts.evidence.finding import Finding
from alerts.evidence.hydraulic import EXPONENT, fitted, hydraulic, residuals
from alerts.evidence.opening import opening
from alerts.evidence.outlets import OutletHours
from alerts.evidence.steps import steps
from alerts.evidence.usage import usage
from alerts.evidence.warmth import warmth
from alerts.evidence.zone_share import zone_share
from alerts.habits.calendar import MOST_WEEKS
from alerts.habits.days import Days
from alerts.habits.history import HOURS
from telemetry.model import HOUR, Floats

K: float = 5e5  # Pa² by (m³/h)^1.82: at 100 m³/h 2.2e9 Pa², 4.5 kPa off 250 kPa
SENSORS = 1e8  # Pa²: 0.2 kPa off 250 kPa
HOUR_OF_DAY = np.arange(HOURS) % 24
LAST = np.arange(HOURS) >= HOURS - 5 * 24


def flow() -> Floats:
    """Between 40 and 160 m³/h, in the same rhythm each day, a tenth up or down from hour to hour."""
    by_chance = np.random.default_rng(1).normal(1, 0.1, HOURS)
    return (100 + 60 * np.sin(HOUR_OF_DAY / 24 * 2 * np.pi)) * by_chance


def loss(through: Floats) -> Floats:
    return K * through**EXPONENT + np.random.default_rng(2).normal(0, SENSORS, HOURS)


def one(values: Floats) -> Floats:
    return values[None, :]


QMIN = np.array([5.0])


def pipe_says(metered: Floats, lost: Floats) -> tuple[Finding, Finding]:
    pipe = fitted(lost, metered**EXPONENT)
    hours = residuals(pipe, metered, lost, QMIN)
    return hydraulic(hours), opening(pipe, hours)


def test_a_pipe_is_fitted_in_spite_of_a_week_of_bypass() -> None:
    through = flow()
    metered = np.where((np.arange(HOURS) > 300) & (np.arange(HOURS) < 468), 0.5 * through, through)
    pipe = fitted(one(loss(through) + 3e8), one(metered**EXPONENT))
    assert pipe.k[0] == pytest.approx(K, rel=0.02)
    assert pipe.offset[0] == pytest.approx(3e8, abs=1e8)


def test_a_pipe_that_carries_more_than_is_metered_says_how_much() -> None:
    # 40 % goes around: what is metered is 0.6 Q, and B = (Q - 0.6 Q) / Q.
    through = flow()
    metered = np.where(LAST, 0.6 * through, through)
    found = pipe_says(one(metered), one(loss(through)))[0]
    assert found.strength[0] > 10
    assert found.share[0] == pytest.approx(0.4, abs=0.02)
    assert found.days[0] == 5
    assert found.unmetered_m3[0] == pytest.approx((through - metered).sum(), rel=0.05)
    assert found.sigma_m3[0] < 0.2 * found.unmetered_m3[0]


def test_a_pipe_is_calm_when_everything_is_metered_and_says_nothing_without_pressure() -> None:
    through = flow()
    calm = pipe_says(one(through), one(loss(through)))[0]
    assert abs(calm.strength[0]) < 3
    assert np.isnan(pipe_says(one(through), one(np.full(HOURS, np.nan)))[0].strength[0])


def test_a_sensor_that_reads_low_looks_like_a_bypass_to_the_level_and_not_to_the_steps() -> None:
    # 2 kPa low at 250 kPa: p1² - p2² is about 1e9 Pa² larger at all flows.
    through = flow()
    drifted = one(loss(through) + np.where(LAST, 1e9, 0))
    assert pipe_says(one(through), drifted)[0].strength[0] > 4
    assert steps(one(through), drifted).strength[0] < 2


def test_steps_grow_with_the_share_that_goes_around() -> None:
    # The slope of the loss by 0.6 Q is 0.6^-1.82 = 2.53 times that by Q.
    through = flow()
    found = steps(one(np.where(LAST, 0.6 * through, through)), one(loss(through)))
    assert found.strength[0] > 4
    assert found.share[0] == pytest.approx(0.4, abs=0.05)


def test_a_bypass_that_is_opened_and_shut_shows_steps_of_the_one_without_the_other() -> None:
    through = flow()
    open_now = LAST & (HOUR_OF_DAY >= 8) & (HOUR_OF_DAY < 20)
    found = steps(one(np.where(open_now, 0.5 * through, through)), one(loss(through)))
    assert found.strength[0] > 4
    assert found.share[0] > 0.3


@pytest.mark.parametrize(
    ("open_hours", "choked", "comes_and_goes"),
    [((8, 20), 1.0, True), ((0, 24), 1.0, False), ((0, 0), 1.6, False), ((0, 0), 1.0, False)],
)
def test_what_comes_and_goes_within_days_is_no_strainer_that_chokes(
    open_hours: tuple[int, int], choked: float, comes_and_goes: bool
) -> None:
    through, (begin, end) = flow(), open_hours
    open_now = LAST & np.isin(HOUR_OF_DAY, range(begin, end))
    lost = loss(through) * np.where(LAST, choked, 1.0)
    level, change = pipe_says(one(np.where(open_now, 0.75 * through, through)), one(lost))
    assert (level.strength[0] > 4) == (end > begin or choked > 1)
    assert (change.strength[0] > 4) == comes_and_goes


def days(volume: Floats, temperature_k: Floats | None = None) -> Days:
    shape = volume.shape
    return Days(
        newest=np.zeros(1, dtype=np.int64),
        volume_m3=volume,
        temperature_k=np.full(shape, 288.0) if temperature_k is None else temperature_k,
        day_type=np.zeros(shape, dtype=np.int64),
    )


def used() -> Floats:
    return 1000 * (1 + np.random.default_rng(3).normal(0, 0.03, (1, 42)))


def test_use_that_falls_by_a_third_and_stays_there_is_told_unless_the_sector_does_the_same() -> None:
    volume = used()
    volume[:, :4] *= 0.67
    nobody = np.zeros_like(volume)
    found = usage(days(volume), volume, nobody)
    assert found.strength[0] > 5
    assert found.share[0] == pytest.approx(0.33, abs=0.05)
    assert found.days[0] == 4
    assert found.unmetered_m3[0] == pytest.approx(4 * 330, rel=0.15)
    everybody = nobody.copy()
    everybody[:, :7] = np.where(np.arange(7) < 4, -0.33, 0)
    assert usage(days(volume), volume, everybody).strength[0] < 2


def test_use_that_follows_the_weather_falls_with_it() -> None:
    # Eight percent of the use for each kelvin; the newest four days are four kelvin warmer.
    warm = 283 + np.random.default_rng(4).normal(0, 2, (1, 42))
    warm[:, :4] = 287.0
    volume = used() * np.exp(-0.08 * (warm - 283))
    nobody = np.zeros_like(volume)
    assert usage(days(volume, warm), volume, nobody).strength[0] < 2.5
    assert usage(days(volume), volume, nobody).share[0] > 0.2


def test_a_plant_that_is_shut_is_no_fall_of_use() -> None:
    volume = used()
    volume[:, :5] = 0.0
    assert not usage(days(volume), volume, np.zeros_like(volume)).strength[0] > 2


def test_the_zone_misses_gas_in_a_customers_hours() -> None:
    # A kitchen of 50 m³/h from 10 to 14 o'clock; 60 % of it goes missing, beside noise of 3 m³ an hour.
    hours = 28 * 24
    load = np.where((np.arange(hours) % 24 >= 10) & (np.arange(hours) % 24 < 14), 50.0, 0.0)
    noise = np.random.default_rng(5).normal(0, 3, hours)
    last = np.arange(hours) >= hours - 4 * 24
    found = zone_share(one(noise + np.where(last, 0.6 * load, 0)), one(load))
    assert found.strength[0] > 4
    assert found.share[0] == pytest.approx(0.6, abs=0.1)
    assert found.unmetered_m3[0] == pytest.approx(4 * 4 * 30, rel=0.2)
    leak = zone_share(one(noise + np.where(last, 20.0, 0)), one(load))
    assert not leak.strength[0] > 2.5, "a leak is the same at all hours"
    other = zone_share(one(noise + np.where(last, 5 * load, 0)), one(load))
    assert other.strength[0] == 0, "more than the customer burns is somebody else's"


def test_two_meters_in_series_over_the_newest_day_of_use() -> None:
    # 0.95 of 200 m³/h in every hour but two of the newest 24, in which one of them leapt: 5 % too little.
    check = np.where(HOUR_OF_DAY < 12, 200.0, 1.0)[-28 * 24 :]
    main = 0.95 * check
    main[[-20, -45]] *= 3.0
    found = deviation(one(main), one(check))
    assert found.deviation[0] == pytest.approx(-0.05)
    assert found.hours[0] == 20
    assert found.check_m3[0] == pytest.approx(4000)
    blind = one(np.where(np.arange(check.size) < check.size - 150, main, np.nan))
    assert np.isnan(deviation(blind, one(check)).deviation[0])


def test_what_a_pair_usually_differs_by_is_learned_from_plausible_days_before_the_newest_seven() -> None:
    check = np.where(HOUR_OF_DAY < 12, 200.0, 1.0)[-28 * 24 :]
    day = np.arange(check.size) // 24
    main = check * np.select([day >= 21, day >= 12], [0.9, 0.97], 0.99)
    assert usual_deviation(one(main), one(check), np.array([0.02]))[0] == pytest.approx(-0.01)
    assert usual_deviation(one(main), one(check), np.array([0.03]))[0] == pytest.approx(-0.01)
    assert usual_deviation(one(main[-19 * 24 :]), one(check[-19 * 24 :]), np.array([0.02]))[0] == 0


def test_what_a_zone_usually_lacks_is_taken_off_and_half_of_the_classes_with_it() -> None:
    # 1 % too much is counted every day, of the last 2 % are missing: 30 m³ of 1000 beyond the usual.
    # u = √((0.5 · 0.01/√3 · 24000)² + (0.5 · 0.01/√3 · 23520)²) and a minute at each end: 99.8.
    def day(members_m3h: Floats, supply_m3h: float = 1000.0) -> Balance:
        return balance(
            np.full((1, members_m3h.size), supply_m3h),
            Counted(members_m3h[None, :], np.zeros((1, members_m3h.size), dtype=np.bool_)),
            inlet_class=np.ones(1),
            member_class=np.ones(1),
            corrected=np.ones(1, dtype=np.bool_),
            line_pack_m3=0.0,
        )

    hours = np.full(28 * 24, 1010.0)
    hours[-24:] = 980.0
    found = day(hours)
    assert (found.residual_m3, found.usual_m3) == (pytest.approx(480), pytest.approx(-240))
    assert found.beyond_m3 == pytest.approx(720)
    assert found.sigma_m3 == pytest.approx(99.8, abs=0.1)
    assert day(hours, supply_m3h=0.0).usual_m3 == 0
    hours[-24:] = 1040.0
    too_much = day(hours)
    assert too_much.beyond_m3 == too_much.residual_m3 == pytest.approx(-960)
    assert too_much.sigma_m3 > 1.9 * found.sigma_m3, "what is too much is held against nothing"


def test_a_zones_balance_and_its_uncertainty() -> None:
    # 1000 m³/h in, 600 and 300 m³/h and 50 m³/h without p and T out, 100 m³ into the pipes:
    # r = 24 · 50 - 100 = 1100. u = class / √3: 0.01/√3 · 24000 = 138.6, 0.01/√3 · 14400 = 83.1,
    # 0.01/√3 · 7200 = 41.6, 0.015/√3 · 1200 = 10.4; weather 0.02 · 1200 = 24; a minute at each end
    # 1000/60 = 16.7 twice; half of the 100 m³. Together
    # √(138.6² + 83.1² + 41.6² + 10.4² + 24² + 2 · 16.7² + 50²) = 177.7.
    inlets = np.full((1, 48), 1000.0)
    members = np.array([600.0, 300.0, 50.0])[:, None] * np.ones((1, 48))
    known = Counted(members, np.zeros(members.shape, dtype=np.bool_))
    classes = np.array([1.0, 1.0, 1.5])
    corrected = np.array([True, True, False])
    found = balance(
        inlets,
        known,
        inlet_class=np.array([1.0]),
        member_class=classes,
        corrected=corrected,
        line_pack_m3=100.0,
    )
    assert found.residual_m3 == pytest.approx(1100)
    assert found.sigma_m3 == pytest.approx(177.7, abs=0.1)
    # Two hours of 300 m³ that are guessed: 50 % of 600 m³ beside the rest.
    members[1, -2:] = np.nan
    guessed = filled(members, np.zeros(members.shape, dtype=np.bool_))
    found = balance(
        inlets, guessed, inlet_class=np.ones(1), member_class=classes, corrected=corrected, line_pack_m3=0.0
    )
    assert found.residual_m3 == pytest.approx(1200)
    assert found.unknown_m3 == pytest.approx(600)
    assert found.sigma_m3 == pytest.approx(np.hypot(170.5, 300), abs=0.1)


def test_line_pack_is_the_pipes_volume_times_the_rise() -> None:
    # 2000 m³ of pipe and 5 kPa more: 2000 · 5 / 101.325 = 98.7 m³.
    pressure = np.full((3, 48), 400e3)
    pressure[:, -1] += 5e3
    pressure[2] = np.nan
    assert line_pack(pressure, 2000.0) == pytest.approx(98.69, abs=0.01)
    assert line_pack(pressure, None) == line_pack(np.full((1, 48), np.nan), 2000.0) == 0.0


def test_gas_that_stands_grows_as_warm_as_the_air() -> None:
    # Where much flows the gas is at 283 K, where hardly any does at 293 K.
    metered = np.where(HOUR_OF_DAY < 18, 100.0, 2.0)
    own = np.where(metered > 50, 283.0, 293.0) + np.random.default_rng(6).normal(0, 0.3, HOURS)
    always = np.ones((1, HOURS), dtype=np.bool_)
    calm = warmth(one(own), np.zeros((1, HOURS)), always, one(metered))
    assert abs(calm.strength[0]) < 2
    still = np.where(LAST, 293.0, own)
    found = warmth(one(still), np.zeros((1, HOURS)), always, one(metered))
    assert found.strength[0] > 2.5
    assert found.share[0] > 0.5


def test_outlets_are_kept_by_hour_in_parts_and_forgotten_after_their_weeks() -> None:
    kept = OutletHours()
    assert np.isnan(kept.before(7, 100 * HOUR)).all()
    kept.add(
        np.array([7, 7, 8]), np.array([99, 99, 98]) * HOUR, np.array([3e5, 1e5, 9e5]), np.array([1, 1, 3])
    )
    kept.add(np.array([7]), np.array([98]) * HOUR, np.array([5e5]), np.array([2]))
    assert kept.before(7, 100 * HOUR)[-2:].tolist() == [2.5e5, 2e5]
    assert kept.before(7, 99 * HOUR)[-1] == 2.5e5
    assert (kept.known_until(7), kept.known_until(9)) == (99 * HOUR, -HOUR)
    kept.add(np.array([7]), np.array([99 + MOST_WEEKS * 7 * 24 + 48]) * HOUR, np.array([1e5]), np.array([1]))
    assert np.isnan(kept.before(7, 100 * HOUR)[-1]), "its place is taken"
