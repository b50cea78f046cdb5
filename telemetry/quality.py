"""Flags a reading carries, and the qualities a volume can have."""

from enum import IntEnum, IntFlag
from typing import Final


class Flag(IntFlag):
    """What is known to be odd about one reading or volume; several may hold at once.

    The bits below 2¹⁴ are words a device says of itself; the others are ours, of which volumes alone
    carry those from 2²⁶ on: a reading's are stored in 32 bits, a volume's in 64.
    The numbers are stored: add at the end, never renumber.
    """

    LOW_BATTERY = 1 << 0
    MAGNETIC_TAMPER = 1 << 1
    CASE_OPEN = 1 << 2
    SENSOR_FAULT = 1 << 3
    ON_DEFAULT_VALUES = 1 << 4
    REVERSE_FLOW = 1 << 5
    DATA_RESTORED = 1 << 6
    CLOCK_SET = 1 << 7
    LOCK_OPEN = 1 << 8

    CLOCK_SUSPECT = 1 << 14  # on arrival it was off by whole hours, or by a year: kept as it was said
    SITE_CLOCK = 1 << 15  # the device's clock says no zone: that of its site or its route made UTC of it
    FIELD_DROPPED = 1 << 16  # an optional key had the wrong type or an unknown word
    NOT_FINITE = 1 << 17  # an optional key was not a finite number
    CONFLICT = 1 << 18  # another reading of the same device and instant says otherwise
    NO_INSTALLATION = 1 << 19  # no meter was installed on the device at that time
    PRESSURE_UNUSABLE = 1 << 20
    TEMPERATURE_UNUSABLE = 1 << 21
    Z_OUT_OF_RANGE = 1 << 22  # outside the method's validity: no number is given
    Z_WIDER_RANGE = 1 << 23  # inside the method's wider range of larger uncertainty
    GAS_QUALITY_MISSING = 1 << 24
    LATE = 1 << 25  # older than ten minutes on arrival

    REGISTER_ROLLOVER = 1 << 26  # the register passed its last digit and began again at 0
    REGISTER_REGRESSION = 1 << 27  # it went back, and what flowed meanwhile is not known from it
    REGISTER_JITTER = 1 << 28  # it went back by at most 0.01 m³
    REGISTER_JUMP = 1 << 29  # it advanced by more than can flow through the meter
    INDEX_MISMATCH = 1 << 30  # what people, an installation or the disturbed register say lies off it
    DISTURBED_VOLUME = 1 << 31  # the device counted volume while its corrector was at fault
    CORRECTOR_MISMATCH = 1 << 32  # the device's own correction factor lies off the platform's
    FLOW_CONTRADICTS = 1 << 33  # the flow that the device displays cannot be what its register counted
    REGISTER_STUCK = 1 << 34  # the register stood still while the display or the mechanical one showed flow

    LAID_BY_PROFILE = 1 << 40  # how much flowed is known, when is as the meter's own weekdays have it
    NO_FINAL_INDEX = 1 << 41  # it was taken down and nobody stated its register
    GAS_USED_MEANWHILE = 1 << 42  # between two installations: what is stated is whether gas was used


DEVICE_BITS: Final = (1 << 14) - 1
"""Where the words stand that a device says of itself."""
DEVICE_FLAGS: Final = {flag.name.lower(): flag for flag in Flag if flag & DEVICE_BITS and flag.name}
"""These words."""

BYPASS_VALVE_TOLD = 1 << 15
"""Stands where a bit says what one event tells of: the valve in a meter's bypass, which is no flag."""

EVENT_BITS = {**{word: int(flag) for word, flag in DEVICE_FLAGS.items()}, "bypass_valve": BYPASS_VALVE_TOLD}
"""What an event of a meter's device can tell of, by its code."""


def flag_words(flags: int) -> list[str]:
    """Return the names of the flags that are set, lowest bit first.

    >>> flag_words(Flag.LOW_BATTERY | Flag.CONFLICT)
    ['low_battery', 'conflict']
    """
    return [flag.name.lower() for flag in Flag if flags & flag and flag.name]


class Quality(IntEnum):
    """How good a volume is, best first; a longer span carries its worst hour's."""

    MEASURED = 0
    INTERPOLATED = 1
    SUBSTITUTED = 2
    ESTIMATED = 3
    EDITED = 4
    MISSING = 5

    @property
    def word(self) -> str:
        """The word that others read."""
        return self.name.lower()
