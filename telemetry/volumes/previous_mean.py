"""The mean of good steps before, which stands in for a corrector at fault where the contract says so."""

from math import fsum
from typing import Final

import numpy as np

from telemetry.model import Booleans, Floats, Instant, Integers
from telemetry.quality import Flag
from telemetry.volumes.method import INTERPOLATED_AT_MOST, MEAN_AT_MOST, MEAN_OVER
from telemetry.volumes.state import Ends
from telemetry.volumes.steps import Edited, Steps

_DOUBTFUL: Final = Flag.ON_DEFAULT_VALUES | Flag.DISTURBED_VOLUME | Flag.REGISTER_JUMP


def previous_means(steps: Steps, stretch: Integers, start: Integers) -> tuple[Floats, Floats]:
    r"""Return mean pressure and temperature of the good steps before some instants.

    Parameters
    ----------
    steps : Steps
        All steps there are, in order of stretch and time.
    stretch, start : Integers
        (n,) of which stretch, and before which instant.

    Returns
    -------
    tuple[Floats, Floats]
        (n,) [Pa, absolute] and (n,) [K]; NaN where no good step ended within 31 days.

    Notes
    -----
    Weighted by volume, as C applies to volume: :math:`\bar p = \sum V_i p_i / \sum V_i`. They are of the
    seven days up to the end of the last good step: one week, so that each weekday's load counts once,
    and the week before the fault however long the fault lasts. p and T are taken instead of C, so that
    atmosphere, gas and base conditions remain those agreed for the day. A step is good for a quantity
    that is measured at both its ends at most six hours apart, without default values, disturbed volume,
    jumps or edits, and with volume. Sums are rounded once, so that the readings before decide nothing.

    References
    ----------
    .. [1] Contracts name the rule; its particulars here are engineering judgement, unverified.

    Examples
    --------
    >>> float(_mean([2.0, 6.0], [3, 1]))
    3.0
    """
    good = (steps.volume_um3 > 0) & (steps.duration <= INTERPOLATED_AT_MOST) & (steps.edited == Edited.NOT)
    good &= ~steps.by_base
    good &= (steps.flags & int(_DOUBTFUL)) == 0
    asked = stretch, start
    return (
        _means(steps, good, steps.pressure_pa, asked),
        _means(steps, good, steps.temperature_k, asked),
    )


def _means(steps: Steps, good: Booleans, state: Ends, asked: tuple[Integers, Integers]) -> Floats:
    rows = np.flatnonzero(good & ~state.unusable)
    of, starts, ends = steps.stretch[rows], steps.start[rows], steps.end[rows]
    known: dict[tuple[int, int], float] = {}
    means = []
    for stretch, at in zip(*(column.tolist() for column in asked), strict=True):
        week = _week(of, starts, ends, (stretch, at))
        if week not in known:
            these = rows[slice(*week)]
            known[week] = _mean(state.mean[these].tolist(), steps.volume_um3[these].tolist())
        means.append(known[week])
    return np.array(means, np.float64)


def _week(of: Integers, starts: Integers, ends: Integers, asked: tuple[int, Instant]) -> tuple[int, int]:
    """Return where the good steps of the week up to the last one before an instant stand."""
    stretch, at = asked
    first, until = np.searchsorted(of, (stretch, stretch + 1)).tolist()
    last = first + int(np.searchsorted(ends[first:until], at, side="right"))
    if last == first or at - ends[last - 1] > MEAN_AT_MOST:
        return 0, 0
    return first + int(np.searchsorted(starts[first:last], ends[last - 1] - MEAN_OVER)), last


def _mean(values: list[float], volumes: list[int]) -> float:
    products = (value * volume for value, volume in zip(values, volumes, strict=True))
    return fsum(products) / sum(volumes) if volumes else float("nan")
