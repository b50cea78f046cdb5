"""Stations: what is abnormal now comes first, then what an alarm still says, then what fell silent."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from api.console.alarm_rows import ShownAlarm, _shown
from api.console.station_rows import ShownStream, _lines
from api.schemas.stations import Sample, Station
from telemetry.store.alarm_lists import AlarmRow

AT = datetime(2026, 7, 1, tzinfo=UTC)


def sample(**said: Any) -> Sample:  # noqa: ANN401 -- any field of a sample
    nothing = dict.fromkeys(Sample.model_fields, None)
    return Sample.model_validate(nothing | {"measured_at": AT, "received_at": AT, "flags": []} | said)


def stream(name: str | None, condition: str = "normal", *, age_s: float = 5, **said: Any) -> dict[str, Any]:  # noqa: ANN401
    latest = sample(stream=name, outlet_gauge_pressure_kpa=said.pop("outlet", 200), **said)
    return {
        "stream": name,
        "role": None,
        "set_kpa": 200,
        "condition": condition,
        "age_s": age_s,
        "limits": None,
        "latest": latest,
    }


def lines(*streams: dict[str, Any], alarms: Sequence[ShownAlarm] = ()) -> list[ShownStream]:
    names = dict.fromkeys(Station.model_fields, None) | {"station": "ST", "zone": "Z", "streams": streams}
    return _lines(Station.model_validate(names), alarms)


def alarm(priority: str, state: str) -> ShownAlarm:
    row = AlarmRow(
        1, "gone", "station", "ST", priority, state, [], AT, None, None, None, None, None, "m", "r", {}, None
    )
    return _shown(row, None, "en")


def test_the_order_is_present_condition_then_alarms_then_silence() -> None:
    (high_high,) = lines(stream(None, "high_high"))
    (high,) = lines(stream(None, "high"))
    (tripped,) = lines(stream(None, slam_shut="tripped"))
    (standing,) = lines(stream(None), alarms=[alarm("high", "acknowledged"), alarm("critical", "returned")])
    (returned,) = lines(stream(None), alarms=[alarm("critical", "returned")])
    (silent,) = lines(stream(None, age_s=3600))
    (calm,) = lines(stream(None))
    order = [high_high.rank, high.rank, standing.rank, returned.rank, silent.rank, calm.rank]
    assert order == sorted(order)
    assert len(set(order)) == len(order)
    assert tripped.rank == high_high.rank
    assert standing.alarm is not None
    assert standing.alarm.state == "acknowledged"


def test_streams_that_share_an_outlet_share_a_line_and_its_trouble() -> None:
    shared = lines(stream(None), stream("A", outlet=None), stream("B", outlet=None, slam_shut="tripped"))
    assert len(shared) == 1
    assert [part.stream for part in shared[0].parts] == ["A", "B"]
    assert shared[0].priority == "critical"
    own = lines(stream("A"), stream("B", "low"))
    assert [line.priority for line in own] == [None, "high"]


def test_a_station_that_never_spoke_has_a_line() -> None:
    (line,) = lines()
    assert line.stale
    assert line.bar is None
