"""Floods of alarms: more of them than an operator can deal with."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

PERIOD: Final = timedelta(minutes=10)


@dataclass(frozen=True)
class FloodLimits:
    """When a flood begins and ends, by how often operators were called in the last ten minutes."""

    begins_above: int = 10
    ends_below: int = 5
    operators: int = 1


@dataclass(frozen=True)
class Flood:
    """A time in which operators were called too often; ``ends_at`` is None while it lasts."""

    begins_at: datetime
    ends_at: datetime | None
    alarms: int
    most_in_10_min: int


def floods(calls: Sequence[datetime], until: datetime, limits: FloodLimits) -> list[Flood]:
    """Return every flood in a series of calls.

    Parameters
    ----------
    calls : sequence of datetime
        When operators were called, in order.
    until : datetime
        Up to when the series is known; a flood that has not ended then lasts.
    limits : FloodLimits
        Thresholds for each operator.

    Returns
    -------
    list of Flood
        In order.

    Notes
    -----
    A flood begins with the call that makes more than ``begins_above`` within the last ten minutes, and
    ends when fewer than ``ends_below`` are left in them.

    References
    ----------
    .. [1] ISA-18.2-2016, 16.5; EEMUA 191. Second-hand; not verified in their text.

    Examples
    --------
    >>> from datetime import UTC
    >>> begin = datetime(2026, 7, 1, tzinfo=UTC)
    >>> calls = [begin + timedelta(seconds=10 * one) for one in range(20)]
    >>> (flood,) = floods(calls, begin + timedelta(hours=1), FloodLimits())
    >>> (flood.begins_at - begin).seconds, (flood.ends_at - begin).seconds, flood.alarms
    (100, 750, 10)
    """
    begins = Counter(calls)
    leaves = Counter(at + PERIOD for at in calls)
    found: list[Flood] = []
    begun: datetime | None = None
    lately = most = alarms = 0
    for at in sorted(one for one in begins | leaves if one <= until):
        lately += begins[at] - leaves[at]
        if begun is None and begins[at] and lately > limits.begins_above * limits.operators:
            begun, most, alarms = at, 0, 0
        if begun is not None:
            most, alarms = max(most, lately), alarms + begins[at]
            if lately < limits.ends_below * limits.operators:
                found.append(Flood(begun, at, alarms, most))
                begun = None
    return [*found, Flood(begun, None, alarms, most)] if begun is not None else found
