"""The limits of a station's outlet pressure: the company's own, else those that its set points give."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final, Literal, TypeAlias

import numpy as np

from alerts.windows.pressure_limits import LimitColumns, computed_limits
from telemetry.model import Floats, Instant, Integers, Stream
from telemetry.registry import Registry, Setpoint, Station

LimitSource: TypeAlias = Literal["company", "computed", "company_and_computed", "none"]


@dataclass(frozen=True)
class Limits:
    """Limits of one stream's, or of the common, outlet pressure [Pa, gauge]; None where there is none."""

    set_gauge_pa: float | None
    low_low_gauge_pa: float | None
    low_gauge_pa: float | None
    high_no_flow_gauge_pa: float | None
    high_flowing_gauge_pa: float | None
    high_high_gauge_pa: float | None
    source: LimitSource


class LimitTable:
    """The limits of every station and stream as of any date, for one version of the registry."""

    def __init__(self, registry: Registry) -> None:
        stations = sorted(registry.stations.values(), key=lambda one: one.station_id)
        spans = [span for station in stations for span in _spans(registry, station)]
        setpoints = [one for station in registry.stations for one in registry.setpoints_of_station(station)]
        self._limits = _with_company(spans, _picked(spans, setpoints))
        self._instants = np.unique(np.array([span.valid_from for span in spans], dtype=np.int64))
        self._width = self._instants.size + 1
        self._codes = _code(
            np.array([span.station.station_id for span in spans], dtype=np.int64),
            np.array([span.stream for span in spans], dtype=np.int64),
        )
        ranks = np.searchsorted(self._instants, [span.valid_from for span in spans]) + 1
        self._keys = self._codes * self._width + ranks

    def at(self, station_id: Integers, stream: Integers, at: Integers) -> LimitColumns:
        """Return the limits of each row's station and stream at its instant; NaN for what is unknown."""
        if not self._keys.size:
            return _nothing(station_id.size)
        codes = _code(station_id, stream)
        keys = codes * self._width + np.searchsorted(self._instants, at, side="right")
        rows = np.searchsorted(self._keys, keys, side="right") - 1
        known = (rows >= 0) & (self._codes[rows] == codes)
        found = self._limits.take(np.where(known, rows, 0))
        return LimitColumns(
            *(np.where(known, getattr(found, one.name), np.nan) for one in fields(LimitColumns))
        )


def station_limits(registry: Registry, at: Instant) -> dict[str, dict[Stream, Limits]]:
    """Return the limits of every station at an instant.

    ``Stream.SINGLE`` stands for the common outlet; a stream of its own is there where something
    is set for it.
    """
    table = LimitTable(registry)
    subjects = [
        (station, stream, registry.setpoints_at(station.station, at))
        for station in registry.stations.values()
        for stream in (Stream.SINGLE, *registry.setpoints_at(station.station, at))
    ]
    ids = np.array([station.station_id for station, _, _ in subjects], dtype=np.int64)
    streams = np.array([stream for _, stream, _ in subjects], dtype=np.int64)
    columns = table.at(ids, streams, np.full(ids.size, at, dtype=np.int64))
    found: dict[str, dict[Stream, Limits]] = {station: {} for station in registry.stations}
    for row, (station, stream, setpoints) in enumerate(subjects):
        found[station.station][stream] = _limits(columns, row, _source(station, setpoints))
    return found


@dataclass(frozen=True)
class _Span:
    """From when on which set points limit one stream, or the common outlet, of a station."""

    station: Station
    stream: Stream
    valid_from: Instant
    setpoints: Mapping[Stream, Setpoint]

    def candidates(self) -> Sequence[Setpoint]:
        """Return what may lawfully be in control here: the stream's own regulator, else any."""
        own = self.setpoints.get(self.stream)
        return [own] if own else list(self.setpoints.values())

    def standby(self) -> float | None:
        """Return 1 for a stream in reserve, 0 for one on duty, None where nobody says so."""
        role = self.setpoints[self.stream].role if self.stream in self.setpoints else None
        return None if role is None else float(role == "standby")

    def duty(self) -> Setpoint | None:
        """Return the regulator that should be in control."""
        return max(self.candidates(), key=lambda one: (one.role == "duty", one.set_gauge_pa), default=None)

    def highest(self) -> Setpoint | None:
        """Return the regulator that is set highest."""
        return max(self.candidates(), key=_set_point, default=None)

    def lowest(self) -> Setpoint | None:
        """Return the regulator that is set lowest."""
        return min(self.candidates(), key=_set_point, default=None)

    def highest_with_opso(self) -> Setpoint | None:
        """Return the regulator that is set highest of those whose slam-shut trips above."""
        protected = (one for one in self.candidates() if one.opso_gauge_pa is not None)
        return max(protected, key=_set_point, default=None)

    def lowest_with_upso(self) -> Setpoint | None:
        """Return the regulator that is set lowest of those whose slam-shut trips below."""
        protected = (one for one in self.candidates() if one.upso_gauge_pa is not None)
        return min(protected, key=_set_point, default=None)


_ALWAYS: Final[Instant] = -(2**62)


def _spans(registry: Registry, station: Station) -> Iterable[_Span]:
    """Return a station's spans in the order of stream and time."""
    starts = {one.valid_from for one in registry.setpoints_of_station(station.station)}
    for stream in Stream:
        for start in sorted({_ALWAYS} | starts):
            yield _Span(station, stream, start, registry.setpoints_at(station.station, start))


def _picked(spans: Sequence[_Span], setpoints: Sequence[Setpoint]) -> LimitColumns:
    """Return for each span the limits of the regulators that count for it; NaN without any."""
    columns = computed_limits(
        _column([one.set_gauge_pa for one in setpoints]),
        _column([one.accuracy_class_pct for one in setpoints]),
        _column([one.lockup_class_pct for one in setpoints]),
        _column([one.opso_gauge_pa for one in setpoints]),
        _column([one.upso_gauge_pa for one in setpoints]),
    )
    rows = {one: row for row, one in enumerate(setpoints)}

    def pick(column: Floats, chosen: Iterable[Setpoint | None]) -> Floats:
        places = [len(setpoints) if one is None else rows[one] for one in chosen]
        return np.append(column, np.nan)[np.array(places, dtype=np.int64)]

    highest = [span.highest() for span in spans]
    return LimitColumns(
        set_pa=pick(columns.set_pa, (span.duty() for span in spans)),
        low_low_pa=pick(columns.low_low_pa, (span.lowest_with_upso() for span in spans)),
        low_pa=pick(columns.low_pa, (span.lowest() for span in spans)),
        high_no_flow_pa=pick(columns.high_no_flow_pa, highest),
        high_flowing_pa=pick(columns.high_flowing_pa, highest),
        high_high_pa=pick(columns.high_high_pa, (span.highest_with_opso() for span in spans)),
        accuracy_pa=pick(columns.accuracy_pa, highest),
        lockup_pa=pick(columns.lockup_pa, highest),
        ceiling_pa=pick(columns.ceiling_pa, highest),
        standby=_column([span.standby() for span in spans]),
    )


def _with_company(spans: Sequence[_Span], computed: LimitColumns) -> LimitColumns:
    """Return the limits with the company's own in the place of computed ones."""

    def own(column: Floats, given: Iterable[float | None]) -> Floats:
        company = _column(list(given))
        return np.where(np.isnan(company), column, company)

    stations = [span.station for span in spans]
    high = [station.high_gauge_pa for station in stations]
    no_flow = own(computed.high_no_flow_pa, high)
    return LimitColumns(
        set_pa=computed.set_pa,
        low_low_pa=own(computed.low_low_pa, (station.low_low_gauge_pa for station in stations)),
        low_pa=own(computed.low_pa, (station.low_gauge_pa for station in stations)),
        high_no_flow_pa=no_flow,
        high_flowing_pa=own(computed.high_flowing_pa, high),
        high_high_pa=own(computed.high_high_pa, (station.high_high_gauge_pa for station in stations)),
        accuracy_pa=computed.accuracy_pa,
        lockup_pa=computed.lockup_pa,
        ceiling_pa=np.maximum(computed.ceiling_pa, no_flow),
        standby=computed.standby,
    )


def _source(station: Station, setpoints: Mapping[Stream, Setpoint]) -> LimitSource:
    """Return where a station's limits come from."""
    own = [
        given is not None
        for given in (
            station.low_low_gauge_pa,
            station.low_gauge_pa,
            station.high_gauge_pa,
            station.high_high_gauge_pa,
        )
    ]
    if all(own) or (any(own) and not setpoints):
        return "company"
    if any(own):
        return "company_and_computed"
    return "computed" if setpoints else "none"


def _limits(columns: LimitColumns, row: int, source: LimitSource) -> Limits:
    return Limits(
        set_gauge_pa=_given(columns.set_pa[row]),
        low_low_gauge_pa=_given(columns.low_low_pa[row]),
        low_gauge_pa=_given(columns.low_pa[row]),
        high_no_flow_gauge_pa=_given(columns.high_no_flow_pa[row]),
        high_flowing_gauge_pa=_given(columns.high_flowing_pa[row]),
        high_high_gauge_pa=_given(columns.high_high_pa[row]),
        source=source,
    )


def _given(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _nothing(rows: int) -> LimitColumns:
    return LimitColumns(*(np.full(rows, np.nan) for _ in fields(LimitColumns)))


def _code(station_id: Integers, stream: Integers) -> Integers:
    return station_id * len(Stream) + stream


def _set_point(one: Setpoint) -> float:
    return one.set_gauge_pa


def _column(values: Sequence[float | None]) -> Floats:
    return np.array(values, dtype=np.float64)
