"""What a zone takes in against what its meters count: gas that is nobody's."""

from typing import Final, NamedTuple

import numpy as np

from alerts.evidence.usual_share import beyond, usual_share
from telemetry.model import Booleans, Floats

DAY: Final = 24
_CLOCK: Final = 24
_GUESS: Final = 0.5  # standard uncertainty of what is taken for an hour that is not known
_UNCORRECTED: Final = 0.02  # of volumes without p and T: one weather for all of them
_SYNC: Final = 1 / 60  # of an hour, by which both ends of a day may lie off
_PACK: Final = 0.5
_PLAUSIBLE: Final = 2.0  # standard uncertainties of the classes
_CHANGES: Final = 0.5  # of what meters err by, from one flow to another; the rest is in what is usual
_BASE_PA: Final = 101_325.0
_RECTANGULAR: Final = np.sqrt(3)


class Balance(NamedTuple):
    """A zone's newest day [m³ at base conditions]: residual is supply - sales - change of line pack.

    ``usual_m3`` is what is usually missing of such a supply, ``beyond_m3`` what is missing beyond it (where
    that is negative, the residual), ``sigma_m3`` the standard uncertainty of that.
    """

    residual_m3: float
    usual_m3: float
    beyond_m3: float
    sigma_m3: float
    supply_m3: float
    sales_m3: float
    line_pack_m3: float
    unknown_m3: float


class Counted(NamedTuple):
    """What meters counted, the newest hour last, and where a figure is not read but guessed; (m, h)."""

    base_m3: Floats
    guessed: Booleans


def filled(known_m3: Floats, absent: Booleans) -> Counted:
    """Return hours with the mean of the same hour of other days where they are not known.

    Parameters
    ----------
    known_m3 : (m, h)
        Hours in whole days back from the newest; NaN where not known.
    absent : (m, h)
        Hours in which a meter was not installed: it counted nothing.

    Examples
    --------
    >>> hours = np.array([[np.nan] * 24 + [2.0] * 24 + [4.0] * 23 + [np.nan]])
    >>> filled(hours, hours * 0 == 1).base_m3[0, [0, -2, -1]].tolist()
    [3.0, 4.0, 2.0]
    """
    meters, hours = known_m3.shape
    by_clock = known_m3.reshape(meters, hours // _CLOCK, _CLOCK)
    known = ~np.isnan(by_clock)
    count = known.sum(axis=1)
    mean = np.where(known, by_clock, 0.0).sum(axis=1) / np.where(count > 0, count, 1)
    whole = np.where(known, by_clock, mean[:, None, :]).reshape(known_m3.shape)
    return Counted(np.where(absent, 0.0, whole), np.isnan(known_m3) & ~absent)


def balance(
    inlets_m3: Floats,
    members: Counted,
    *,
    inlet_class: Floats,
    member_class: Floats,
    corrected: Booleans,
    line_pack_m3: float,
) -> Balance:
    r"""Return the balance of a zone's newest day, and its standard uncertainty.

    Parameters
    ----------
    inlets_m3 : (i, h) [m³ at base conditions]
        What came in, the newest hour last.
    members : Counted
        (m, h) what was counted, also by meters of own use.
    inlet_class, member_class : (i,), (m,) [%]
        Accuracy classes.
    corrected : (m,)
        Whose p and T are measured.
    line_pack_m3 : float [m³ at base conditions]
        By how much the gas in the zone's pipes grew.

    Notes
    -----
    .. math::

        r = \sum V_{in} - \sum V_{out} - \Delta LP, \qquad
        \sigma^2 = \sum (u_i V_i)^2 + (u_w \sum V_{uncorrected})^2 + \sigma_{unknown}^2 + \sigma_{sync}^2
        + (u_p \Delta LP)^2

    :math:`u_i` is the class by :math:`\sqrt 3`: an error anywhere within it is as likely. Volumes that are
    not corrected share one weather, 2 %. An hour that is not known yet is taken as the mean of the same hour
    of other days, 50 % off, its neighbours alike. Both ends of the day may be a minute off in the flow, and
    the line pack by half: a few meters' p of two hours stand for all pipes.

    What meters err by is much the same from day to day. So what is missing is held against the zone's usual
    share of its supply where that is known and less is missing then: of the classes half is left, as errors
    differ from flow to flow (engineering judgement, unverified).
    """
    supply, sales, guessed = (one[:, -DAY:] for one in (inlets_m3, members.base_m3, members.guessed))
    by_inlet, by_member = supply.sum(axis=1), sales.sum(axis=1)
    unknown = np.where(guessed, sales, 0.0).sum(axis=1)
    classes = _root_of_squares(
        inlet_class / 100 / _RECTANGULAR * by_inlet, member_class / 100 / _RECTANGULAR * by_member
    )
    others = _root_of_squares(
        _UNCORRECTED * by_member[~corrected].sum(),
        _GUESS * unknown,
        _SYNC * supply.sum(axis=0)[[0, -1]],
        _PACK * line_pack_m3,
    )
    residual = float(by_inlet.sum() - by_member.sum() - line_pack_m3)
    usual = _usual(inlets_m3, members.base_m3, classes)
    missing = float(beyond(np.array(residual), np.array(usual)))
    known = _CHANGES if usual and missing >= 0 else 1.0
    return Balance(
        residual_m3=residual,
        usual_m3=usual,
        beyond_m3=missing,
        sigma_m3=_root_of_squares(known * classes, others),
        supply_m3=float(by_inlet.sum()),
        sales_m3=float(by_member.sum()),
        line_pack_m3=line_pack_m3,
        unknown_m3=float(unknown.sum()),
    )


def _usual(inlets_m3: Floats, members_m3: Floats, classes_m3: float) -> float:
    """Return what is usually missing of the newest day's supply [m³ at base conditions]; 0 if not known."""
    supply, sales = (one.sum(axis=0).reshape(-1, DAY).sum(axis=1) for one in (inlets_m3, members_m3))
    if not supply[-1] > 0:
        return 0.0
    daily = 1 - sales / np.where(supply > 0, supply, np.nan)
    share = usual_share(daily[None, :], np.array([_PLAUSIBLE * classes_m3 / supply[-1]]))
    return float(share[0] * supply[-1])


def _root_of_squares(*parts: Floats | float) -> float:
    return float(np.sqrt(np.square(np.hstack(parts)).sum()))


def line_pack(pressure_pa: Floats, pipe_volume_m3: float | None) -> float:
    """Return by how much the gas in pipes grew over the newest day [m³ at base conditions].

    ``pressure_pa`` is (m, 48) absolute at some meters; each is held against itself a day before, and the
    median of them is taken for the pipes. Temperature and Z are taken as unchanged within a day. 0 where
    nothing is known.
    """
    rise = pressure_pa[:, -1] - pressure_pa[:, -1 - DAY]
    known = rise[~np.isnan(rise)]
    if not known.size or not pipe_volume_m3:
        return 0.0
    return pipe_volume_m3 * float(np.median(known)) / _BASE_PA
