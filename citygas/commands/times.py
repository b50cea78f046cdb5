"""Times on the command line: RFC 3339 with an offset, nothing else."""

from datetime import datetime

from telemetry.errors import ConfigurationError
from telemetry.model import Instant, instant


def parse_moment(text: str) -> Instant:
    """Return a time given on the command line."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(f"{text!r}: expected a time such as 2026-07-01T00:00:00+08:00") from None
    if at.tzinfo is None:
        raise ConfigurationError(f"{text!r}: the offset is missing, as in 2026-07-01T00:00:00+08:00")
    return instant(at)
