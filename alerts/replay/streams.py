"""What the hours that are over would have told of each stream, at any moment of a replay."""

from collections.abc import Iterator

import numpy as np

from alerts.rule import FRESH
from alerts.windows.stream_state import CARRYING_M3H
from alerts.windows.streams import Streams
from alerts.windows.window import UNKNOWN_SINCE
from telemetry.batch import Columns
from telemetry.model import DAY, HOUR, Floats, Instant, Integers, Stream
from telemetry.registry import Registry
from telemetry.store.stream_hours import FEWEST_DAYS, LATELY, REMEMBERED, StreamRecord, last_hour

_QUARTER = 0.25


class StreamsSoFar:
    """Keeps what each stream carried hour by hour, as the watch does."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._hours = _hours_of(_empty(), _empty(), {"flow_m3h": np.empty(0), "filter_pa": np.empty(0)})
        self._streams: Streams | None = None

    def learn(self, samples: Columns) -> None:
        """Take in what was said, on time and with gas flowing, or nobody knows how much."""
        age = samples["arrived_at"] - samples["measured_at"]
        told = (samples["flow_m3h"] > 0) | np.isnan(samples["flow_m3h"])
        rows = {name: column[(age <= FRESH) & told] for name, column in samples.items()}
        code = rows["station_id"] * len(Stream) + rows["stream"]
        found = _hours_of(code, rows["measured_at"] // HOUR * HOUR, rows)
        self._hours = {name: np.concatenate((self._hours[name], found[name])) for name in found}

    def at(self, now: Instant) -> Streams:
        """Return what is known of the streams, worked out once an hour."""
        if self._streams is None or self._streams.outdated(now):
            self._streams = Streams(self._registry, self._records(now), now)
        return self._streams

    def _records(self, now: Instant) -> Iterator[StreamRecord]:
        """Yield when each stream last carried gas, and what a clean filter of its resists."""
        over = self._hours["hour"] + HOUR <= last_hour(now)
        hours = {name: column[over] for name, column in self._hours.items()}
        codes, place = np.unique(hours["code"], return_inverse=True)
        carried = np.full(codes.size, UNKNOWN_SINCE)
        carries = hours["peak_m3h"] > CARRYING_M3H
        np.maximum.at(carried, place[carries], hours["hour"][carries])
        recent = {name: column[hours["hour"] >= now - REMEMBERED] for name, column in hours.items()}
        for code, at in zip(codes.tolist(), carried.tolist(), strict=True):
            daily = _daily_resistance(recent, code)
            resistance = float(np.quantile(daily, _QUARTER)) if daily.size >= FEWEST_DAYS else None
            carried_at = at if at > UNKNOWN_SINCE else None
            peak = _highest(recent, code, now - LATELY)
            yield StreamRecord(code // len(Stream), code % len(Stream), carried_at, resistance, peak)


def _highest(hours: Columns, code: int, until: Instant) -> float | None:
    """Return the highest differential of a stream's filter until an instant, if a week of days tells."""
    own = (hours["code"] == code) & (hours["hour"] < until) & ~np.isnan(hours["filter_peak_pa"])
    days = np.unique(hours["hour"][own] // DAY)
    return float(hours["filter_peak_pa"][own].max()) if days.size >= FEWEST_DAYS else None


def _daily_resistance(hours: Columns, code: int) -> Floats:
    """Return what a stream's filter resisted on each day that tells of it."""
    own = hours["code"] == code
    _, day = np.unique(hours["hour"][own] // DAY, return_inverse=True)
    drop = np.bincount(day, hours["filter_moment"][own])
    flow = np.bincount(day, hours["flow_moment"][own])
    told = (drop > 0) & (flow > 0)
    found: Floats = drop[told] / flow[told]
    return found


def _hours_of(code: Integers, hour: Integers, rows: Columns) -> Columns:
    """Return what streams carried hour by hour: the second largest flow, and what its filter told."""
    flow, drop = rows["flow_m3h"], rows["filter_pa"]
    order = np.lexsort((hour, code))
    begins = np.ones(code.size, dtype=np.bool_)
    begins[1:] = (np.diff(code[order]) != 0) | (np.diff(hour[order]) != 0)
    first, group = np.flatnonzero(begins), np.empty(code.size, dtype=np.int64)
    group[order] = np.cumsum(begins) - 1
    both = ~np.isnan(drop) & ~np.isnan(flow)
    return {
        "code": code[order][first],
        "hour": hour[order][first],
        "peak_m3h": _second_largest(flow, group, first.size),
        "filter_peak_pa": _second_largest(drop, group, first.size),
        "filter_moment": np.bincount(group[both], (drop * flow**2)[both], first.size),
        "flow_moment": np.bincount(group[both], (flow**4)[both], first.size),
    }


def _second_largest(values: Floats, group: Integers, groups: int) -> Floats:
    """Return each group's second largest known value; NaN where there is none."""
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.lexsort((-values[known], group[known]))]
    begins = np.ones(order.size, dtype=np.bool_)
    begins[1:] = np.diff(group[order]) != 0
    second = np.flatnonzero(begins) + 1
    second = second[second < order.size]
    second = second[~begins[second]]
    found = np.full(groups, np.nan)
    found[group[order[second]]] = values[order[second]]
    return found


def _empty() -> Integers:
    return np.empty(0, dtype=np.int64)
