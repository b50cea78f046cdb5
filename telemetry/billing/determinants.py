"""What the hours of one meter come to in a statement: sums, qualities, peaks, days."""

from typing import Final

import numpy as np

from telemetry.batch import NULL, Columns
from telemetry.billing.gas_day import GasCalendar, Granularity, intervals
from telemetry.billing.statement import FACTOR_DIGITS, Figures, Peak, QualityPart, estimated_share, ratio
from telemetry.model import HOUR, Integers
from telemetry.quality import Flag, Quality

_DOUBTFUL: Final = (Quality.ESTIMATED, Quality.MISSING)


def figures(hours: Columns, start: int, end: int, calendar: GasCalendar) -> Figures:
    """Return what the hours of one meter from ``start`` to before ``end``, in order of time, come to."""
    expected = (end - start) // HOUR
    base, quality = hours["base_volume_um3"], hours["quality"]
    known = int(np.count_nonzero(quality != Quality.MISSING))
    absent = expected - len(base)
    parts = _by_quality(base, quality, absent)
    volume, whole = int(hours["volume_um3"].sum()), int(base.sum())
    disturbed = (hours["flags"] & Flag.ON_DEFAULT_VALUES) != 0
    days, days_estimated, peak_day = _days(hours, start, end, calendar)
    return Figures(
        hours=len(base),
        missing_hours=expected - known,
        volume_um3=volume,
        base_volume_um3=whole,
        device_base_volume_um3=_sum_of_known(hours["device_base_volume_um3"]),
        qualities=parts,
        estimated_share=estimated_share(parts),
        mean_correction_factor=ratio(whole, volume, FACTOR_DIGITS) if volume else None,
        peak_hour=_peak(hours["interval_start"], base),
        peak_day=peak_day,
        days=days,
        days_estimated=days_estimated,
        disturbed_hours=int(np.count_nonzero(disturbed)),
        disturbed_base_volume_um3=int(base[disturbed].sum()),
        uncertainty_um3=_sum_if_known(hours["uncertainty_um3"]),
        calculations=_distinct(hours["calculation"]),
        registry_versions=_distinct(hours["registry_version"]),
        gas_quality_from=_distinct(hours["gas_quality_from"]),
    )


def _by_quality(base: Integers, quality: Integers, absent: int) -> tuple[QualityPart, ...]:
    """Return hours and base volume by quality, an hour without a row among the missing."""
    counts = {one: int(np.count_nonzero(quality == one)) for one in Quality}
    counts[Quality.MISSING] += absent
    return tuple(
        QualityPart(one.word, count, int(base[quality == one].sum()))
        for one, count in counts.items()
        if count
    )


def _days(hours: Columns, start: int, end: int, calendar: GasCalendar) -> tuple[int, int, Peak | None]:
    """Return how many gas days there are, how many with an estimated or missing hour, and the largest."""
    inner = intervals(calendar, Granularity.DAY, start, end)
    edges = np.unique(np.concatenate([[start], inner[(inner > start) & (inner < end)], [end]]))
    whole_hours = np.diff(-(-edges // HOUR))
    place = np.searchsorted(edges, hours["interval_start"], side="right") - 1
    days = len(edges) - 1
    sound = np.bincount(place[~np.isin(hours["quality"], _DOUBTFUL)], minlength=days)
    base = np.zeros(days, np.int64)
    np.add.at(base, place, hours["base_volume_um3"])
    return days, int(np.count_nonzero(sound < whole_hours)), _peak(edges[:-1], base)


def _peak(starts: Integers, base: Integers) -> Peak | None:
    if not len(base) or base.max() <= 0:
        return None
    largest = int(np.argmax(base))
    return Peak(int(starts[largest]), int(base[largest]))


def _sum_of_known(values: Integers) -> int | None:
    known = values[values != NULL]
    return int(known.sum()) if len(known) else None


def _sum_if_known(values: Integers) -> int | None:
    return None if (values == NULL).any() else int(values.sum())


def _distinct(values: Integers) -> tuple[int, ...]:
    return tuple(np.unique(values[values != NULL]).tolist())
