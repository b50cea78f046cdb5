"""How a base volume can have come about, and what decides between the ways."""

from enum import IntEnum
from typing import Final

from telemetry.model import DAY, HOUR, MINUTE
from telemetry.ptz.spec import Mode

CALCULATION: Final = 4
"""Number of this way of working volumes out; it goes up with any change of a figure."""

MEASURED_AT_MOST: Final = 90 * MINUTE
"""A longer step no longer says in which hour its volume flowed."""

INTERPOLATED_AT_MOST: Final = 6 * HOUR
"""Over a longer step p and T of its ends no longer stand for what was between them."""

LAST_GOOD_AT_MOST: Final = 7 * DAY
"""How long the last good p and T may stand in for those that are missing."""


MEAN_OVER: Final = 7 * DAY
"""The mean of good steps that stands in for a corrector at fault is of one week: each weekday once."""

MEAN_AT_MOST: Final = 31 * DAY
"""How long after the last good step it may stand in."""

RECALL: Final = MEAN_OVER + MEAN_AT_MOST
"""So long before a step the mean that stands in for it can begin."""


class BaseMethod(IntEnum):
    """How a base volume came about, from the contract's own ways to the last resort.

    An hour of several steps carries the last of theirs. Unmetered is gas of which no register tells and
    that nothing lets estimate. Withdrawn is one that stood and that
    nothing says anything of any more.
    """

    NONE = 0
    T = 1
    PT = 2
    PTZ = 3
    DEVICE = 4
    TWIN = 5
    LAST_GOOD = 6
    PREVIOUS_MEAN = 7
    FIXED = 8
    DEVICE_BASE_REGISTER = 9
    UNCORRECTED = 10
    CHECK_METER = 11
    WEEKDAY_PROFILE = 12
    DESIGN_LOAD = 13
    UNMETERED = 14
    SET_VOLUME = 15
    WITHDRAWN = 16

    @property
    def word(self) -> str:
        """The word that is stored and that others read."""
        return self.name.lower()


METHOD_OF_MODE: Final = {
    Mode.NONE: BaseMethod.NONE,
    Mode.T: BaseMethod.T,
    Mode.PT: BaseMethod.PT,
    Mode.PTZ: BaseMethod.PTZ,
    Mode.DEVICE: BaseMethod.PTZ,
}
"""What multiplies by C in each mode; in mode device only where the device's register is not there."""
