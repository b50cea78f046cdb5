"""The surfaces in use, side by side in one array; the least recently used make room."""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Final

import numpy as np

from telemetry.model import Floats, Integers
from telemetry.ptz.grid import CELLS, TERMS
from telemetry.ptz.surface import SurfaceKey, build_surface

CAPACITY: Final = 64
"""Surfaces kept, 95 kB each; who asks for more at once is served all the same."""


class Surfaces:
    """Coefficients of many gases; an array that was handed out is never written to again."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._lock = Lock()
        self._slots: OrderedDict[SurfaceKey, int] = OrderedDict()
        self._tables: Floats = np.empty((len(TERMS), 0, CELLS))

    def tables(self, keys: Sequence[SurfaceKey]) -> tuple[Floats, Integers]:
        """Return the coefficients, one row a term, and where in a row the cells of each key begin."""
        with self._lock:
            missing = [key for key in keys if key not in self._slots]
            if missing:
                self._add(missing, set(keys))
            for key in keys:
                self._slots.move_to_end(key)
            starts = np.array([self._slots[key] * CELLS for key in keys], np.int64)
            return self._tables.reshape(len(TERMS), -1), starts

    def _add(self, missing: list[SurfaceKey], wanted: set[SurfaceKey]) -> None:
        others = [key for key in self._slots if key not in wanted]
        spare = max(0, self._capacity - len(wanted))
        kept = others[max(0, len(others) - spare) :] + [key for key in self._slots if key in wanted]
        tables = [self._tables[:, self._slots[key]] for key in kept] + [build_surface(key) for key in missing]
        self._tables = np.stack(tables, axis=1)
        self._slots = OrderedDict((key, slot) for slot, key in enumerate(kept + missing))


SURFACES: Final = Surfaces()
