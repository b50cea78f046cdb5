"""Rows summed group by group, so that a group's figure depends on nothing but the group."""

import numpy as np

from telemetry.batch import NULL
from telemetry.model import Floats, Integers


class Groups:
    """Successive rows that belong together: where each group begins, of how many rows."""

    def __init__(self, begins: Integers, rows: int) -> None:
        self._begins = begins
        self._group = np.repeat(np.arange(len(begins)), np.diff(begins, append=rows))
        self.last = np.append(begins[1:], rows)[: len(begins)] - 1

    def sum(self, values: Integers) -> Integers:
        """Return the sums of whole numbers."""
        sums: Integers = np.add.reduceat(values, self._begins)
        return sums

    def sum_of_known(self, values: Integers) -> Integers:
        """Return the sums of whole numbers, `NULL` where one is not known."""
        unknown = values == NULL
        sums = self.sum(np.where(unknown, 0, values))
        return np.where(self.highest(unknown.astype(np.int64)) > 0, NULL, sums)

    def highest(self, values: Integers) -> Integers:
        """Return the largest of each group."""
        highest: Integers = np.maximum.reduceat(values, self._begins)
        return highest

    def united(self, flags: Integers) -> Integers:
        """Return all bits that are set in a group."""
        united: Integers = np.bitwise_or.reduceat(flags, self._begins)
        return united

    def add(self, values: Floats) -> Floats:
        """Return the sums of floats, added in order of the rows."""
        sums: Floats = np.bincount(self._group, weights=values, minlength=len(self._begins)).astype(
            np.float64
        )
        return sums

    def mean(self, values: Floats, *weights: Floats | Integers) -> Floats:
        """Return the weighted means of what is known; by the next weights where the first sum to nothing."""
        known = ~np.isnan(values)
        mean = np.full(len(self._begins), np.nan)
        for each in weights:
            weight = np.where(known, each, 0.0)
            total = self.add(np.where(known, values * weight, 0.0))
            whole = self.add(weight)
            with np.errstate(invalid="ignore", divide="ignore"):
                mean = np.where(np.isnan(mean) & (whole > 0), total / whole, mean)
        return mean
