"""A register that stands while the meter in series with it counts."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pytest

from alerts.evidence.in_series import InSeries
from alerts.habits.history import History
from alerts.windows.hours import hours
from alerts.windows.window import Window
from telemetry.batch import Columns
from telemetry.model import DAY, HOUR, Floats, Instant
from telemetry.registry import Bypass, Registry
from tests.unit.alerts.registries import device, installation, meter, registry
from tests.unit.alerts.said import evidence, judged
from tests.unit.alerts.weeks import END, past, weeks

_MAIN, _CHECK = 1, 2


def pair(**more: Any) -> Registry:  # noqa: ANN401 -- rows of a registry
    """Two meters in series, of which the second checks the first."""
    return registry(
        devices=[device(_MAIN), device(_CHECK), device(3)],
        meters=[
            meter(_MAIN, qmin_m3h=1.0),
            meter(_CHECK, qmin_m3h=1.0, role="check", checks="M-1"),
            meter(3, role="bypass"),
        ],
        installations=[installation(one, one, END - 99 * DAY) for one in (_MAIN, _CHECK, 3)],
        **more,
    )


def standing(begin: int) -> Any:  # noqa: ANN401 -- an edit
    def edit(columns: Columns, _local: Floats, ago: Floats) -> None:
        columns["volume_um3"] = np.where(ago < begin, 0, columns["volume_um3"])

    return edit


def said(city: Registry, meter_id: int, own: Columns, *others: Columns) -> list[str]:
    def read(until: Mapping[int, Instant]) -> History:
        assert {one["meter_id"].item(0) for one in others} <= set(until) <= {_MAIN, _CHECK, 3} - {meter_id}
        return past(*others)

    found = past(own)
    series_m3 = InSeries(city).counted_m3(found, read)
    new = {meter_id: (END - HOUR, END)}
    window = Window(hours=hours(found, new, {meter_id: 0}, {}, city, {}, series_m3))
    if judged("register_stuck", window) == ["present"]:
        assert evidence("register_stuck", window)["flow_in_series_h"] > 0
    return judged("register_stuck", window)


@pytest.mark.parametrize(("own", "other"), [(_MAIN, _CHECK), (_CHECK, _MAIN)])
def test_either_is_stuck_while_the_other_counts(own: int, other: int) -> None:
    stuck = weeks(standing(16), meter_id=own)
    assert said(pair(), own, stuck, weeks(meter_id=other)) == ["present"]
    assert said(pair(), own, stuck, weeks(standing(16), meter_id=other)) == ["-"], "both stand: it is shut"


def test_what_flows_below_the_smallest_flow_need_not_be_counted() -> None:
    def trickle(columns: Columns, _local: Floats, ago: Floats) -> None:
        columns["volume_um3"] = np.where(ago < 16, columns["volume_um3"] // 10, columns["volume_um3"])

    assert said(pair(), _MAIN, weeks(standing(16)), weeks(trickle, meter_id=_CHECK)) == ["-"]


BYPASS: Final = Bypass(bypass="B", around="meter", target="M-1", valid_from=0, metered_by="M-3")


def shut(columns: Columns, _local: Floats, _ago: Floats) -> None:
    columns["volume_um3"] = 0 * columns["volume_um3"]


@pytest.mark.parametrize(("in_bypass", "expected"), [(None, "-"), (shut, "present")])
def test_the_main_meter_stands_rightly_while_that_in_its_bypass_counts(
    in_bypass: Any,  # noqa: ANN401 -- an edit
    expected: str,
) -> None:
    city = pair(bypasses=[BYPASS])
    stuck, check = weeks(standing(16)), weeks(meter_id=_CHECK)
    assert said(city, _MAIN, stuck, check, weeks(in_bypass, meter_id=3)) == [expected]
    assert said(city, _MAIN, stuck, check) == ["-"], "of the one in the bypass nothing is known"


def test_the_check_meter_is_stuck_whatever_its_mains_bypass_does() -> None:
    stuck = weeks(standing(16), meter_id=_CHECK)
    assert said(pair(bypasses=[BYPASS]), _CHECK, stuck, weeks()) == ["present"]


def test_a_register_that_moves_asks_for_nothing() -> None:
    def read(_until: Mapping[int, Instant]) -> History:
        raise AssertionError

    assert np.isnan(InSeries(pair()).counted_m3(past(weeks()), read)).all()
