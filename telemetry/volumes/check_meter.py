"""What flowed by the meter that checks another, where the other's own register does not tell."""

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from telemetry.batch import NULL
from telemetry.model import HOUR, Instant, Integers
from telemetry.quality import Flag
from telemetry.volumes.layout import Curve, Curves, Layout
from telemetry.volumes.method import INTERPOLATED_AT_MOST, BaseMethod
from telemetry.volumes.readings import Checked, Stretch
from telemetry.volumes.registers import Advance, Register, advance
from telemetry.volumes.steps import Steps
from telemetry.volumes.unmetered import why_untold


def by_check_meter(steps: Steps, stretches: Sequence[Stretch]) -> Steps:
    """Return the steps, those whose register went back or has no end with what the check meter counted."""
    if not any(stretch.checked for stretch in stretches):
        return steps
    curves: list[Curve] = []
    for place, stretch in enumerate(stretches):
        for checked in stretch.checked:
            counted = advance(_register(checked))
            for row in _untold(steps, place, stretch):
                found = _counted(checked.at, counted, int(steps.start[row]), int(steps.end[row]))
                if found:
                    if steps.volume_um3[row] == NULL:
                        steps.flags[row] |= why_untold(stretch, int(steps.end[row]))
                    steps.volume_um3[row], curve = found
                    steps.layout.which[row] = len(steps.layout.curves) + len(curves)
                    steps.basis[row] = BaseMethod.CHECK_METER
                    curves.append(curve)
    layout = Layout(steps.layout.which, steps.layout.curves.plus(Curves(curves)))
    return msgspec.structs.replace(steps, layout=layout)


def _register(checked: Checked) -> Register:
    rows = len(checked.at)
    joined = np.ones(max(rows - 1, 0), np.bool_)
    largest = np.full(rows, checked.qmax_m3h)
    return Register(checked.at, checked.index_um3, joined, np.full(rows, checked.range_um3), largest)


def _untold(steps: Steps, place: int, stretch: Stretch) -> Iterator[int]:
    """Yield the steps of a stretch of which its register does not tell what flowed."""
    first, end = np.searchsorted(steps.stretch, (place, place + 1)).tolist()
    fell = (steps.flags[first:end] & Flag.REGISTER_REGRESSION) != 0
    untold = (steps.volume_um3[first:end] == NULL) | (fell & (steps.volume_um3[first:end] == 0))
    for row in (np.flatnonzero(untold) + first).tolist():
        none = stretch.meanwhile and not stretch.meanwhile.used and steps.end[row] == stretch.meanwhile.until
        if not none and not steps.by_base[row]:
            yield row


def _counted(at: Integers, counted: Advance, start: Instant, end: Instant) -> tuple[int, Curve] | None:
    """Return what a check meter counted from one instant to another, and along what.

    None where it does not speak of both ends within 6 hours, or its own register went back in between.
    In whole numbers, so that what it counted before decides nothing.
    """
    first = int(np.searchsorted(at, start, side="right")) - 1
    last = int(np.searchsorted(at, end))
    if first < 0 or last >= len(at):
        return None
    here, length = slice(first, last), np.diff(at[first : last + 1])
    fell = (counted.flags[here] & int(Flag.REGISTER_REGRESSION)) != 0
    if fell.any() or max(length[0], length[-1]) > INTERPOLATED_AT_MOST:
        return None
    ends, volumes = at[first : last + 1].tolist(), counted.volume_um3[here].tolist()
    first_hour = start // HOUR * HOUR
    hours = [min(max(hour, ends[0]), ends[-1]) for hour in range(first_hour, end + HOUR, HOUR)]
    by_hour = np.array(_by(ends, volumes, hours), np.int64)
    by_start, by_end = _by(ends, volumes, [start, end])
    return by_end - by_start, Curve(first_hour, by_hour - by_hour[0])


def _by(ends: Sequence[int], volumes: Sequence[int], instants: Sequence[int]) -> list[int]:
    """Return what had flowed by instants in order of time, of steps one after another."""
    flowed, before, step = [], 0, 0
    for at in instants:
        while at > ends[step + 1]:
            before += volumes[step]
            step += 1
        flowed.append(before + volumes[step] * (at - ends[step]) // (ends[step + 1] - ends[step]))
    return flowed
