"""Chebyshev series in two variables, with plain sums so that every machine adds in the same order."""

from functools import cache
from typing import Final

import numpy as np

from telemetry.model import Floats

ROOT_COUNT_MINIMUM: Final = 2


@cache
def roots(count: int) -> Floats:
    """Return the roots of the Chebyshev polynomial of that degree, on (0, 1)."""
    return (1 - np.cos((np.arange(count) + 0.5) * np.pi / count)) / 2


def polynomials(at: Floats, count: int) -> Floats:
    """Return the first Chebyshev polynomials at points of [0, 1], one column each."""
    x = 2 * at - 1
    columns = [np.ones_like(x), x]
    for _ in range(ROOT_COUNT_MINIMUM, count):
        columns.append(2 * x * columns[-1] - columns[-2])
    return np.stack(columns[:count], axis=-1)


@cache
def analysis(count: int) -> Floats:
    """Return the matrix that turns values at the roots into coefficients, one row each."""
    matrix = polynomials(roots(count), count).T * (2 / count)
    matrix[0] /= 2
    return matrix


@cache
def powers(count: int) -> Floats:
    """Return what each Chebyshev polynomial on [0, 1] is in powers of its argument, one row each."""
    rows = np.zeros((count, count))
    rows[0, 0] = 1
    rows[1, :2] = -1, 2
    for degree in range(ROOT_COUNT_MINIMUM, count):
        rows[degree] = -2 * rows[degree - 1] - rows[degree - 2]
        rows[degree, 1:] += 4 * rows[degree - 1, :-1]
    return rows


def both_sides(left: Floats, middle: Floats, right: Floats) -> Floats:
    """Return the matrix product left · middle · rightᵀ over the last two axes, without BLAS."""
    half: Floats = np.einsum("ij,...jk->...ik", left, middle)
    whole: Floats = np.einsum("...ik,lk->...il", half, right)
    return whole
