"""Readings far from a span, where the mean of good steps stands in for a corrector at fault."""

from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace
from psycopg import Connection

from telemetry.batch import NULL, Columns
from telemetry.model import Booleans, Instant, Integers
from telemetry.quality import Flag
from telemetry.store.base_alone import load_by_both, reach_by_both
from telemetry.store.register_readings import Window, recalled
from telemetry.volumes.method import RECALL
from telemetry.volumes.registers import JITTER_UM3


def reach_with_recalled(connection: Connection, windows: Sequence[Window]) -> list[tuple[Instant, Instant]]:
    """Return from where to where a change of each span's readings can be felt, also by its mean."""
    spans = reach_by_both(connection, windows)
    places = [place for place, window in enumerate(windows) if window.recalls]
    if places:
        felt = [
            replace(windows[place], span_start=spans[place][0], span_end=spans[place][1]) for place in places
        ]
        for place, until in zip(places, recalled(connection, felt), strict=True):
            spans[place] = (spans[place][0], until)
    return spans


def load_with_recalled(connection: Connection, windows: Sequence[Window]) -> Columns:
    """Return the readings that the hours of each span depend on, also those whose mean stands in."""
    columns = load_by_both(connection, windows)
    recalls = np.array([window.recalls for window in windows], np.bool_)
    if not recalls.any():
        return columns
    places = np.flatnonzero(recalls & _troubled(columns, len(windows)))
    if not len(places):
        return columns
    first = _first(columns, len(windows))
    wider = [_wider(windows[place], int(first[place])) for place in places.tolist()]
    more = load_by_both(connection, wider)
    more["stretch"] = places[more["stretch"]]
    kept = ~np.isin(columns["stretch"], places)
    return {name: np.concatenate([column[kept], more[name]]) for name, column in columns.items()}


def _troubled(columns: Columns, windows: int) -> Booleans:
    """Say in which windows there is any sign of a corrector at fault."""
    place, disturbed = columns["stretch"], columns["disturbed_index_um3"]
    flagged = place[(columns["flags"] & Flag.ON_DEFAULT_VALUES) != 0]
    known = disturbed != NULL
    low, high = np.full(windows, np.iinfo(np.int64).max), np.full(windows, -1)
    np.minimum.at(low, place[known], disturbed[known])
    np.maximum.at(high, place[known], disturbed[known])
    troubled: Booleans = (high >= 0) & (high - np.minimum(low, high) > JITTER_UM3)
    troubled[flagged] = True
    return troubled


def _first(columns: Columns, windows: int) -> Integers:
    """Return when the first reading of each window was."""
    first = np.full(windows, np.iinfo(np.int64).max)
    np.minimum.at(first, columns["stretch"], columns["measured_at"])
    return first


def _wider(window: Window, first: Instant) -> Window:
    start = min(window.span_start, first) - RECALL
    return replace(window, span_start=max(window.installed_at, start))
