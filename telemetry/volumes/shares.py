"""A step's whole volume divided over time so that the parts sum to it exactly."""

from typing import Protocol

import numpy as np

from telemetry.batch import NULL
from telemetry.model import Integers


class Spans(Protocol):
    """Anything that has a start and an end in each row."""

    @property
    def start(self) -> Integers:
        """Instants."""

    @property
    def end(self) -> Integers:
        """Later instants."""


def share(volume_um3: Integers, whole: Spans, begin: Integers, until: Integers) -> Integers:
    """Return what flowed from ``begin`` to ``until`` of what flowed in the whole of each span.

    Each boundary's elapsed share is rounded, not each part: the parts of one span telescope. Where
    the volume is `NULL`, so is its part.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> ten = np.full(3, 10)
    >>> share(ten, SimpleNamespace(start=0 * ten, end=ten), np.array([0, 3, 6]), np.array([3, 6, 10]))
    array([3, 3, 4])
    """
    known = volume_um3 != NULL
    volume = np.where(known, volume_um3, 0)
    part = _until(volume, whole, until) - _until(volume, whole, begin)
    return np.where(known, part, NULL)


def _until(volume: Integers, whole: Spans, at: Integers) -> Integers:
    """Return the rounded part that had flowed by an instant; by the end all of it, to the last digit."""
    elapsed = (at - whole.start) / (whole.end - whole.start)
    return np.where(at == whole.end, volume, np.rint(volume * elapsed).astype(np.int64))
