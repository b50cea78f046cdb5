"""The equation that turns metered volume into base volume."""

import numpy as np

from telemetry.model import CHINA, BaseConditions, Floats


def correction_factor(
    pressure: Floats,
    temperature: Floats,
    z_ratio: Floats | float = 1.0,
    *,
    base: BaseConditions = CHINA,
) -> Floats:
    r"""Return the factor that turns metered volume into base volume.

    Parameters
    ----------
    pressure : (n,) [Pa, absolute]
        Gas pressure at the meter. Add the atmosphere to a gauge pressure first.
    temperature : (n,) [K]
        Gas temperature at the meter.
    z_ratio : (n,) or scalar [1]
        Compression factor at base conditions over that at the meter,
        :math:`Z_b / Z`; 1 makes this a PT correction.
    base : BaseConditions
        Contractual base conditions.

    Returns
    -------
    (n,) [1]
        Correction factor :math:`C`; NaN wherever an input is NaN, infinite or
        not positive. Each element depends on its own inputs alone, to the last
        bit, whatever the size of the batch it is in.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    Notes
    -----
    .. math:: C = \frac{p}{p_b} \, \frac{T_b}{T} \, \frac{Z_b}{Z}

    References
    ----------
    .. [1] EN 12405-1:2021, Gas meters - Conversion devices - Part 1: Volume
       conversion.

    Examples
    --------
    One metered cubic metre at 3 bar absolute and 5 degC:

    >>> correction_factor(np.array([3e5]), np.array([278.15])).round(4)
    array([3.1204])
    """
    return scaled_factor(pressure, temperature, z_ratio, base.temperature_k / base.pressure_pa)


def scaled_factor(
    pressure: Floats, temperature: Floats, z_ratio: Floats | float, scale: Floats | float
) -> Floats:
    """Return the correction factor for a scale Tb/pb [K/Pa] that may differ from reading to reading."""
    with np.errstate(all="ignore"):
        factor = pressure * scale / temperature * z_ratio
        usable = (pressure > 0) & (temperature > 0) & np.greater(z_ratio, 0) & np.isfinite(factor)
        usable &= np.isfinite(pressure) & np.isfinite(temperature)
    return np.where(usable, factor, np.nan)


def rescale_factor(of: BaseConditions, to: BaseConditions) -> float:
    r"""Return what turns volume at some base conditions into volume at others.

    Parameters
    ----------
    of : BaseConditions
        The base the volume is stated at.
    to : BaseConditions
        The base it is wanted at.

    Returns
    -------
    float [1]
        Factor on the volume.

    Notes
    -----
    :math:`(p / p')(T' / T)`: the gas is taken as ideal, which between usual base
    conditions leaves out less than 0.1 %.

    References
    ----------
    .. [1] EN 12405-1:2021, base conditions.

    Examples
    --------
    From 20 °C to 0 °C:

    >>> round(rescale_factor(CHINA, BaseConditions(temperature_k=273.15)), 6)
    0.931776
    """
    return of.pressure_pa / to.pressure_pa * (to.temperature_k / of.temperature_k)
