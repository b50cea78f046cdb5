"""Times that a payload tells with their zone, or in seconds of the epoch."""

import math
from datetime import datetime
from typing import Final

import msgspec

from ingest.decoders._lenient import shown
from telemetry.errors import DecodeError
from telemetry.model import SECOND, Instant, instant

_FAR_S: Final = 1e12
"""Epoch seconds beyond are as wrong, and would not fit into an instant."""


def told_time(key: str, said: object) -> Instant:
    """Return a time that is RFC 3339 with offset, or a number of epoch seconds.

    Raises
    ------
    DecodeError
        wrong_type or not_finite, naming the key.

    >>> told_time("t", "1970-01-01T08:00:01+08:00"), told_time("t", 1.5)
    (1000000, 1500000)
    """
    if isinstance(said, int | float) and not isinstance(said, bool):
        if not math.isfinite(said):
            raise DecodeError("not_finite", key)
        return round(max(-_FAR_S, min(said, _FAR_S)) * SECOND)
    try:
        at = msgspec.convert(said, datetime)
    except (msgspec.ValidationError, UnicodeEncodeError):  # the latter: a lone surrogate
        at = None
    if at is None or at.tzinfo is None:
        raise DecodeError("wrong_type", f"{key}: {shown(said)}; expected a time with offset or epoch seconds")
    return instant(at)
