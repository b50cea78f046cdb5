"""Uncertainty of base volumes: of meter, sensors, compression factor and whatever stood in."""

from math import sqrt
from typing import Final

import numpy as np

from telemetry.model import Floats
from telemetry.ptz.spec import Mode
from telemetry.quality import Quality
from telemetry.volumes.base_volume import BaseVolumes
from telemetry.volumes.method import BaseMethod
from telemetry.volumes.steps import Edited, Steps
from telemetry.volumes.terms import TermsTable

COVERAGE: Final = 2.0
"""Expanded by k = 2: about 95 %."""

PRESSURE: Final = 0.005
TEMPERATURE_K: Final = 0.5
COMPRESSIBILITY: Final = 0.001
BY_QUALITY: Final = {
    Quality.MEASURED: 0.0,
    Quality.INTERPOLATED: 0.05,
    Quality.SUBSTITUTED: 0.05,
    Quality.ESTIMATED: 0.10,
    Quality.EDITED: 0.05,
    Quality.MISSING: np.nan,
}
BY_BASIS: Final = {BaseMethod.WEEKDAY_PROFILE: 0.5, BaseMethod.DESIGN_LOAD: 1.0}
"""Half-widths by engineering judgement, to be replaced by what a company knows of its own."""

_USUAL_K: Final = 288.15
_TO_STANDARD: Final = 1 / sqrt(3)
_OF_GAS: Final = (Mode.T, Mode.PT, Mode.PTZ, Mode.DEVICE)


def expanded(steps: Steps, base: BaseVolumes, table: TermsTable, meter_mpe: Floats) -> Floats:
    r"""Return the relative expanded uncertainty of each step's base volume.

    Parameters
    ----------
    steps, base : Steps, BaseVolumes
        n steps and what they come to.
    table : TermsTable
        How each of them is corrected.
    meter_mpe : Floats
        (stretches,) largest permissible error of each meter as a share.

    Returns
    -------
    Floats
        (n,) :math:`U / V_b` at k = 2; NaN where nobody can say.

    Notes
    -----
    From :math:`V_b = V \cdot \frac{p}{p_b} \cdot \frac{T_b}{T} \cdot \frac{Z_b}{Z}`, each quantity
    taken as rectangular of half-width :math:`a`, so :math:`u = a / \sqrt{3}`:

    .. math:: U = 2 \sqrt{u_V^2 + u_p^2 + u_T^2 + u_Z^2 + u_m^2} \cdot V_b

    :math:`u_V` is of the meter's class, :math:`u_p` of 0.5 %, :math:`u_T` of 0.5 K, :math:`u_Z` of
    0.1 %, and :math:`u_m` of how the hour's volume came about. What the contract fixes has none. A
    volume that is missing or that a person set has an uncertainty that is not known. Of a longer
    interval they add up, as meter and sensors err alike from hour to hour.

    References
    ----------
    .. [1] JCGM 100:2008, 4.3.7 and 5.1.2.

    Examples
    --------
    A class 1 meter at 290 K with its own p, T and Z, all measured: 1.31 % of the base volume.

    >>> parts = np.array([0.01, PRESSURE, TEMPERATURE_K / 290, COMPRESSIBILITY])
    >>> round(COVERAGE * float(np.sqrt((parts**2).sum())) / sqrt(3) * 100, 2)
    1.31
    """
    modes = np.array([_OF_GAS.index(spec.mode) if spec.mode in _OF_GAS else -1 for spec in table.specs])
    mode = modes[table.spec[steps.terms]]
    temperature = np.where(np.isnan(base.temperature_k), _USUAL_K, base.temperature_k)
    judged = np.array([BY_QUALITY[quality] for quality in Quality])[base.quality]
    for basis, half in BY_BASIS.items():
        judged = np.where(steps.basis == basis, half, judged)
    squares = meter_mpe[steps.stretch] ** 2 + judged**2
    squares += np.where(mode >= 0, (TEMPERATURE_K / temperature) ** 2, 0.0)
    squares += np.where(mode >= _OF_GAS.index(Mode.PT), PRESSURE**2, 0.0)
    squares += np.where((mode >= 0) & (base.method != BaseMethod.PT), COMPRESSIBILITY**2, 0.0)
    relative = COVERAGE * _TO_STANDARD * np.sqrt(squares)
    return np.where(steps.edited == Edited.VOLUME, np.nan, relative)
