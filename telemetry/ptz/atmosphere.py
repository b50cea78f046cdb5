"""The atmosphere at a site, and gauge pressure made absolute by it."""

from typing import Final

from telemetry.errors import ConfigurationError
from telemetry.model import Floats

SEA_LEVEL_PA: Final = 101_325.0
_SEA_LEVEL_K: Final = 288.15
_LAPSE_RATE_K_M: Final = 0.0065
_EXPONENT: Final = 9.80665 * 0.0289644 / (8.31432 * _LAPSE_RATE_K_M)
_ELEVATIONS_M: Final = (-1000.0, 9000.0)
_GIVEN_PA: Final = (30_000.0, 115_000.0)


def standard_atmosphere(elevation_m: float) -> float:
    r"""Return the pressure of the standard atmosphere.

    Parameters
    ----------
    elevation_m : float [m]
        Height above sea level.

    Returns
    -------
    float [Pa]
        Atmospheric pressure.

    Raises
    ------
    ConfigurationError
        If the elevation is not between -1000 and 9000 m.

    Notes
    -----
    .. math:: p = 101325 \left( 1 - \frac{0.0065 h}{288.15} \right)^{5.25588}

    The elevation is taken for the geopotential height, which at 2250 m makes
    0.01 kPa.

    References
    ----------
    .. [1] ISO 2533:1975, Standard Atmosphere.

    Examples
    --------
    >>> [round(standard_atmosphere(z) / 1000, 2) for z in (500, 1500, 2250)]
    [95.46, 84.56, 77.06]
    """
    low, high = _ELEVATIONS_M
    if not low <= elevation_m <= high:
        raise ConfigurationError(f"elevation_m is {elevation_m}, expected {low:g} to {high:g}")
    return float(SEA_LEVEL_PA * (1 - _LAPSE_RATE_K_M * elevation_m / _SEA_LEVEL_K) ** _EXPONENT)


def site_atmosphere(given_pa: float | None, elevation_m: float | None) -> float:
    """Return the atmosphere that a site's gauge pressures are added to.

    Parameters
    ----------
    given_pa : float or None [Pa]
        What the contract or the barometer says; it wins.
    elevation_m : float or None [m]
        Height above sea level, for the standard atmosphere.

    Returns
    -------
    float [Pa]
        Atmospheric pressure; 101325 when nothing is known of the site.

    Raises
    ------
    ConfigurationError
        If the given pressure is not between 30 and 115 kPa, or the elevation
        not between -1000 and 9000 m.

    Notes
    -----
    Taking 101.325 kPa at a site that has 85 overstates base volume by 18.7 %
    at 2.5 kPa gauge.

    References
    ----------
    .. [1] ISO 2533:1975, Standard Atmosphere.

    Examples
    --------
    >>> site_atmosphere(85_000.0, 500.0), round(site_atmosphere(None, 500.0)), site_atmosphere(None, None)
    (85000.0, 95461, 101325.0)
    """
    if given_pa is None:
        return standard_atmosphere(0.0 if elevation_m is None else elevation_m)
    low, high = _GIVEN_PA
    if not low <= given_pa <= high:
        raise ConfigurationError(
            f"atmospheric pressure is {given_pa / 1000:g} kPa, expected {low / 1000:g} to {high / 1000:g}"
        )
    return given_pa


def absolute_pressure(gauge_pa: Floats, atmosphere_pa: Floats | float) -> Floats:
    """Return absolute pressure from gauge pressure.

    Parameters
    ----------
    gauge_pa : (n,) [Pa, gauge]
        What the gauge shows.
    atmosphere_pa : (n,) or scalar [Pa]
        Pressure of the atmosphere at the site, from `site_atmosphere`.

    Returns
    -------
    (n,) [Pa, absolute]
        Their sum.

    Notes
    -----
    A gauge counts from the atmosphere around it.

    References
    ----------
    .. [1] EN 12405-1:2021, pressure transducers.

    Examples
    --------
    >>> import numpy as np
    >>> absolute_pressure(np.array([400e3]), 101_325.0)
    array([501325.])
    """
    return gauge_pa + atmosphere_pa
