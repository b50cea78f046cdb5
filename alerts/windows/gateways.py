"""Gateways that have fallen silent, told by those they speak for."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np

from alerts.alarm import Target, TargetKind
from telemetry.model import Floats, Integers
from telemetry.registry import Registry

SEVERAL: Final = 2
GRACE: Final = 1.25
"""Intervals within which each speaks that is not silent."""


class Gateway(NamedTuple):
    """Where a gateway stands among those who may be silent, and where those it speaks for do."""

    place: int
    behind: Integers


def speaking_gateways(registry: Registry, speaking: set[str]) -> list[str]:
    """Return the gateways of several who speak, as far as they speak for no meter themselves."""
    return [
        gateway
        for gateway, behind in registry.gateways.items()
        if gateway not in speaking and len(behind & speaking) >= SEVERAL
    ]


def gateways(registry: Registry, places: Mapping[Target, int]) -> list[Gateway]:
    """Return the gateways that have a place of their own, with those behind each."""
    found = []
    for target, place in places.items():
        if target.kind is TargetKind.DEVICE and not registry.installations_of_device(target.id):
            names = registry.gateways.get(target.id, ())
            kinds = (TargetKind.DEVICE, TargetKind.STATION)
            behind = [places.get(Target(kind, name)) for name in names for kind in kinds]
            known = [one for one in behind if one is not None]
            if known:
                found.append(Gateway(place, np.array(known, dtype=np.int64)))
    return found


def gateway_silence(silence_s: Floats, interval_s: Floats) -> tuple[float, float]:
    """Return for how long nobody behind a gateway was heard, and within what time somebody should be.

    Parameters
    ----------
    silence_s : (n,) [s]
        For how long each device behind it was not heard; infinite where none is expected of it.
    interval_s : (n,) [s]
        How often each speaks.

    Returns
    -------
    silence, limit : float [s]
        The limit is infinite while fewer than two should have spoken since.

    Notes
    -----
    After the last message of anybody, each other device comes due one interval after its own last one.
    The limit is when the second of these is a quarter of its interval late: one may have failed by
    itself, and both are far from being silent by their own limit, two intervals. A device that was late
    before the last message says nothing of the gateway.

    Examples
    --------
    Three devices every 600 s, last heard 500, 300 and 100 s ago: the second comes due in 300 s.

    >>> gateway_silence(np.array([500.0, 300.0, 100.0]), np.full(3, 600.0))
    (100.0, 550.0)
    """
    since = float(silence_s.min())
    late = silence_s - since >= interval_s
    due = np.sort((GRACE * interval_s - silence_s)[~late] + since)
    limit = float(due[SEVERAL - 1]) if due.size >= SEVERAL else np.inf
    return since, limit
