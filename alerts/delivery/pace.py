"""How often a channel may be used, and when what failed is tried again."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

MINUTE: Final = timedelta(seconds=65)
"""A receiver's minute with five seconds more, as messages travel for different times."""

SHORTEST: Final = timedelta(seconds=10)
LONGEST: Final = timedelta(hours=1)


def lately(used_at: Sequence[datetime], now: datetime) -> list[datetime]:
    """Return which uses of a channel count at this time."""
    return [one for one in used_at if now - one < MINUTE]


def may_send(used_at: Sequence[datetime], per_minute: int, now: datetime) -> bool:
    """Tell whether one more message keeps every minute within the limit.

    A bucket that fills up while nothing is sent would let through twice its limit within one minute;
    what is counted here are the messages of the last minute themselves.
    """
    return len(lately(used_at, now)) < per_minute


def retry_after(notice_id: int, attempts: int) -> timedelta:
    """Return how long to wait after a failed attempt: twice as long each time, give or take a fifth.

    Parameters
    ----------
    notice_id : int
        Notices that failed together are not tried again together.
    attempts : int
        How many there have been, the first is 1.

    Returns
    -------
    timedelta
        Between 8 s and 72 min; always the same for the same arguments.

    Examples
    --------
    >>> retry_after(1, 1) == retry_after(1, 1), retry_after(1, 1) == retry_after(2, 1)
    (True, False)
    """
    jitter = random.Random(f"{notice_id}/{attempts}").uniform(0.8, 1.2)  # noqa: S311 -- no secret
    doubled: timedelta = SHORTEST * 2 ** min(attempts - 1, 20)
    return jitter * min(doubled, LONGEST)
