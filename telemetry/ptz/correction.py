"""What a correction comes to."""

import msgspec

from telemetry.model import Floats, Integers


class Correction(msgspec.Struct, frozen=True, eq=False):
    """What was worked out of each reading: C, Zb/Z, and bits of `Flag` for what is odd about it."""

    factor: Floats
    z_ratio: Floats
    flags: Integers
