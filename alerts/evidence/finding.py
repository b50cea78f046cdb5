"""What one evidence finds."""

from dataclasses import dataclass

import numpy as np

from telemetry.model import Floats


@dataclass(frozen=True)
class Finding:
    """How strongly something speaks for gas around each meter, and for how much.

    Attributes
    ----------
    strength : (m,)
        How far what is now lies off what is usual, in the usual spread; NaN where it cannot tell.
    share : (m,)
        Which part of the gas that is used goes around the meter, while any does.
    days : (m,) [d]
        For how long it has been so.
    unmetered_m3, sigma_m3 : (m,) [m³ at base conditions]
        What went around in these days, and the standard deviation of that; NaN where it cannot tell.
    """

    strength: Floats
    share: Floats
    days: Floats
    unmetered_m3: Floats
    sigma_m3: Floats

    def stands(self, least_strength: Floats | float, least_share: Floats | float) -> np.ndarray:
        """Return where it is strong enough, of enough gas, and still so; what cannot tell does not stand."""
        return (self.strength > least_strength) & (self.share > least_share) & (self.days > 0)


def nothing(meters: int) -> Finding:
    """Return what an evidence finds that can tell of no meter."""
    return Finding(*(np.full(meters, np.nan) for _ in range(5)))
