"""Limits: the company's own, computed ones, two streams, dates."""

import numpy as np
import pytest

from alerts.windows.limits import Limits, LimitTable, station_limits
from alerts.windows.pressure_limits import DEFAULT_ACCURACY_PCT, DEFAULT_LOCKUP_PCT, deadband_pa
from telemetry.model import DAY, Stream
from tests.unit.alerts.registries import registry, setpoint, station
from tests.unit.alerts.said import BEGIN, NAN, limits

A, B, COMMON = Stream.A, Stream.B, Stream.SINGLE


def kpa(found: Limits) -> tuple[float | None, ...]:
    """Return set, low-low, low, high at no flow, high, high-high [kPa]."""
    pressures = (
        found.set_gauge_pa,
        found.low_low_gauge_pa,
        found.low_gauge_pa,
        found.high_no_flow_gauge_pa,
        found.high_flowing_gauge_pa,
        found.high_high_gauge_pa,
    )
    return tuple(None if one is None else one / 1000 for one in pressures)


def test_computed_from_set_point_and_classes() -> None:
    known = registry(
        stations=[station(1)],
        setpoints=[
            setpoint(1, A, 300, accuracy_class_pct=5, lockup_class_pct=10, opso_kpa=375, upso_kpa=200),
        ],
    )
    found = station_limits(known, BEGIN)["ST-1"]
    assert set(found) == {COMMON, A}
    assert kpa(found[COMMON]) == kpa(found[A]) == (300.0, 220.0, 279.0, 336.0, 321.0, 356.25)
    assert found[A].source == "computed"


def test_classes_that_nobody_gave_have_a_default_and_trips_have_none() -> None:
    assert (DEFAULT_ACCURACY_PCT, DEFAULT_LOCKUP_PCT) == (10.0, 20.0)
    known = registry(stations=[station(1)], setpoints=[setpoint(1, A, 100)])
    assert kpa(station_limits(known, BEGIN)["ST-1"][COMMON]) == (100.0, None, 88.0, 122.0, 112.0, None)


def test_a_lock_up_class_better_than_the_accuracy_class_narrows_nothing() -> None:
    column = limits(1, accuracy=10, lockup=2.5)
    assert column.high_no_flow_pa[0] == column.high_flowing_pa[0]


def test_the_companys_own_limits_win_one_by_one() -> None:
    known = registry(
        stations=[station(1, high=310, low_low=150)],
        setpoints=[setpoint(1, A, 300, accuracy_class_pct=5, lockup_class_pct=10, upso_kpa=200)],
    )
    found = station_limits(known, BEGIN)["ST-1"][COMMON]
    assert kpa(found) == (300.0, 150.0, 279.0, 310.0, 310.0, None)
    assert found.source == "company_and_computed"


def test_the_companys_own_limits_need_no_set_point() -> None:
    known = registry(stations=[station(1, high=310), station(2)])
    found = station_limits(known, BEGIN)
    assert kpa(found["ST-1"][COMMON]) == (None, None, None, 310.0, 310.0, None)
    assert found["ST-1"][COMMON].source == "company"
    assert kpa(found["ST-2"][COMMON]) == (None,) * 6
    assert found["ST-2"][COMMON].source == "none"


def test_two_streams_share_an_outlet() -> None:
    """The standby may lawfully be in control: the highest set point limits above, the lowest below."""
    classes = {"accuracy_class_pct": 5, "lockup_class_pct": 10}
    known = registry(
        stations=[station(1)],
        setpoints=[
            setpoint(1, A, 300, role="duty", opso_kpa=375, upso_kpa=200, **classes),
            setpoint(1, B, 280, role="standby", opso_kpa=400, upso_kpa=180, **classes),
        ],
    )
    found = station_limits(known, BEGIN)["ST-1"]
    assert kpa(found[COMMON]) == (300.0, 198.0, 260.4, 336.0, 321.0, 356.25)
    assert kpa(found[A]) == (300.0, 220.0, 279.0, 336.0, 321.0, 356.25)
    assert kpa(found[B]) == (280.0, 198.0, 260.4, 313.6, 299.6, 380.0)


def test_a_standby_that_is_set_higher_is_still_not_the_set_point_shown() -> None:
    known = registry(
        stations=[station(1)],
        setpoints=[setpoint(1, A, 300, "duty"), setpoint(1, B, 310, "standby", opso_kpa=400)],
    )
    found = kpa(station_limits(known, BEGIN)["ST-1"][COMMON])
    assert found[0] == 300.0
    assert found[-1] == 380.0, "the only trip there is"


def test_limits_are_those_of_their_date() -> None:
    known = registry(
        stations=[station(7), station(3)],
        setpoints=[
            setpoint(7, A, 100, valid_from=BEGIN),
            setpoint(7, A, 200, valid_from=BEGIN + DAY),
            setpoint(3, A, 50, valid_from=BEGIN + 2 * DAY),
        ],
    )
    asked = [
        (7, A, -1),
        (7, A, 0),
        (7, COMMON, DAY - 1),
        (7, COMMON, DAY),
        (7, B, DAY),
        (3, A, DAY),
        (3, A, 2 * DAY),
    ]
    found = LimitTable(known).at(
        np.array([station_id for station_id, _, _ in asked]),
        np.array([stream for _, stream, _ in asked]),
        np.array([BEGIN + later for _, _, later in asked]),
    )
    assert (found.set_pa / 1000).tolist() == pytest.approx([NAN, 100, 100, 200, 200, NAN, 50], nan_ok=True)
    assert station_limits(known, BEGIN - 1)["ST-7"][COMMON].source == "none"


def test_a_station_that_nobody_registered_has_no_limits() -> None:
    one = np.array([4711])
    for known in (registry(), registry(stations=[station(1, high=300)])):
        assert np.isnan(LimitTable(known).at(one, np.zeros(1, dtype=np.int64), one).high_flowing_pa).all()


def test_a_deadband_never_passes_half_the_way_to_the_set_point() -> None:
    limit, set_pa = np.array([300e3, 303e3, 300e3, 297e3]), np.array([200e3, 300e3, NAN, 300e3])
    assert deadband_pa(limit, set_pa, 0.02).tolist() == [6000.0, 1500.0, 6000.0, 1500.0]
