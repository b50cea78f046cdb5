"""Limits of outlet pressure that follow from how a regulator is set and classed."""

from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from telemetry.model import Booleans, Floats, Integers

MARGIN: Final = 0.02
"""What a pressure may be off beyond its regulator's class before anyone is told."""

DEFAULT_ACCURACY_PCT: Final = 10.0
"""AC where a set point states none: the usual class of a district regulator."""

DEFAULT_LOCKUP_PCT: Final = 20.0
"""SG where a set point states none: the class that usually goes with AC 10."""

_DECIMALS: Final = 3  # of a Pa: binary fractions decide no alarm
_OPSO_SHARE: Final = 0.95
_UPSO_SHARE: Final = 1.1
_PSI: Final = 6894.757  # Pa


@dataclass(frozen=True)
class LimitColumns:
    """Limits of outlet pressure [Pa, gauge], one row a set point or a sample; NaN where there is none.

    ``accuracy_pa`` is how far a regulator may control off its set point, ``lockup_pa`` as high as it may
    close, ``ceiling_pa`` what protection must hold in any case; ``standby`` is 1 for a stream in reserve,
    0 for one on duty.
    """

    set_pa: Floats
    low_low_pa: Floats
    low_pa: Floats
    high_no_flow_pa: Floats
    high_flowing_pa: Floats
    high_high_pa: Floats
    accuracy_pa: Floats
    lockup_pa: Floats
    ceiling_pa: Floats
    standby: Floats

    def take(self, rows: Integers) -> "LimitColumns":
        """Return the limits of some rows."""
        return LimitColumns(*(getattr(self, one.name)[rows] for one in fields(LimitColumns)))


def computed_limits(
    set_pa: Floats, accuracy_pct: Floats, lockup_pct: Floats, opso_pa: Floats, upso_pa: Floats
) -> LimitColumns:
    r"""Return the limits that follow from how regulators are set and classed.

    Parameters
    ----------
    set_pa : (n,) [Pa, gauge]
        Set points.
    accuracy_pct, lockup_pct : (n,) [%]
        Accuracy class AC and lock-up class SG; NaN takes the default.
    opso_pa, upso_pa : (n,) [Pa, gauge]
        Where the slam-shut trips, above and below; NaN where it does not.

    Returns
    -------
    LimitColumns
        (n,) each; NaN where what a limit needs is NaN.

    Notes
    -----
    .. math::
        p_{high} = p_s (1 + AC + 2\,\%), \quad p_{high,no flow} = p_s (1 + \max(AC, SG) + 2\,\%)
        p_{low} = p_s (1 - AC - 2\,\%), \quad p_{high high} = 0.95\, OPSO, \quad p_{low low} = 1.1\, UPSO

    At little flow a regulator may lawfully close as high as its lock-up pressure.

    References
    ----------
    .. [1] GB 27790-2020, City gas pressure regulators, 6.5: accuracy and lock-up classes.

    Examples
    --------
    >>> one = computed_limits(*(np.array([x]) for x in (300e3, 5.0, 10.0, 375e3, np.nan)))
    >>> [round(float(column[0])) for column in (one.low_pa, one.high_flowing_pa, one.high_no_flow_pa)]
    [279000, 321000, 336000]
    """
    accuracy = np.where(np.isnan(accuracy_pct), DEFAULT_ACCURACY_PCT, accuracy_pct) / 100
    lockup = np.where(np.isnan(lockup_pct), DEFAULT_LOCKUP_PCT, lockup_pct) / 100
    lockup_pa = set_pa * (1 + np.maximum(accuracy, lockup))
    computed = (
        set_pa,
        _UPSO_SHARE * upso_pa,
        set_pa * (1 - accuracy - MARGIN),
        lockup_pa + set_pa * MARGIN,
        set_pa * (1 + accuracy + MARGIN),
        _OPSO_SHARE * opso_pa,
        set_pa * accuracy,
        lockup_pa,
        overprotection_ceiling_pa(set_pa),
        np.full(set_pa.size, np.nan),  # a role is not computed
    )
    return LimitColumns(*(np.round(limit, _DECIMALS) for limit in computed))


def overprotection_ceiling_pa(set_pa: Floats) -> Floats:
    r"""Return what over-pressure protection must hold, whatever fails.

    Parameters
    ----------
    set_pa : (n,) [Pa, gauge]
        Set points: they stand for the maximum operating pressure, which is not below.

    Returns
    -------
    (n,) [Pa, gauge]
        NaN where the set point is.

    Notes
    -----
    Below 12 psi half as much again, from 12 to 60 psi another 6 psi, above another tenth. GB 50028 is
    said to have the same shape with 0.08 MPa, 0.04 MPa and 0.4 MPa; its text was not read: its figures
    are unverified and not used.

    References
    ----------
    .. [1] 49 CFR 192.201(a)(2): required capacity of pressure relieving and limiting stations.

    Examples
    --------
    >>> [round(one) for one in overprotection_ceiling_pa(np.array([3e3, 300e3, 1e6])).tolist()]
    [4500, 341369, 1100000]
    """
    low_or_middle = np.where(set_pa < 12 * _PSI, 1.5 * set_pa, set_pa + 6 * _PSI)
    return np.where(set_pa >= 60 * _PSI, 1.1 * set_pa, low_or_middle)


def deadband_pa(limit: Floats, set_pa: Floats, share: float | Floats) -> Floats:
    """Return how far back toward normal a pressure must come: never past half the way to its set point."""
    half_way = np.abs(limit - set_pa) / 2
    return np.fmin(np.abs(limit) * share, half_way)


def little_flow(flow_m3h: Floats, threshold_m3h: float | Floats) -> Booleans:
    """Return where the flow is so small, or unknown, that a regulator may lock up."""
    small: Booleans = ~(flow_m3h > threshold_m3h)
    return small
