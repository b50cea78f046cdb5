"""The columns that the charts draw, in the units of their axes."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from psycopg import Connection

from api.parameters import Parameters, Time
from api.schemas.stations import Station
from api.units import degc, kpa, m3
from telemetry.quality import Quality
from telemetry.store.console import chart_hours
from telemetry.store.readings import reading_trend
from telemetry.store.stations import StationRow, StationTrendStep, station_trend

METER_SPANS: Final = ("24h", "7d", "30d")
STATION_SPANS: Final = ("1h", "24h", "7d")
_HOUR: Final = timedelta(hours=1)
_SPANS: Final[Mapping[str, timedelta]] = {
    "1h": _HOUR,
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}
_STEPS: Final[Mapping[str, timedelta]] = {
    "1h": timedelta(seconds=20),
    "24h": timedelta(minutes=5),
    "7d": timedelta(minutes=30),
    "30d": timedelta(hours=2),
}


class Chart(Parameters):
    """Which span a chart shows: until now, or around a time."""

    span: Literal["1h", "24h", "7d", "30d"] = "24h"
    around: Time | None = None

    def end(self, now: datetime) -> datetime:
        """Return when the chart ends."""
        return min(now, self.around + _SPANS[self.span] / 2) if self.around else now


def meter_chart(connection: Connection, meter: str, span: str, now: datetime) -> dict[str, Any]:
    """Return a meter's hours: base volume, quality, pressure and temperature."""
    end = now.replace(minute=0, second=0, microsecond=0) + _HOUR
    start = end - _SPANS[span]
    hours = {int(one.interval_start.timestamp()): one for one in chart_hours(connection, meter, start, end)}
    trend = {int(one.bin.timestamp()): one for one in reading_trend(connection, meter, (start, end), _HOUR)}
    at = list(range(int(start.timestamp()), int(end.timestamp()), 3600))
    return {
        "at": at,
        "base_volume_m3": [m3(hours[t].base_volume_um3) if t in hours else None for t in at],
        "quality": [Quality(hours[t].quality).word if t in hours else None for t in at],
        "pressure_kpa": [kpa(trend[t].pressure_pa) if t in trend else None for t in at],
        "temperature_degc": [degc(trend[t].temperature_k) if t in trend else None for t in at],
        "pressure_is_gauge": any(one.is_gauge for one in trend.values()),
        "total_m3": m3(sum(one.base_volume_um3 for one in hours.values())) if hours else None,
    }


def station_chart(
    connection: Connection, row: StationRow, live: Station, span: str, now: datetime
) -> dict[str, Any]:
    """Return a station's pressures and flow, stream by stream, on one time axis, with the limits."""
    step = _STEPS[span]
    start = now - _SPANS[span]
    rows = station_trend(connection, row.station_id, (start, now), step)
    at = sorted({int(one.bin.timestamp()) for one in rows})
    streams = [
        {
            "stream": one.stream,
            "limits": one.limits.model_dump() if one.limits else None,
            "set_kpa": one.set_kpa,
            **_columns(rows, number, at),
        }
        for number, one in ((_number(one.stream), one) for one in live.streams)
    ]
    return {"at": at, "step_s": step.total_seconds(), "streams": streams}


def _columns(
    rows: Sequence[StationTrendStep], stream: int, at: Sequence[int]
) -> dict[str, list[float | None]]:
    own = {int(one.bin.timestamp()): one for one in rows if one.stream == stream}
    return {
        "outlet_kpa": [kpa(own[t].outlet_pa) if t in own else None for t in at],
        "outlet_min_kpa": [kpa(own[t].outlet_min_pa) if t in own else None for t in at],
        "outlet_max_kpa": [kpa(own[t].outlet_max_pa) if t in own else None for t in at],
        "inlet_kpa": [kpa(own[t].inlet_pa) if t in own else None for t in at],
        "flow_m3h": [own[t].flow_m3h if t in own else None for t in at],
    }


def _number(stream: str | None) -> int:
    return {None: 0, "A": 1, "B": 2}[stream]
