"""The weeks before gaps, read only where a gap is to be laid by them."""

from collections.abc import Callable, Sequence

import numpy as np
from msgspec.structs import replace

from telemetry.batch import Columns
from telemetry.model import HOUR, Instant
from telemetry.store.register_readings import Window
from telemetry.volumes.method import INTERPOLATED_AT_MOST
from telemetry.volumes.profile import LOOK_BACK
from telemetry.volumes.readings import Readings, Stretch, settled

Load = Callable[[Sequence[Window]], Columns]


def with_weeks_before(load: Load, windows: Sequence[Window], stretches: Sequence[Stretch]) -> Readings:
    """Return the readings of windows, those with gaps from `LOOK_BACK` before the first of these on."""
    columns = load(windows)
    readings = settled(columns)
    since = _wanted_since(readings, stretches)
    if not since:
        return readings
    places = np.array(sorted(since), np.int64)
    before = load([replace(windows[place], span_start=since[place]) for place in places.tolist()])
    before["stretch"] = places[before["stretch"]]
    others = ~np.isin(columns["stretch"], places)
    return settled({name: np.concatenate([columns[name][others], before[name]]) for name in columns})


def _wanted_since(readings: Readings, stretches: Sequence[Stretch]) -> dict[int, Instant]:
    """Return from when on the stretches whose wanted hours lie in gaps are to be read."""
    at, place = readings.measured_at, readings.stretch
    first_hour = np.array([one.first_hour for one in stretches], np.int64)
    end_hour = np.array([one.end_hour for one in stretches], np.int64)
    gaps = np.flatnonzero(readings.joined & (np.diff(at) > INTERPOLATED_AT_MOST))
    wanted = (at[gaps + 1] > first_hour[place[gaps]]) & (at[gaps] < end_hour[place[gaps]])
    starts = [(int(place[gap]), int(at[gap])) for gap in gaps[wanted].tolist()]
    starts += _before_closing(readings, stretches)
    since: dict[int, Instant] = {}
    for stretch, start in starts:
        reach = (start // HOUR * HOUR) - LOOK_BACK
        if reach < at[readings.span_of(stretch)][0]:
            since[stretch] = min(reach, since.get(stretch, reach))
    return since


def _before_closing(readings: Readings, stretches: Sequence[Stretch]) -> list[tuple[int, Instant]]:
    """Return the last readings whose way to the end of the installation is laid by the weeks before."""
    found = []
    for place, stretch in enumerate(stretches):
        closing = stretch.closing
        if closing is None:
            continue
        at = readings.measured_at[readings.span_of(place)]
        if len(at) and at[-1] < stretch.end_hour:
            told = closing.told and stretch.meanwhile is None
            if not told or closing.at - at[-1] > INTERPOLATED_AT_MOST:
                found.append((place, int(at[-1])))
    return found
