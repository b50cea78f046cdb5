"""What is so without anything having happened: holidays, radio gaps, meters too large, a new price."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from simulators.days import DAY_S, HOUR_S, is_holiday
from simulators.labelled.calendar import is_lunar_holiday
from simulators.labelled.happening import Happening, Target
from simulators.labelled.points import People
from simulators.labelled.prices import change_at
from simulators.labelled.runs import MeterRun
from simulators.labelled.span import Floats, Span

CITY: Final = Target("zone", "*")
_LONG_GAP_S: Final = 6 * HOUR_S
_CHRONIC_TIME: Final = 0.03
_CHRONIC_VOLUME: Final = 0.01


def known(people: People, span: Span, loads: Floats) -> list[Happening]:
    """Return what anybody could know beforehand."""
    change = float(change_at(span))
    price = Happening(kind="price_change", target=CITY, start=change, end=change + DAY_S)
    return [*_holidays(span), price, *_too_large(people, span, loads)]


def _holidays(span: Span) -> Iterator[Happening]:
    for ordinal in range(span.days):
        day = span.first_day + ordinal
        if is_holiday(day) or is_lunar_holiday(day):
            start = float(span.day_start(ordinal))
            yield Happening(kind="public_holiday", target=CITY, start=start, end=start + DAY_S)


def _too_large(people: People, span: Span, loads: Floats) -> Iterator[Happening]:
    """Yield meters that run below their least flow for part of every ordinary day: true and known."""
    for point, load in zip(people.billing, loads, strict=True):
        below = (load > 0) & (load < point.meter.qmin_m3h * point.usual_factor)
        time, volume = float(below.mean()), float(load[below].sum() / max(load.sum(), 1e-9))
        if time > _CHRONIC_TIME or volume > _CHRONIC_VOLUME:
            beside = [p.name for p in people.points if p.checks == point.name]
            yield Happening(
                kind="meter_too_large",
                target=Target("meter", point.name),
                start=float(span.begin),
                end=float(span.end),
                also=tuple(("flow_under_range", Target("meter", name)) for name in (point.name, *beside)),
                size=round(100 * time, 1),
                unit="% of the time below Qmin",
            )


def gaps(run: MeterRun, silences: Sequence[Happening]) -> list[Happening]:
    """Return the long gaps in what arrives of a device that no silence explains."""
    said = run.spoken()
    heard = said.at[~said.lost]
    long = np.flatnonzero(np.diff(heard) > _LONG_GAP_S)
    found = [(float(heard[n]), float(heard[n + 1])) for n in long]
    return [
        Happening(
            kind="communication_gap",
            target=Target("device", run.point.meter.device),
            start=start,
            end=end,
            size=round((end - start) / HOUR_S, 1),
            unit="h",
        )
        for start, end in found
        if not any(silence.start < end and start < silence.end for silence in silences)
    ]
