"""The newest of what is known, where some days say nothing, and settings against several days."""

import numpy as np

from telemetry.model import Floats


def newest_known(days: Floats, wanted: float | Floats) -> Floats:
    """Return the newest known values of each row, as many as wanted and NaN beyond what there is.

    A row that is to give fewer than others repeats its newest.

    >>> newest_known(np.array([[np.nan, 1.0, 2.0, 3.0]]), 2).tolist()
    [[1.0, 2.0]]
    """
    order = np.argsort(np.isnan(days), axis=1, kind="stable")
    known = np.take_along_axis(days, order, axis=1)
    counts = np.broadcast_to(np.asarray(wanted), days.shape[:1]).astype(np.int64)
    width = int(counts.max(initial=1))
    return np.where(np.arange(width) < counts[:, None], known[:, :width], known[:, :1])


def for_each_day(setting: float | Floats) -> Floats:
    """Return a setting so that it stands against rows of several days, whether it is one or one a row.

    >>> for_each_day(np.array([1.0, 2.0])).shape, for_each_day(1.0).shape
    ((2, 1), (1,))
    """
    return np.asarray(setting, dtype=np.float64)[..., None]
