"""The arithmetic of readings on surfaces: the same elementwise steps for one reading as for a million."""

from typing import Final

import numpy as np

from telemetry.model import Floats, Integers
from telemetry.ptz.grid import (
    DEGREE,
    PRESSURE_STEP_PA,
    TEMPERATURE_CELLS,
    TEMPERATURE_START_K,
    TEMPERATURE_STEP_K,
    TERMS,
)

BLOCK: Final = 8192
"""Readings worked on at a time, so that the buffers stay in the processor's cache."""

_ROW: Final = {term: row for row, term in enumerate(TERMS)}


class Kernel:
    """Buffers for one block of readings, and what is done in them."""

    def __init__(self, size: int) -> None:
        self._floats = np.empty((6, size))
        self._cells = np.empty(size, np.int64)

    def z_ratio(
        self, tables: Floats, offset: Integers, pressure_pa: Floats, temperature_k: Floats, out: Floats
    ) -> None:
        """Write Zb/Z of every reading; what lies outside the grid comes out as anything."""
        size = len(pressure_pa)
        p, t, column, row, inner, coefficient = self._floats[:, :size]
        cells = self._cells[:size]
        np.multiply(pressure_pa, 1 / PRESSURE_STEP_PA, out=p)
        np.multiply(temperature_k, 1 / TEMPERATURE_STEP_K, out=t)
        np.subtract(t, TEMPERATURE_START_K / TEMPERATURE_STEP_K, out=t)
        np.floor(p, out=column)
        np.floor(t, out=row)
        np.subtract(p, column, out=p)
        np.subtract(t, row, out=t)
        np.multiply(column, TEMPERATURE_CELLS, out=column)
        np.add(column, row, out=column)
        np.copyto(cells, column, casting="unsafe")
        np.add(cells, offset, out=cells)
        for k in range(DEGREE, -1, -1):
            target = out if k == DEGREE else inner
            _polynomial(tables, k, cells, t, target, coefficient)
            if k < DEGREE:
                np.multiply(out, p, out=out)
                np.add(out, inner, out=out)


def _polynomial(tables: Floats, k: int, cells: Integers, t: Floats, out: Floats, coefficient: Floats) -> None:
    """Write the polynomial in temperature that stands before the k-th power of pressure."""
    highest = DEGREE - k
    tables[_ROW[k, highest]].take(cells, out=out, mode="clip")
    for m in range(highest - 1, -1, -1):
        np.multiply(out, t, out=out)
        tables[_ROW[k, m]].take(cells, out=coefficient, mode="clip")
        np.add(out, coefficient, out=out)
