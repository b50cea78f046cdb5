"""Zones with meters at their inlets, made ready for rules."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import numpy as np

from alerts.alarm import Target, TargetKind
from alerts.evidence.balance import DAY, Balance, balance, line_pack
from alerts.evidence.scene import Scene
from alerts.evidence.zone_share import zone_share
from alerts.windows.bypass_window import Zones
from alerts.windows.rows import one_each
from telemetry.model import HOUR, Instant

_LAG: Final[Instant] = 3 * HOUR
"""So long is waited for the meters of a zone; what is not known then is taken as usual."""

_CANDIDATES: Final = 5
_TELLS: Final = 3.0
_FEWEST_HOURS: Final = 48
_SEEN: Final = 0.95
"""Of a zone's meters must have been seen for two days."""


def zones(scene: Scene, ages: Mapping[str, Instant]) -> Zones:
    """Balance the newest day of each zone whose inlets have new hours.

    ``ages`` gives for each meter with a new hour how old the reading was on arrival that made it whole.
    """
    found: list[tuple[str, Instant, Instant, Balance]] = []
    for zone in scene.relations.balanced:
        new = [ages[one] for one in scene.relations.inlets(zone) if one in ages]
        end = zone_end(scene, zone)
        if new and end is not None and (day := _day(scene, zone, end)):
            found.append((zone, end, min(new), day))
    candidates: list[Callable[[], list[dict[str, Any]]]] = [
        partial(_candidates, scene, zone, end) for zone, end, _, _ in found
    ]
    return Zones(
        **one_each(
            [Target(TargetKind.ZONE, zone) for zone, *_ in found],
            np.array([end for _, end, _, _ in found], dtype=np.int64),
            [age for _, _, age, _ in found],
        ),
        beyond_m3=np.array([day.beyond_m3 for *_, day in found], dtype=np.float64),
        sigma_m3=np.array([day.sigma_m3 for *_, day in found], dtype=np.float64),
        balances=[day for *_, day in found],
        candidates=candidates,
    )


def zone_end(scene: Scene, zone: str) -> Instant | None:
    """Return up to when a zone can be balanced, None where an inlet is not known."""
    ends = [scene.known.end(one) for one in scene.relations.inlets(zone)]
    known = [one for one in ends if one is not None]
    return min(known) - _LAG if len(known) == len(ends) else None


def _day(scene: Scene, zone: str, end: Instant) -> Balance | None:
    """Return a zone's newest day; None where an inlet did not count all of it, or too few were seen."""
    members = scene.relations.members(zone, end)
    inlets = scene.known.base_m3(scene.relations.inlets(zone), end)
    counted = scene.counted(members, end)
    seen = (~counted.guessed).sum(axis=1) >= _FEWEST_HOURS
    if np.isnan(inlets[:, -DAY:]).any() or not members or seen.mean() < _SEEN:
        return None
    corrected = [scene.corrects(one) for one in members]
    row = scene.registry.zones[zone]
    return balance(
        inlets,
        counted,
        inlet_class=scene.classes(scene.relations.inlets(zone)),
        member_class=scene.classes(members),
        corrected=np.array(corrected, dtype=np.bool_),
        line_pack_m3=line_pack(scene.known.pressure_pa(members, end), row.pipe_volume_m3),
    )


def _candidates(scene: Scene, zone: str, end: Instant) -> list[dict[str, Any]]:
    """Return the meters in whose hours gas is missing, the likeliest first, with what it would be a day."""
    members = scene.relations.members(zone, end)
    loads = scene.counted(members, end).base_m3
    residual = np.broadcast_to(scene.zone_residual(zone, end), loads.shape)
    found = zone_share(residual, loads)
    order = np.argsort(-np.nan_to_num(found.strength, nan=-np.inf), kind="stable")[:_CANDIDATES]
    return [
        {
            "meter": members[one],
            "score": round(found.strength.item(one), 1),
            "m3": round(found.unmetered_m3.item(one) / max(found.days.item(one), 1.0), 1),
        }
        for one in order.tolist()
        if found.strength[one] > _TELLS and found.share[one] > 0
    ]
