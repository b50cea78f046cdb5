"""Hours of one meter summed to longer intervals: integers exactly, the rest by volume."""

from typing import Final

import msgspec
import numpy as np

from telemetry.batch import Columns
from telemetry.model import HOUR, Floats, Integers
from telemetry.quality import Quality
from telemetry.volumes.groups import Groups

_DIGITS: Final = 12
_SUMS: Final = ("volume_um3", "base_volume_um3")
_MEANS: Final = ("pressure_pa", "temperature_k", "z_ratio")
_HIGHEST: Final = ("quality", "method", "computed_at")


class Longer(msgspec.Struct, frozen=True, eq=False):
    """The intervals that have hours: the columns of hours, and their hours by quality.

    ``hours_by_quality`` and ``base_by_quality_um3`` are (intervals, qualities).
    """

    columns: Columns
    hours_by_quality: Integers
    base_by_quality_um3: Integers

    @property
    def estimated_share(self) -> Floats:
        """Share of the base volume, or without any of the hours, that is estimated or missing."""
        doubtful = [Quality.ESTIMATED, Quality.MISSING]
        base, hours = self.base_by_quality_um3, self.hours_by_quality
        whole = base.sum(axis=1)
        by_hours = hours[:, doubtful].sum(axis=1) / hours.sum(axis=1)
        by_volume: Floats = base[:, doubtful].sum(axis=1) / np.maximum(whole, 1)
        return np.where(whole > 0, by_volume, by_hours)


def longer(hours: Columns, edges: Integers) -> Longer:
    """Return the intervals between ``edges`` that hours of one meter, in order of time, start in.

    An interval's revision counts the changes of its hours.
    """
    place = np.searchsorted(edges, hours["interval_start"], side="right") - 1
    inside = (place >= 0) & (place < len(edges) - 1)
    place, rows = place[inside], {name: column[inside] for name, column in hours.items()}
    begins = np.flatnonzero(np.diff(place, prepend=-1))
    groups = Groups(begins, len(place))
    start, end = edges[place[begins]], edges[place[begins] + 1]
    volume, coverage = rows["volume_um3"], rows["coverage"]
    columns: Columns = {name: groups.sum(rows[name]) for name in _SUMS}
    columns |= {name: groups.mean(rows[name], volume, coverage).round(_DIGITS) for name in _MEANS}
    columns |= {name: groups.highest(rows[name]) for name in _HIGHEST}
    columns |= {
        "interval_start": start,
        "interval_end": end,
        "device_base_volume_um3": groups.sum_of_known(rows["device_base_volume_um3"]),
        "correction_factor": groups.mean(rows["correction_factor"], volume).round(_DIGITS),
        "uncertainty_m3": groups.add(rows["uncertainty_m3"]).round(_DIGITS),
        "coverage": groups.add(coverage) * HOUR / (end - start),
        "z_method": rows["z_method"][groups.last],
        "revision": groups.sum(rows["revision"] - 1) + 1,
        "flags": groups.united(rows["flags"]),
    }
    return Longer(columns, *_by_quality(rows, groups))


def _by_quality(rows: Columns, groups: Groups) -> tuple[Integers, Integers]:
    """Return hours and base volume of each interval, a column for each quality."""
    of = [(rows["quality"] == quality).astype(np.int64) for quality in Quality]
    hours = np.stack([groups.sum(here) for here in of], axis=1)
    base = np.stack([groups.sum(here * rows["base_volume_um3"]) for here in of], axis=1)
    return hours, base
