"""Virial coefficients of SGERG-88: five components, the hydrocarbons as one of a given heating value."""

from typing import Final

import msgspec
import numpy as np

from telemetry.model import Floats

# Each triple is the polynomial c0 + c1 T + c2 T² in kelvin, in m³/kmol or m⁶/kmol²:
# GB/T 17747.3-2011 (ISO 12213-3:2006), Annex B, Tables B.1 and B.2.
_B_H: Final = (
    (-4.25468e-1, 2.86500e-3, -4.62073e-6),
    (8.77118e-4, -5.56281e-6, 8.81510e-9),
    (-8.24747e-7, 4.31436e-9, -6.08319e-12),
)
_B_22: Final = (-1.44600e-1, 7.40910e-4, -9.11950e-7)
_B_33: Final = (-8.68340e-1, 4.03760e-3, -5.16570e-6)
_B_44: Final = (-1.10596e-3, 8.13385e-5, -9.87220e-8)
_B_55: Final = (-1.30820e-1, 6.02540e-4, -6.44300e-7)
_B_14: Final = (-5.21280e-2, 2.71570e-4, -2.50000e-7)
_B_15: Final = (-6.87290e-2, -2.39381e-6, 5.18195e-7)
_B_23: Final = (-3.39693e-1, 1.61176e-3, -2.04429e-6)
_B_24: Final = (1.20000e-2, 0.0, 0.0)
_C_H: Final = (
    (-3.02488e-1, 1.95861e-3, -3.16302e-6),
    (6.46422e-4, -4.22876e-6, 6.88157e-9),
    (-3.32805e-7, 2.23160e-9, -3.67713e-12),
)
_C_222: Final = (7.84980e-3, -3.98950e-5, 6.11870e-8)
_C_333: Final = (2.05130e-3, 3.48880e-5, -8.37030e-8)
_C_444: Final = (1.04711e-3, -3.64887e-6, 4.67095e-9)
_C_115: Final = (7.36748e-3, -2.76578e-5, 3.43051e-8)
_C_223: Final = (5.52066e-3, -1.68609e-5, 1.57169e-8)
_C_233: Final = (3.58783e-3, 8.06674e-6, -3.25798e-8)


class Mixture(msgspec.Struct, frozen=True):
    """Mole fractions of the five components, and the molar heating value of the hydrocarbons [MJ/kmol]."""

    hydrocarbons: float
    nitrogen: float
    carbon_dioxide: float
    hydrogen: float
    carbon_monoxide: float
    heating_value: float


def second_virial(mixture: Mixture, temperature_k: Floats) -> Floats:
    r"""Return the second virial coefficient of a mixture.

    Parameters
    ----------
    mixture : Mixture
        What the gas is made of.
    temperature_k : (n,) [K]
        Gas temperature.

    Returns
    -------
    (n,) [m³/kmol]
        :math:`B`; NaN where the combining rule has no real root.

    Notes
    -----
    :math:`B = \sum_i \sum_j x_i x_j B_{ij}`, with
    :math:`B_{12} = (0.72 + 1.875 \cdot 10^{-5} (320 - T)^2)(B_{11} + B_{22})/2`
    and :math:`B_{13} = -0.865 \sqrt{B_{11} B_{33}}`.

    References
    ----------
    .. [1] ISO 12213-3:2006 (GB/T 17747.3-2011), Annex B.

    Examples
    --------
    >>> second_virial(Mixture(0.0, 1.0, 0.0, 0.0, 0.0, 1000.0), np.array([273.15])).round(5)
    array([-0.01026])
    """
    t, x = temperature_k, mixture
    b_11 = _hydrocarbon(_B_H, t, x.heating_value)
    b_22, b_33 = _polynomial(_B_22, t), _polynomial(_B_33, t)
    b_12 = (0.72 + 1.875e-5 * (320.0 - t) ** 2) * (b_11 + b_22) / 2
    b_13 = -0.865 * np.sqrt(b_11 * b_33)
    alone = (
        x.hydrocarbons**2 * b_11
        + x.nitrogen**2 * b_22
        + x.carbon_dioxide**2 * b_33
        + x.hydrogen**2 * _polynomial(_B_44, t)
        + x.carbon_monoxide**2 * _polynomial(_B_55, t)
    )
    with_hydrocarbons = x.hydrocarbons * (
        x.nitrogen * b_12
        + x.carbon_dioxide * b_13
        + x.hydrogen * _polynomial(_B_14, t)
        + x.carbon_monoxide * _polynomial(_B_15, t)
    )
    with_nitrogen = x.nitrogen * (
        x.carbon_dioxide * _polynomial(_B_23, t) + x.hydrogen * _polynomial(_B_24, t)
    )
    return alone + 2 * (with_hydrocarbons + with_nitrogen)


def third_virial(mixture: Mixture, temperature_k: Floats) -> Floats:
    r"""Return the third virial coefficient of a mixture.

    Parameters
    ----------
    mixture : Mixture
        What the gas is made of.
    temperature_k : (n,) [K]
        Gas temperature.

    Returns
    -------
    (n,) [m⁶/kmol²]
        :math:`C`.

    Notes
    -----
    :math:`C = \sum_i \sum_j \sum_k x_i x_j x_k C_{ijk}`, with
    :math:`C_{ijk} = y_{ijk} (C_{iii} C_{jjj} C_{kkk})^{1/3}` where no
    polynomial is given; :math:`y_{112} = y_{122} = 0.92 + 0.0013 (T - 270)`,
    :math:`y_{113} = y_{133} = 0.92`, :math:`y_{114} = 1.20`, :math:`y_{123} = 1.10`.

    References
    ----------
    .. [1] ISO 12213-3:2006 (GB/T 17747.3-2011), Annex B.

    Examples
    --------
    >>> third_virial(Mixture(0.0, 1.0, 0.0, 0.0, 0.0, 1000.0), np.array([273.15])).round(6)
    array([0.001518])
    """
    t, x = temperature_k, mixture
    c_111 = _hydrocarbon(_C_H, t, x.heating_value)
    c_222, c_333, c_444 = _polynomial(_C_222, t), _polynomial(_C_333, t), _polynomial(_C_444, t)
    # Every combining rule is a product of cube roots, so each root is taken once.
    r_1, r_2, r_3, r_4 = np.cbrt(c_111), np.cbrt(c_222), np.cbrt(c_333), np.cbrt(c_444)
    y_112 = 0.92 + 0.0013 * (t - 270.0)
    alone = (
        x.hydrocarbons**3 * c_111
        + x.nitrogen**3 * c_222
        + x.carbon_dioxide**3 * c_333
        + x.hydrogen**3 * c_444
    )
    pairs = x.hydrocarbons**2 * (
        x.nitrogen * y_112 * r_1 * r_1 * r_2
        + x.carbon_dioxide * 0.92 * r_1 * r_1 * r_3
        + x.hydrogen * 1.20 * r_1 * r_1 * r_4
        + x.carbon_monoxide * _polynomial(_C_115, t)
    ) + x.hydrocarbons * (
        x.nitrogen**2 * y_112 * r_1 * r_2 * r_2 + x.carbon_dioxide**2 * 0.92 * r_1 * r_3 * r_3
    )
    inert = (
        x.nitrogen
        * x.carbon_dioxide
        * (x.nitrogen * _polynomial(_C_223, t) + x.carbon_dioxide * _polynomial(_C_233, t))
    )
    triple = x.hydrocarbons * x.nitrogen * x.carbon_dioxide * 1.10 * r_1 * r_2 * r_3
    return alone + 3 * (pairs + inert) + 6 * triple


def _polynomial(coefficients: tuple[float, float, float], t: Floats) -> Floats:
    c_0, c_1, c_2 = coefficients
    return c_0 + t * (c_1 + t * c_2)


def _hydrocarbon(rows: tuple[tuple[float, float, float], ...], t: Floats, heating_value: float) -> Floats:
    """Return the polynomial in temperature whose coefficients are themselves one in heating value."""
    h_0, h_1, h_2 = (_polynomial(row, t) for row in rows)
    return h_0 + heating_value * (h_1 + heating_value * h_2)
