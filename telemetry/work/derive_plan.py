"""What must be read and worked out for some dirty spans: whole hours, and every step that touches them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

import msgspec

from telemetry.model import HOUR, Instant
from telemetry.store.derive_queue import DirtySpan
from telemetry.store.register_readings import Window
from telemetry.store.volume_writing import CAUSES, Hours
from telemetry.volumes.evidence import Edit, EditKind
from telemetry.volumes.readings import Stretch
from telemetry.work.meter_terms import Installed, MeterTerms


class Plan(msgspec.Struct, frozen=True):
    """Hours to work out, in order of meter and time, and one window and stretch for each installation.

    ``hours_of`` says for each stretch which of the hours it belongs to.
    """

    hours: tuple[Hours, ...]
    windows: tuple[Window, ...]
    stretches: tuple[Stretch, ...]
    hours_of: tuple[int, ...]


Reach = Callable[[Sequence[Window]], Sequence[tuple[Instant, Instant]]]

GapsAfter = Callable[[Sequence[Window]], Sequence[tuple[int, Instant, Instant]]]

Edits: TypeAlias = Mapping[int, Sequence[Edit]]
"""The edits in force of each meter that has any."""


class Questions(msgspec.Struct, frozen=True):
    """What the plan asks of the readings: how far some are felt, and which gaps are laid by them."""

    reach: Reach
    gaps_after: GapsAfter


def plan(spans: Sequence[DirtySpan], terms: MeterTerms, ask: Questions, edits: Edits) -> Plan:
    """Return what to work out for some dirty spans."""
    hours = tuple(_united(_felt_hours(_united(_spans(spans)), terms, ask, edits)))
    windows, stretches, hours_of = [], [], []
    for place, wanted in enumerate(hours):
        for installed in _overlapping(terms, wanted):
            of_meter = edits.get(wanted.meter_id, ())
            windows.append(_window(installed, wanted.first_hour, wanted.end_hour, of_meter))
            stretches.append(_stretch(installed, wanted, of_meter))
            hours_of.append(place)
    return Plan(hours, tuple(windows), tuple(stretches), tuple(hours_of))


def within_budget(spans: Sequence[DirtySpan], terms: MeterTerms, most_hours: int) -> list[DirtySpan]:
    """Return the first spans that together have about as many hours as may be worked out at once."""
    taken: list[DirtySpan] = []
    left = most_hours
    for span in spans:
        if left <= 0:
            break
        taken.append(span)
        wanted = Hours(span.meter_id, span.span_start, span.span_end, 0)
        for installed in _overlapping(terms, wanted):
            start, end = max(span.span_start, installed.valid_from), min(span.span_end, installed.until)
            left -= 1 + (end - start) // HOUR
    return taken


def _spans(spans: Sequence[DirtySpan]) -> Iterator[Hours]:
    """Yield dirty spans, in order of meter and time."""
    for span in sorted(spans, key=lambda one: (one.meter_id, one.span_start)):
        yield Hours(span.meter_id, span.span_start, span.span_end, CAUSES.index(span.cause))


def _felt_hours(dirty: Iterator[Hours], terms: MeterTerms, ask: Questions, edits: Edits) -> list[Hours]:
    """Return the whole hours in which a change of each span can be felt, in order of meter and time."""
    felt: list[Hours] = []
    windows: list[Window] = []
    asked: list[tuple[Hours, Installed]] = []
    for span in dirty:
        felt.append(_whole(span, span.first_hour, span.end_hour))
        for installed in terms.installed(span.meter_id):
            # One that ends where the span begins lost the end of its last step.
            start, end = max(span.first_hour, installed.valid_from), min(span.end_hour, installed.felt_until)
            if start > end:
                continue
            windows.append(_window(installed, start, end, edits.get(span.meter_id, ())))
            asked.append((span, installed))
    reached = ask.reach(windows)
    felt.extend(_whole(span, *found) for (span, _), found in zip(asked, reached, strict=True))
    after = [
        _window(installed, *found, edits.get(span.meter_id, ()))
        for (span, installed), found in zip(asked, reached, strict=True)
    ]
    felt.extend(_whole(asked[place][0], start, end) for place, start, end in ask.gaps_after(after))
    return sorted(felt, key=lambda one: (one.meter_id, one.first_hour))


def _whole(span: Hours, start: Instant, end: Instant) -> Hours:
    return Hours(span.meter_id, start // HOUR * HOUR, -(-end // HOUR) * HOUR, span.cause)


def _united(spans: Iterator[Hours] | list[Hours]) -> Iterator[Hours]:
    """Yield the spans of each meter with those that touch made one."""
    last: Hours | None = None
    for span in spans:
        if last and last.meter_id == span.meter_id and span.first_hour <= last.end_hour:
            end, cause = max(last.end_hour, span.end_hour), max(last.cause, span.cause)
            last = Hours(last.meter_id, last.first_hour, end, cause)
        else:
            if last:
                yield last
            last = span
    if last:
        yield last


def _overlapping(terms: MeterTerms, span: Hours) -> Iterator[Installed]:
    """Yield the installations of a meter that a span has something of."""
    for installed in terms.installed(span.meter_id):
        if installed.valid_from < span.end_hour and span.first_hour < installed.felt_until:
            yield installed


def _window(installed: Installed, start: Instant, end: Instant, edits: Sequence[Edit]) -> Window:
    excluded = (
        (max(edit.start, installed.valid_from), min(edit.end, installed.until))
        for edit in edits
        if edit.kind == EditKind.EXCLUDE_READINGS
    )
    return Window(
        device_id=installed.device_id,
        installed_at=installed.valid_from,
        until=installed.until,
        span_start=start,
        span_end=end,
        asks_pressure=installed.asks_pressure,
        asks_temperature=installed.asks_temperature,
        pressure_range_pa=installed.pressure_range_pa,
        gauge_range_pa=installed.gauge_range_pa,
        opens_at=min(start, installed.opening.at) if installed.opening else start,
        closes_at=max(end, installed.last_stated or end),
        recalls=installed.recalls,
        excluded=tuple((since, until) for since, until in excluded if since < until),
    )


def _stretch(installed: Installed, wanted: Hours, edits: Sequence[Edit]) -> Stretch:
    return Stretch(
        meter_id=wanted.meter_id,
        first_hour=wanted.first_hour,
        end_hour=wanted.end_hour,
        range_um3=installed.range_um3,
        base_range_um3=installed.base_range_um3,
        qmax_m3h=installed.qmax_m3h,
        usual_factor=installed.usual_factor,
        pressure_range_pa=installed.pressure_range_pa,
        terms=installed.terms,
        valid_from=installed.valid_from,
        until=installed.until,
        opening=installed.opening,
        closing=installed.closing,
        edits=tuple(edits),
        meter_mpe=installed.meter_mpe,
        time_zone=installed.time_zone,
        meanwhile=installed.meanwhile,
        loads=installed.loads,
    )
