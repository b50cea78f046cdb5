"""Clocks that are off by whole hours or by a year: nobody moves them, who reads them is told."""

from typing import Final

import numpy as np

from telemetry.batch import Columns
from telemetry.model import DAY, HOUR, MINUTE, Booleans, Integers

MOST_HOURS: Final = 14
"""Zones lie up to so many hours off UTC."""
_OF_AN_HOUR: Final = 2 * MINUTE
_YEARS: Final = (365 * DAY, 366 * DAY)
_OF_A_YEAR: Final = HOUR


def suspect_clocks(columns: Columns, received: Integers) -> Booleans:
    """Tell which readings came as their device's newest, off their arrival by whole hours or a year.

    ``columns`` are of readings, with ``message``, ``device_id`` and ``measured_at``; ``received``
    [µs] is when each reading's message came. What came in one message before a later reading of its
    device was kept back, and says nothing of the clock.
    """
    off = np.abs(received - columns["measured_at"])
    hours = np.rint(off / HOUR)
    suspect = (hours >= 1) & (hours <= MOST_HOURS) & (np.abs(off - hours * HOUR) <= _OF_AN_HOUR)
    for year in _YEARS:
        suspect |= np.abs(off - year) <= _OF_A_YEAR
    if suspect.any():
        suspect &= _newest(columns)
    found: Booleans = suspect
    return found


def _newest(columns: Columns) -> Booleans:
    """Tell which reading is the last that its message says of its device."""
    message, device = columns["message"], columns["device_id"]
    order = np.lexsort((columns["measured_at"], device, message))
    last = np.ones(len(order), dtype=np.bool_)
    last[:-1] = (np.diff(message[order]) != 0) | (np.diff(device[order]) != 0)
    newest = np.zeros(len(order), dtype=np.bool_)
    newest[order[last]] = True
    return newest
