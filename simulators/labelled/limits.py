"""Between which pressures a station's outlet is high, low, or beyond all limits."""

from dataclasses import dataclass
from typing import Final

from simulators.stations import Station

STANDBY_PART: Final = 0.95
"""The standby's set point beside the duty's."""
_MARGIN: Final = 0.02
_PSI_KPA: Final = 6.894757


@dataclass(frozen=True, slots=True)
class Bands:
    """Limits of a station's outlet, kPa gauge; `high` stands above lawful lock-up where there is any."""

    low_low: float
    low: float
    high: float
    high_high: float
    ceiling: float


def bands(station: Station, *, locks_up: bool) -> Bands:
    """Return the company's limits where it has set any, else those that follow from classes and slam-shut.

    Parameters
    ----------
    station
        The station, pressures in kPa gauge, classes in per cent.
    locks_up
        Whether its flow ever stops: the outlet then rises lawfully by the lock-up class.

    Returns
    -------
    Bands
        Limits, kPa gauge.

    Notes
    -----
    High = set · (1 + AC + 2 %), or with max(AC, SG) at lock-up; high-high = 0.95 · OPSO; low =
    set · (1 - AC - 2 %); low-low = 1.1 · UPSO; the ceiling is +50 % below 12 psi, +6 psi up to 60 psi,
    +10 % above. Engineering practice; Chinese ceilings of the same shape (0.08, 0.04 and 0.4 MPa) are
    unverified and not used.

    References
    ----------
    .. [1] 49 CFR 192.201: ceilings; EN 334: accuracy and lock-up classes (unverified).

    Examples
    --------
    >>> from simulators.network import PLAN, build_station
    >>> bands(build_station(0, PLAN[0], 1000.0), locks_up=False).high
    412.0
    """
    set_kpa = station.set_kpa
    rise = max(station.accuracy_pct, station.lockup_pct) if locks_up else station.accuracy_pct
    ceiling = _ceiling(set_kpa)
    if station.limits is not None:
        own = station.limits
        return Bands(own.low_low_kpa, own.low_kpa, own.high_kpa, own.high_high_kpa, ceiling)
    return Bands(
        low_low=1.1 * station.upso_kpa,
        low=set_kpa * (1 - station.accuracy_pct / 100 - _MARGIN),
        high=set_kpa * (1 + rise / 100 + _MARGIN),
        high_high=0.95 * station.opso_kpa,
        ceiling=ceiling,
    )


def too_low(station: Station, limits: Bands) -> float:
    """Return below which pressure (kPa gauge) an outlet is too low whichever stream holds it.

    Where a standby stands ready it takes over at its own set point, and what is low for it is less than what
    is low for the duty. The company's own limits know no streams.
    """
    return limits.low * (STANDBY_PART if station.two_streams and station.limits is None else 1.0)


def _ceiling(set_kpa: float) -> float:
    if set_kpa < 12 * _PSI_KPA:
        return 1.5 * set_kpa
    return set_kpa + 6 * _PSI_KPA if set_kpa < 60 * _PSI_KPA else 1.1 * set_kpa
