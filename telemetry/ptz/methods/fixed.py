"""A constant ratio of compression factors, as a PT corrector holds it."""

from math import isfinite
from typing import Final

import numpy as np

from telemetry.errors import ConfigurationError
from telemetry.model import Floats, GasQuality
from telemetry.ptz.method import Method
from telemetry.ptz.range import ANYWHERE


def suitability(gas: GasQuality) -> int:
    """Return no flag: a constant has no range."""
    given_ratio(gas)
    return 0


def z(gas: GasQuality, pressure_pa: Floats, temperature_k: Floats) -> Floats:
    """Return the inverse of the given ratio at every state.

    Parameters
    ----------
    gas : GasQuality
        ``z_ratio`` is :math:`Z_b / Z`; 1 when it is not given.
    pressure_pa : (n,) [Pa, absolute]
        Not looked at.
    temperature_k : (n,) [K]
        Not looked at.

    Returns
    -------
    (n,) [1]
        :math:`Z / Z_b`.

    Raises
    ------
    ConfigurationError
        If the ratio is not a positive number.

    Notes
    -----
    Good at low pressure only: at 400 kPa gauge and 15 °C leaving Z out
    under-registers by 0.9 %.

    References
    ----------
    .. [1] EN 12405-1:2021, PT conversion.

    Examples
    --------
    >>> z(GasQuality(z_ratio=1.25), np.array([4e5]), np.array([288.15]))
    array([0.8])
    """
    return np.full(np.broadcast_shapes(pressure_pa.shape, temperature_k.shape), 1 / given_ratio(gas))


def given_ratio(gas: GasQuality) -> float:
    """Return Zb/Z as it is given, 1 when it is not."""
    ratio = 1.0 if gas.z_ratio is None else gas.z_ratio
    if not (isfinite(ratio) and ratio > 0):
        raise ConfigurationError(f"gas quality: z_ratio is {ratio}, expected a positive number")
    return ratio


METHOD: Final = Method(
    name="fixed", normal=ANYWHERE, wider=ANYWHERE, suitability=suitability, z=z, constant=given_ratio
)
