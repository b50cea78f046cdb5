"""Stations as an operator reads them: abnormal first, each stream against its limits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from psycopg import Connection

from alerts.catalogue import catalogue
from api.console.alarm_rows import PRIORITIES, ShownAlarm
from api.console.bullet import Bullet, bullet
from api.limits import LimitCache
from api.schemas.stations import LiveStream, Station, station
from telemetry.store.stations import list_stations, station_snapshot, station_streams

_MOST: Final = 1000
_STALE_SECONDS: Final = 600.0
_CALM: Final = 4 * len(PRIORITIES)
_SILENT: Final = LiveStream(
    stream=None, role=None, set_kpa=None, condition="unknown", age_s=None, limits=None, latest=None
)
"""Of a station that nothing is set for and that never spoke."""


@dataclass(frozen=True)
class ShownStream:
    """One outlet of a station as a line of the list; ``parts`` are the streams that share it."""

    station: Station
    live: LiveStream
    parts: Sequence[LiveStream]
    bar: Bullet | None
    priority: str | None
    """Of the present condition, as its rule has it; None where all is normal."""
    stale: bool
    alarms: Sequence[ShownAlarm]

    @property
    def alarm(self) -> ShownAlarm | None:
        """The most urgent of the station's alarms, one whose cause is still there before others."""
        return min(self.alarms, key=_urgency, default=None)

    @property
    def rank(self) -> float:
        """How urgent this is: what is abnormal now, then what an alarm still says, then what fell silent."""
        if self.priority:
            return PRIORITIES.index(self.priority)
        if self.alarm:
            return len(PRIORITIES) + _urgency(self.alarm)
        return _CALM - self.stale


def _urgency(alarm: ShownAlarm) -> float:
    return PRIORITIES.index(alarm.priority) + len(PRIORITIES) * (alarm.state == "returned")


def shown_streams(
    connection: Connection, cache: LimitCache, alarms: Iterable[ShownAlarm]
) -> list[ShownStream]:
    """Return every stream of every station, the most abnormal station first."""
    standing: dict[str, list[ShownAlarm]] = {}
    for one in alarms:
        standing.setdefault(one.target_id, []).append(one)
    stations = live_stations(connection, cache)
    lines = {one.station: _lines(one, standing.get(one.station, [])) for one in stations}
    order = sorted(lines, key=lambda name: (min((line.rank for line in lines[name]), default=_CALM), name))
    return [line for name in order for line in lines[name]]


def live_stations(connection: Connection, cache: LimitCache, *, only: str | None = None) -> list[Station]:
    """Return stations as the API shows them."""
    snapshot = station_snapshot(connection)
    rows = list_stations(connection, snapshot, _MOST, station=only)
    streams = station_streams(connection, [row.station_id for row in rows], snapshot.as_of)
    limits = cache.limits(connection)
    return [
        station(row, streams[row.station_id], limits.get(row.station, {}), snapshot.as_of) for row in rows
    ]


def _lines(one: Station, alarms: Sequence[ShownAlarm]) -> list[ShownStream]:
    """Return a line for each outlet: streams that speak of none of their own share the station's."""
    common = next((live for live in one.streams if live.stream is None), None)
    if not one.streams:
        return [_line(one, _SILENT, (), alarms)]
    if common is None:
        return [_line(one, live, (), alarms) for live in one.streams]
    own = [live for live in one.streams if live is not common and _outlet(live) is not None]
    parts = [live for live in one.streams if live is not common and _outlet(live) is None]
    return [_line(one, common, parts, alarms), *(_line(one, live, (), alarms) for live in own)]


def _outlet(live: LiveStream) -> float | None:
    return live.latest.outlet_gauge_pressure_kpa if live.latest else None


def _line(
    one: Station, live: LiveStream, parts: Sequence[LiveStream], alarms: Sequence[ShownAlarm]
) -> ShownStream:
    found = [priority for part in (live, *parts) if (priority := _priority(part))]
    return ShownStream(
        station=one,
        live=live,
        parts=parts,
        bar=bullet(_outlet(live), live.set_kpa, live.limits),
        priority=min(found, key=PRIORITIES.index, default=None),
        stale=live.age_s is None or live.age_s > _STALE_SECONDS,
        alarms=alarms,
    )


def _priority(live: LiveStream) -> str | None:
    """Return the most urgent priority that the rules give to what the stream shows."""
    latest = live.latest
    shown: Mapping[str, bool] = {
        f"outlet_pressure_{live.condition}": live.condition not in {"normal", "unknown"},
        "slam_shut_tripped": latest is not None and latest.slam_shut == "tripped",
        "regulator_bypass_open": latest is not None and latest.bypass_valve == "open",
    }
    rules = catalogue()
    found = [rules[name].priority.value for name, holds in shown.items() if holds and name in rules]
    return min(found, key=PRIORITIES.index, default=None)


def newest(streams: Iterable[ShownStream]) -> datetime | None:
    """Return when the newest of the samples was measured."""
    return max((one.live.latest.measured_at for one in streams if one.live.latest), default=None)
