"""Readings to correction factors: the one entry that ingest and derive both call."""

from collections.abc import Sequence

from telemetry.model import BaseConditions, Floats, GasQuality, Integers
from telemetry.ptz.correction import Correction
from telemetry.ptz.evaluate import Readings, evaluate
from telemetry.ptz.plan import plan
from telemetry.ptz.spec import CorrectionSpec

__all__ = ["Correction", "correct", "correct_each"]


def correct(
    gas: GasQuality,
    base: BaseConditions,
    pressure_pa: Floats,
    temperature_k: Floats,
    *,
    exact: bool = False,
) -> Correction:
    r"""Return the PTZ correction of readings that share a gas quality.

    Parameters
    ----------
    gas : GasQuality
        The gas and the method for its compression factor.
    base : BaseConditions
        Contractual base conditions.
    pressure_pa : (n,) [Pa, absolute]
        Gas pressure at the meter.
    temperature_k : (n,) [K]
        Gas temperature at the meter.
    exact : bool
        Work out every state by the method itself instead of its surface.

    Returns
    -------
    Correction
        Arrays (n,): :math:`C`, :math:`Z_b/Z` and flags; NaN and a flag where an
        input is unusable or the method does not answer. Never depends on the
        other readings of the batch, to the last bit.

    Raises
    ------
    ConfigurationError
        If the gas lacks what its method needs.
    ValueError
        If the arrays differ in length.

    Notes
    -----
    :math:`C = (p/p_b)(T_b/T)(Z_b/Z)`. The surface is within 1e-6 of the exact
    :math:`Z_b/Z`; where a cell of it would not be, the exact method is asked.

    References
    ----------
    .. [1] EN 12405-1:2021, PTZ conversion.

    Examples
    --------
    Gas 1 of ISO 12213-2 at 400 kPa gauge and 5 °C:

    >>> import numpy as np
    >>> from telemetry.model import CHINA
    >>> gas_1 = (0.965, 0.003, 0.006, 0.018, 0.0045, 0.001, 0.001, 0.0005, 0.0003, 0.0007)
    >>> gas = GasQuality(method="aga8_detail", fractions=gas_1 + 11 * (0.0,))
    >>> correct(gas, CHINA, np.array([501325.0]), np.array([278.15])).factor.round(6)
    array([5.267367])
    """
    by = plan((CorrectionSpec(gas=gas, base=base),))
    return evaluate(by, Readings(None, pressure_pa, temperature_k), exact=exact)


def correct_each(
    specs: Sequence[CorrectionSpec],
    which: Integers,
    pressure_pa: Floats,
    temperature_k: Floats,
    *,
    exact: bool = False,
) -> Correction:
    r"""Return the correction of readings, each by ``specs[which[i]]``; -1 is none known.

    Parameters
    ----------
    specs : sequence of CorrectionSpec
        How readings are corrected; hand over the same objects again and again.
    which : (n,)
        The specification of each reading; -1 gives NaN and ``GAS_QUALITY_MISSING``.
    pressure_pa : (n,) [Pa, absolute]
        Gas pressure at the meter; not looked at in modes none and t.
    temperature_k : (n,) [K]
        Gas temperature at the meter; not looked at in mode none.
    exact : bool
        Work out every state by the method itself instead of its surface.

    Returns
    -------
    Correction
        As `correct`.

    Raises
    ------
    ConfigurationError
        If a gas lacks what its method needs.
    IndexError
        If ``which`` points outside ``specs``.
    ValueError
        If the arrays differ in length.

    Notes
    -----
    Mode none gives the fixed factor or 1, t puts the fixed pressure in place of
    the measured one, pt leaves Z out, ptz and device do all.

    References
    ----------
    .. [1] EN 12405-1:2021, T, PT and PTZ conversion.

    Examples
    --------
    >>> import numpy as np
    >>> specs = [CorrectionSpec(mode="pt"), CorrectionSpec(mode="none", fixed_factor=1.04)]
    >>> p, t = np.array([202650.0, np.nan, 1e5]), np.array([293.15, np.nan, 280.0])
    >>> correct_each(specs, np.array([0, 1, -1]), p, t).factor
    array([2.  , 1.04,  nan])
    """
    if len(which) and not (which.min() >= -1 and which.max() < len(specs)):
        raise IndexError(f"which points outside the {len(specs)} specifications")
    return evaluate(plan(tuple(specs)), Readings(which, pressure_pa, temperature_k), exact=exact)
