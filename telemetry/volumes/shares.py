"""A step's whole volume divided over time so that the parts sum to it exactly."""

from typing import Protocol

import msgspec
import numpy as np

from telemetry.batch import NULL
from telemetry.model import Integers
from telemetry.volumes.layout import Layout


class Spans(Protocol):
    """Anything that has in each row a start, an end and a way to lay volume between them."""

    @property
    def start(self) -> Integers:
        """Instants."""

    @property
    def end(self) -> Integers:
        """Later instants."""

    @property
    def layout(self) -> Layout:
        """How volume is laid between them."""


class Whole(msgspec.Struct, frozen=True, eq=False):
    """Spans, and nothing else."""

    start: Integers
    end: Integers
    layout: Layout


def share(volume_um3: Integers, whole: Spans, begin: Integers, until: Integers) -> Integers:
    """Return what flowed from ``begin`` to ``until`` of what flowed in the whole of each span.

    Each boundary's elapsed share is rounded, not each part: the parts of one span telescope. Where
    the volume is `NULL`, so is its part.

    Examples
    --------
    >>> ten = np.full(3, 10)
    >>> share(ten, Whole(0 * ten, ten, Layout.even(3)), np.array([0, 3, 6]), np.array([3, 6, 10]))
    array([3, 3, 4])
    """
    known = volume_um3 != NULL
    volume = np.where(known, volume_um3, 0)
    part = _until(volume, whole, until) - _until(volume, whole, begin)
    return np.where(known, part, NULL)


def _until(volume: Integers, whole: Spans, at: Integers) -> Integers:
    """Return the rounded part that had flowed by an instant; by the end all of it, to the last digit."""
    elapsed = whole.layout.elapsed(whole.start, whole.end, at)
    return np.where(at == whole.end, volume, np.rint(volume * elapsed).astype(np.int64))
