"""Zones whose devices fell silent together, told by the devices and stations that lie in each."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np

from alerts.alarm import Target, TargetKind
from alerts.windows.gateways import GRACE
from telemetry.model import Floats, Integers
from telemetry.registry import Registry

LEAST: Final = 10
"""Fewer say nothing of a zone; a zone that has no more is taken together with the one around it."""


class ZoneSpeakers(NamedTuple):
    """Where those who speak in a zone stand among all who may be silent."""

    zone: str
    within: Integers


class Together(NamedTuple):
    """Who of a zone fell silent together: how many, of how many that spoke then, and how long ago [s]."""

    silent: int
    spoke: int
    since_s: float


def zone_speakers(registry: Registry, places: Mapping[Target, int]) -> list[ZoneSpeakers]:
    """Return all zones, with everybody in one of them: where few speak, they are in the one around."""
    within: defaultdict[str, list[int]] = defaultdict(list)
    for target, place in places.items():
        if zone := _zone(registry, target):
            within[zone].append(place)
    chains = {zone: list(registry.zone_chain(zone)) for zone in registry.zones}
    for zone in sorted(chains, key=lambda one: -len(chains[one])):
        if len(within[zone]) < LEAST:
            few = within.pop(zone)
            for around in chains[zone][1:2]:
                within[around] += few
    return [ZoneSpeakers(zone, np.array(within.get(zone, ()), dtype=np.int64)) for zone in registry.zones]


def _zone(registry: Registry, target: Target) -> str | None:
    """Return the zone in which a station lies, or what a device speaks for."""
    if target.kind is TargetKind.STATION:
        return registry.stations[target.id].zone
    spoken = registry.installations_of_device(target.id)
    return registry.sites[spoken[-1].site].zone if spoken else None


def fell_together(silence_s: Floats, interval_s: Floats) -> Together:
    """Return the largest share of a zone that fell silent together and was not heard since.

    Parameters
    ----------
    silence_s : (n,) [s]
        For how long each was not heard; infinite where nothing is expected of it.
    interval_s : (n,) [s]
        How often each speaks.

    Returns
    -------
    Together
        No one where fewer than `LEAST` fell silent together.

    Notes
    -----
    One who is not heard is late a quarter of an interval after it came due. For any moment in the past,
    those who spoke then are all who were not late yet; those of them who were not heard since and are late
    by now fell silent at that moment. Of all moments, the one counts of which that is the largest share:
    devices that fail one by one, over weeks, never make a large one.

    Each of a zone that falls silent at once is late within an interval and a quarter; half of them are
    after three quarters, before the first is silent by its own limit of two intervals.

    Examples
    --------
    Of twenty devices every 600 s, fifteen were last heard 700 to 1300 s ago, the others just now:

    >>> silence_s = np.r_[np.linspace(760, 1300, 15), np.full(5, 10.0)]
    >>> fell_together(silence_s, np.full(20, 600.0))
    Together(silent=15, spoke=20, since_s=760.0)
    """
    awaited = np.isfinite(silence_s)
    heard, late_at = -silence_s[awaited], GRACE * interval_s[awaited] - silence_s[awaited]
    late = late_at < 0
    moments = heard[late]
    if moments.size < LEAST:
        return Together(0, int(heard.size), 0.0)
    silent = _up_to(heard[late], moments) - _up_to(late_at[late], moments)
    spoke = heard.size - _up_to(late_at, moments)
    share = np.where(silent >= LEAST, silent / np.maximum(spoke, 1), 0.0)
    best = int(np.lexsort((silent, share))[-1])
    if not share[best]:
        return Together(0, int(heard.size), 0.0)
    return Together(int(silent[best]), int(spoke[best]), float(-moments[best]))


def _up_to(times: Floats, moments: Floats) -> Integers:
    """Return how many of some times each moment has behind it."""
    return np.searchsorted(np.sort(times), moments, side="right")
