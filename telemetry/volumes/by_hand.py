"""Hand reads: inside a gap they say how much had flowed by then; elsewhere they check the register."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from telemetry.batch import NULL
from telemetry.model import Instant, Integers
from telemetry.quality import Flag
from telemetry.volumes.evidence import HandRead
from telemetry.volumes.method import MEASURED_AT_MOST
from telemetry.volumes.readings import Stretch
from telemetry.volumes.steps import COUNTED, REGISTER, Steps, cut

NEAR_UM3: Final = 1_000_000
"""People read whole cubic metres: by so much a hand read may lie off what the device says."""


class _Anchor(NamedTuple):
    """What of a step had flowed by an instant inside it."""

    step: int
    at: Instant
    volume_um3: int
    base_register_um3: int
    disturbed_um3: int
    base_disturbed_um3: int


def read_by_hand(steps: Steps, stretches: Sequence[Stretch]) -> Steps:
    """Return the steps with those that are gaps divided at the hand reads inside them.

    The parts sum to the step. A hand read that the register contradicts divides nothing; its step
    is flagged.
    """
    read = [
        (step, hand_read)
        for place, stretch in enumerate(stretches)
        if stretch.hand_reads
        for step, hand_read in _steps_read(steps, place, stretch.hand_reads)
    ]
    return _divided(steps, list(_anchors(steps, stretches, read))) if read else steps


def _steps_read(steps: Steps, place: int, hand_reads: Sequence[HandRead]) -> Iterator[tuple[int, HandRead]]:
    """Yield each hand read of a stretch with the step it lies in, in order of time."""
    first, end = np.searchsorted(steps.stretch, (place, place + 1)).tolist()
    for hand_read in sorted(hand_reads, key=lambda one: (one.measured_at, one.hand_read_id)):
        step = first + int(np.searchsorted(steps.end[first:end], hand_read.measured_at))
        if step < end and steps.basis[step] == REGISTER and steps.start[step] < hand_read.measured_at:
            yield step, hand_read


def _anchors(
    steps: Steps, stretches: Sequence[Stretch], read: Sequence[tuple[int, HandRead]]
) -> Iterator[_Anchor]:
    """Yield where steps are to be divided; flag those that a hand read contradicts."""
    last: _Anchor | None = None
    for step, hand_read in read:
        before = last if last and last.step == step else _Anchor(step, int(steps.start[step]), 0, 0, 0, 0)
        flowed = _flowed(steps, stretches, step, hand_read)
        volume = int(steps.volume_um3[step])
        if flowed is None:
            continue
        if not before.volume_um3 - NEAR_UM3 <= flowed <= volume + NEAR_UM3:
            steps.flags[step] |= Flag.INDEX_MISMATCH
        elif steps.duration[step] > MEASURED_AT_MOST and before.at < hand_read.measured_at < steps.end[step]:
            flowed = min(max(flowed, before.volume_um3), volume)
            others = (_flowed_of(steps, name, step, hand_read.measured_at, flowed) for name in COUNTED[1:])
            last = _Anchor(step, hand_read.measured_at, flowed, *others)
            yield last


def _flowed(steps: Steps, stretches: Sequence[Stretch], step: int, hand_read: HandRead) -> int | None:
    """Return what a hand read says had flowed since its step began; None where it says nothing of it.

    What it says of the base register alone is divided by what the device's own did in the step.
    """
    of, by_base = stretches[int(steps.stretch[step])], bool(steps.by_base[step])
    over = bool(steps.flags[step] & Flag.REGISTER_ROLLOVER)
    if hand_read.index_um3 is not None and not by_base:
        flowed = hand_read.index_um3 - int(steps.index_um3[step])
        return flowed + (of.range_um3 if over and flowed < 0 else 0)
    began, register = int(steps.base_index_um3[step]), int(steps.base_register_um3[step])
    if hand_read.base_index_um3 is None or NULL in (began, register):
        return None
    flowed = hand_read.base_index_um3 - began
    if by_base:
        return flowed + (of.base_range_um3 if over and flowed < 0 else 0)
    return flowed * int(steps.volume_um3[step]) // register if register else None


def _flowed_of(steps: Steps, name: str, step: int, at: Instant, flowed: int) -> int:
    """Return what of another register had flowed: in proportion to volume, else to time."""
    counted, volume = int(getattr(steps, name)[step]), int(steps.volume_um3[step])
    if counted == NULL:
        return NULL
    if volume:
        return counted * flowed // volume
    return counted * (at - int(steps.start[step])) // int(steps.duration[step])


def _divided(steps: Steps, anchors: Sequence[_Anchor]) -> Steps:
    """Return the steps divided; a part is never better than interpolated, however short it is."""
    if not anchors:
        return steps
    step, at, *counted = np.array(anchors, np.int64).T
    pieces = cut(steps, step, at)
    before = step + np.arange(len(step))
    for name, flowed in zip(COUNTED, counted, strict=True):
        _divide(getattr(pieces, name), getattr(steps, name), step, flowed)
    divided = np.union1d(before, before + 1)
    length = (pieces.end - pieces.start)[divided]
    pieces.duration[divided] = np.maximum(length, MEASURED_AT_MOST + 1)
    return pieces


def _divide(pieces: Integers, whole: Integers, step: Integers, flowed: Integers) -> None:
    """Set what each piece of a divided step has: what had flowed by its end, less what had before."""
    before = step + np.arange(len(step))
    last = np.append(step[1:] != step[:-1], True)
    earlier = np.where(np.append(True, last[:-1]), 0, np.append(0, flowed[:-1]))
    known = flowed != NULL
    pieces[before[known]] = (flowed - earlier)[known]
    end = known & last
    pieces[before[end] + 1] = whole[step[end]] - flowed[end]
