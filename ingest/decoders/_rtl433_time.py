"""Times as rtl_433 prints them: with or without offset, in epoch seconds, or from a recording's start."""

import re
from datetime import UTC, datetime
from typing import Final

from ingest.decoders._lenient import shown
from telemetry.errors import DecodeError
from telemetry.model import SECOND, Instant, instant

_EPOCH_S: Final = re.compile(r"\d{9,11}(?:\.\d{1,9})?", re.ASCII)


def is_local(said: object) -> bool:
    """Tell whether a time says no offset.

    >>> is_local("2022-10-25 20:32:05"), is_local("2022-10-25T20:32:05Z"), is_local("1666729925")
    (True, False, False)
    """
    time = _time(said)
    return time is not None and time.tzinfo is None


def heard_at(said: object, received_at: Instant) -> Instant:
    """Return when a message was heard; a local time as if it were UTC.

    Raises
    ------
    DecodeError
        wrong_type, where it is none of the ways in which rtl_433 prints a time.
    """
    if said is None or (isinstance(said, str) and said.startswith("@")):
        return received_at
    if isinstance(said, str) and _EPOCH_S.fullmatch(said):
        return round(float(said) * SECOND)
    time = _time(said)
    if time is None:
        raise DecodeError("wrong_type", f"time: {shown(said)}; expected a time or epoch seconds")
    return instant(time if time.tzinfo else time.replace(tzinfo=UTC))


def _time(said: object) -> datetime | None:
    """Return a time as it is written, with or without offset; None where it is written otherwise."""
    try:
        return datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None
