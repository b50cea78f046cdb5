"""Who said something, and when: what every column of a window stands beside."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from alerts.alarm import Target
from telemetry.model import Booleans, Floats, Instant, Integers

UNKNOWN_SINCE: Instant = -(2**62)
"""Stands for a target of which nothing was known before the window."""


LOOKED_BACK: Instant = 2**62
"""The age of what was judged before and is there to be looked back at: it raises and clears nothing."""


def no_integers() -> Integers:
    """Return a column of no whole numbers."""
    return np.empty(0, dtype=np.int64)


def no_floats() -> Floats:
    """Return a column of no figures."""
    return np.empty(0, dtype=np.float64)


def no_booleans() -> Booleans:
    """Return a column of no answers."""
    return np.empty(0, dtype=np.bool_)


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Who said something, and when; in the order of target and measured time.

    Attributes
    ----------
    targets : (t,)
        Everybody who speaks in the window.
    known_until : (t,) [Instant]
        Measured time up to which each was known before.
    target : (n,)
        Position in ``targets``.
    part : (n,)
        The stream a row is about, or another part of its target; 0 where there is only one.
    measured_at : (n,) [Instant]
        When it was so.
    age : (n,) [µs]
        How old it was when it arrived, `LOOKED_BACK` where it was judged before.
    """

    targets: Sequence[Target] = ()
    known_until: Integers = field(default_factory=no_integers)
    target: Integers = field(default_factory=no_integers)
    part: Integers = field(default_factory=no_integers)
    measured_at: Integers = field(default_factory=no_integers)
    age: Integers = field(default_factory=no_integers)

    @cached_property
    def places(self) -> dict[Target, int]:
        """Where each target stands in ``targets``."""
        return {target: place for place, target in enumerate(self.targets)}


def one_each(targets: Sequence[Target], measured_at: Integers, age: Sequence[Instant]) -> dict[str, Any]:
    """Return the columns that say who and when, for windows with one row a target."""
    size = len(targets)
    return {
        "targets": targets,
        "known_until": np.full(size, UNKNOWN_SINCE, dtype=np.int64),
        "target": np.arange(size, dtype=np.int64),
        "part": np.zeros(size, dtype=np.int64),
        "measured_at": measured_at,
        "age": np.array(age, dtype=np.int64),
    }
