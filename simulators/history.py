"""The past of a city as its head-end would hand it over: a day of one device in one message."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulators.city import City
from simulators.days import DAY_S, HOUR_S, SLOT_S, SLOTS, local_day, midnight
from simulators.encoders import native
from simulators.encoders.native import Element
from simulators.faults import NO_FAULTS, FaultPlan
from simulators.meters import Meter
from simulators.pressures import samples
from simulators.readings import readings
from simulators.seeds import generator
from simulators.timeline import Timeline
from simulators.trouble import NO_TROUBLE, DayTrouble, day_trouble, split
from simulators.truth import Outcome, Publication

Floats = NDArray[np.float64]

_TARDY: Final = 0.05
"""Part of the readings that are taken a minute or two past the hour."""
_STATION_STAGGER_S: Final = 7


@dataclass(frozen=True, slots=True)
class _Span:
    """The part of one day that is wanted."""

    day: int
    begin: float
    end: float

    @property
    def whole(self) -> bool:
        return self.begin <= midnight(self.day) and self.end >= midnight(self.day + 1)

    @property
    def arrival(self) -> float:
        return min(self.end, midnight(self.day + 1))

    def holds(self, at: Floats) -> NDArray[np.bool_]:
        return (at >= self.begin) & (at < self.end)


def history(
    city: City,
    begin: float,
    end: float,
    *,
    faults: FaultPlan = NO_FAULTS,
    timeline: Timeline | None = None,
) -> Iterator[Publication]:
    """Yield everything measured in [begin, end), day by day; late readings come a day after their day.

    Spans that meet give every reading once. Stations that a fault is planned for stop a little before the
    end, because they will send their last minutes themselves.
    """
    timeline = timeline or Timeline(city)
    late: list[Publication] = []
    for day in range(local_day(begin), local_day(end - 1) + 1):
        arrived, late = late, []
        yield from _day(city, timeline, _Span(day, begin, end), faults, late)
        yield from arrived
    yield from late


def expected_elements(city: City, begin: float, end: float) -> int:
    """Return about how many elements the history of a span has, for a progress bar."""
    hours = (end - begin) / HOUR_S
    return round(hours * (len(city.customers) + len(city.stations) * HOUR_S / SLOT_S))


def _day(
    city: City, timeline: Timeline, span: _Span, faults: FaultPlan, late: list[Publication]
) -> Iterator[Publication]:
    gathered: dict[str, list[Element]] = {gateway: [] for gateway in city.gateways}
    for row in range(len(city.customers)):
        meter = city.customers[row].meter
        elements, trouble = _meter_day(
            city, timeline, row, replace(span, end=faults.meter_end(row, span.end))
        )
        on_time, tardy = split(elements, trouble)
        late.extend(_publications(meter, tardy, span.arrival + DAY_S))
        if meter.gateway is None:
            sent = _publications(meter, on_time, span.arrival)
            yield from sent
            if trouble.repeated:
                yield from (replace(p, outcome=p.outcome.repeated()) for p in sent)
        else:
            gathered[meter.gateway] += _spoken_for(meter, on_time)
    for gateway, messages in gathered.items():
        yield from _batch(gateway, messages, span.arrival)
    for index in range(len(city.stations)):
        yield from _station_day(city, timeline, index, span, faults.station_lag_s(index))


def _meter_day(city: City, timeline: Timeline, row: int, span: _Span) -> tuple[list[Element], DayTrouble]:
    """Return the readings of a customer's day within the span; trouble is for whole days only."""
    meter = city.customers[row].meter
    draw = generator(city.seed, "reading", meter.meter, span.day)
    at = midnight(span.day) + np.arange(24.0) * HOUR_S
    at += np.where(draw.random(24) < _TARDY, np.round(draw.uniform(60, 150, 24)), 0.0)
    elements = readings(meter, at, timeline.state(row, at), draw)
    kept = [element for element, wanted in zip(elements, span.holds(at), strict=True) if wanted]
    return kept, day_trouble(city, row, span.day) if span.whole else NO_TROUBLE


def _publications(meter: Meter, elements: list[Element], at: float) -> list[Publication]:
    if not elements:
        return []
    if meter.gateway is not None:
        return _batch(meter.gateway, _spoken_for(meter, elements), at)
    topic = native.topic(meter.zone, meter.device, "reading")
    return [Publication(topic, native.array(elements), at, Outcome(committed=len(elements)))]


def _spoken_for(meter: Meter, elements: list[Element]) -> list[Element]:
    return [native.spoken_for(meter.device, "reading", element) for element in elements]


def _batch(gateway: str, messages: list[Element], at: float) -> list[Publication]:
    if not messages:
        return []
    topic = native.topic(gateway.partition("-")[2], gateway, "batch")
    return [Publication(topic, native.batch(messages), at, Outcome(committed=len(messages)))]


def _station_day(city: City, timeline: Timeline, index: int, span: _Span, lag_s: float) -> list[Publication]:
    """Return a station's day; with a lag, spans still meet because both their ends are moved."""
    station = city.stations[index]
    draw = generator(city.seed, "station", station.station, span.day)
    at = np.arange(SLOTS, dtype=np.float64) * SLOT_S
    at += midnight(span.day) + index * _STATION_STAGGER_S % SLOT_S
    flow = timeline.station_flow_m3h(index, at)
    elements = samples(station, at, flow, city.weather.ground_degc(span.day), draw)
    begin = span.begin if span.begin <= city.begin else span.begin - lag_s
    wanted = _Span(span.day, begin, span.end - lag_s).holds(at)
    kept = [element for element, keep in zip(elements, wanted, strict=True) if keep]
    if not kept:
        return []
    topic = native.topic(station.zone, station.station, "pressure")
    return [Publication(topic, native.array(kept), span.arrival, Outcome(committed=len(kept)))]
