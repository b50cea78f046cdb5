"""Zb/Z of one gas as polynomials over cells of pressure and temperature, built from the exact method."""

from typing import Final

import msgspec
import numpy as np

from telemetry.model import BaseConditions, Floats, GasQuality
from telemetry.ptz import chebyshev
from telemetry.ptz.compression import base_compression_factor
from telemetry.ptz.grid import CELLS, DEGREE, PATCHES, PRESSURE_CELLS, TEMPERATURE_CELLS, TERMS, Patch
from telemetry.ptz.method import Method, find_method, suitability
from telemetry.quality import Flag

CELL_TOLERANCE: Final = 4e-7
SERIES_TOLERANCE: Final = 5e-8
_ORDERS: Final = ((20, 18), (36, 30))
_NODES: Final = DEGREE + 2
_CHECKS: Final = np.linspace(0.0, 1.0, 5)
_PROBES: Final = 16


class SurfaceKey(msgspec.Struct, frozen=True, cache_hash=True):
    """What a surface depends on."""

    gas: GasQuality | None
    base: BaseConditions


def build_surface(key: SurfaceKey) -> Floats:
    """Return the coefficients of Zb/Z in every cell, one row for each of `TERMS`.

    A cell where the polynomial would miss the exact method by more than
    `CELL_TOLERANCE`, or which the method does not reach, is NaN: whoever reads
    NaN there asks the exact method. Without a gas every cell is NaN.
    """
    table = np.full((len(TERMS), PRESSURE_CELLS, TEMPERATURE_CELLS), np.nan)
    if key.gas is not None:
        _fill(table, key.gas, key.base)
    return table.reshape(len(TERMS), CELLS)


def _fill(table: Floats, gas: GasQuality, base: BaseConditions) -> None:
    """Write the coefficients of a gas."""
    method = find_method(gas.method)
    if method.constant is not None:
        table[:] = 0.0
        table[TERMS.index((0, 0))] = method.constant(gas)
    elif not suitability(gas) & Flag.Z_OUT_OF_RANGE:
        z_base = base_compression_factor(gas, base)
        for patch in PATCHES:
            columns, rows = slice(*patch.pressure_cells), slice(*patch.temperature_cells)
            table[:, columns, rows] = _patch_table(method, gas, patch) * z_base


def _patch_table(method: Method, gas: GasQuality, patch: Patch) -> Floats:
    """Return the coefficients of 1/Z in the cells of a patch."""
    shape = (len(TERMS), *(end - first for first, end in (patch.pressure_cells, patch.temperature_cells)))
    warmest = sum(patch.temperatures_k)
    if method.wider.temperature_min_k < warmest:
        for order in _ORDERS:
            series = _series(method, gas, patch, order)
            if _converged(series) and _agrees(method, gas, patch, series):
                return _cut(series, shape)
    return np.full(shape, np.nan)


def _inverse_z(method: Method, gas: GasQuality, patch: Patch, p: Floats, t: Floats) -> Floats:
    """Return 1/Z by the exact method at points of the unit square laid over a patch."""
    pressure_start, pressure_span = patch.pressures_pa
    temperature_start, temperature_span = patch.temperatures_k
    with np.errstate(all="ignore"):
        z = method.z(gas, pressure_start + p * pressure_span, temperature_start + t * temperature_span)
        return 1 / z


def _series(method: Method, gas: GasQuality, patch: Patch, order: tuple[int, int]) -> Floats:
    """Return the Chebyshev coefficients that interpolate 1/Z over a patch."""
    p, t = np.meshgrid(chebyshev.roots(order[0]), chebyshev.roots(order[1]), indexing="ij")
    values = _inverse_z(method, gas, patch, p.ravel(), t.ravel()).reshape(order)
    return chebyshev.both_sides(chebyshev.analysis(order[0]), values, chebyshev.analysis(order[1]))


def _converged(series: Floats) -> bool:
    """Say whether the last coefficients are so small that those left out cannot matter."""
    tail = max(np.abs(series[-2:]).max(), np.abs(series[:, -2:]).max())
    return bool(tail < SERIES_TOLERANCE)


def _agrees(method: Method, gas: GasQuality, patch: Patch, series: Floats) -> bool:
    """Say whether the series meets the exact method at points it was not made from."""
    turns: Floats = np.arange(1.0, _PROBES + 1)
    p, t = (turns * 0.7548776662466927) % 1, (turns * 0.5698402909980532) % 1
    exact = _inverse_z(method, gas, patch, p, t)
    columns = np.einsum("ij,jk->ik", chebyshev.polynomials(p, series.shape[0]), series)
    found = np.einsum("ik,ik->i", columns, chebyshev.polynomials(t, series.shape[1]))
    return bool(np.all(np.abs(found / exact - 1) < 2 * SERIES_TOLERANCE))


def _cut(series: Floats, shape: tuple[int, ...]) -> Floats:
    """Return the power coefficients of each cell of a patch; NaN where they would miss the series."""
    _, pressure_cells, temperature_cells = shape
    nodes = _at(series, chebyshev.roots(_NODES), pressure_cells, temperature_cells)
    local = chebyshev.both_sides(chebyshev.analysis(_NODES), nodes, chebyshev.analysis(_NODES))
    terms = np.arange(DEGREE + 1)
    kept = local[..., : DEGREE + 1, : DEGREE + 1] * (terms[:, None] + terms <= DEGREE)
    grid = chebyshev.polynomials(_CHECKS, DEGREE + 1)
    truth = _at(series, _CHECKS, pressure_cells, temperature_cells)
    error = np.abs(chebyshev.both_sides(grid, kept, grid) / truth - 1).max(axis=(-2, -1))
    to_powers = chebyshev.powers(DEGREE + 1).T
    power = np.where(
        (error < CELL_TOLERANCE)[..., None, None], chebyshev.both_sides(to_powers, kept, to_powers), np.nan
    )
    return np.stack([power[..., k, m] for k, m in TERMS])


def _at(series: Floats, points: Floats, pressure_cells: int, temperature_cells: int) -> Floats:
    """Return the series at the same points of every cell: cells first, points last."""
    p = (np.arange(pressure_cells)[:, None] + points) / pressure_cells
    t = (np.arange(temperature_cells)[:, None] + points) / temperature_cells
    values = chebyshev.both_sides(
        chebyshev.polynomials(p.ravel(), series.shape[0]),
        series,
        chebyshev.polynomials(t.ravel(), series.shape[1]),
    )
    return values.reshape(pressure_cells, len(points), temperature_cells, len(points)).transpose(0, 2, 1, 3)
