"""Which hours of which meters a site's gas is made of: installation by installation."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import msgspec

from telemetry.billing.gas_day import Span
from telemetry.model import HOUR, Instant
from telemetry.registry import Installation, Registry

BILLED: Final = (None, "billing", "bypass")
"""Roles of meters whose gas the customer pays for; a bypass is metered to be paid for too."""


class Segment(msgspec.Struct, frozen=True):
    """Whole hours of one installation: those that start in a half-open span."""

    installation: Installation
    start: Instant
    end: Instant


def segments(registry: Registry, site: str, span: Span) -> Iterator[Segment]:
    """Yield the hours of each billed meter at a site that start in a span, by meter and time."""
    for meter in sorted(registry.meters_of_site(site)):
        yield from segments_of_meter(registry, meter, site, span)


def segments_of_meter(registry: Registry, meter: str, site: str, span: Span) -> Iterator[Segment]:
    """Yield the hours of a meter at a site that start in a span, if it is billed, in order of time."""
    if registry.meters[meter].role not in BILLED:
        return
    for one in hours_of_meter(registry, meter):
        start, end = max(one.start, whole_hour(span.start)), min(one.end, whole_hour(span.end))
        if one.installation.site == site and start < end:
            yield Segment(one.installation, start, end)


def hours_of_meter(registry: Registry, meter: str) -> Iterator[Segment]:
    """Yield the hours of each installation of a meter.

    An hour belongs to the installation that it starts in, and one that starts in none to the one
    that begins in it: each hour's row to one installation.
    """
    taken = 0
    for row in registry.installations_of_meter(meter):
        start, end = max(row.valid_from // HOUR * HOUR, taken), whole_hour(row.until)
        if start < end:
            yield Segment(row, start, end)
            taken = end


def cut(segment: Segment, edges: tuple[Instant, ...]) -> Iterator[Segment]:
    """Yield a segment cut where it is read."""
    inner = sorted(at for at in map(whole_hour, edges) if segment.start < at < segment.end)
    for start, end in pairwise((segment.start, *inner, segment.end)):
        if start < end:
            yield msgspec.structs.replace(segment, start=start, end=end)


def whole_hour(at: Instant) -> Instant:
    """Return the first hour that starts at an instant or later."""
    return -(-at // HOUR) * HOUR
