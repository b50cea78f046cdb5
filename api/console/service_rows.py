"""What serves and what does not, around a thing that a page is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from psycopg import Connection

from alerts.alarm import Target, TargetKind
from alerts.ringing.neighbours import Neighbours
from api.console.targets import ShownTarget, shown_targets
from telemetry.model import instant
from telemetry.registry import Registry
from telemetry.store.muting import StoredOutOfService, out_of_service_now

MAY_BE_OUT: Final = [kind.value for kind in TargetKind if kind is not TargetKind.ACCOUNT]
"""What may be out of service: a customer is no thing that serves."""


@dataclass(frozen=True)
class ShownRemoval:
    """Something that does not serve: what, why, by whom, since and until when."""

    row: StoredOutOfService
    target: ShownTarget


@dataclass(frozen=True)
class Service:
    """A thing and what it belongs to: what of it is out of service, and what may be taken out."""

    out: Sequence[ShownRemoval]
    offered: Sequence[ShownTarget]
    itself_serves: bool
    """Whether what is offered first is the thing itself, and not all of what it belongs to."""


def service_around(
    connection: Connection, registry: Registry, kind: str, name: str, now: datetime
) -> Service:
    """Return what serves of a thing and of what it belongs to, the thing itself first."""
    neighbours = _neighbours(registry).around(Target(TargetKind(kind), name), instant(now))
    around = [(str(one.kind), one.id) for one in neighbours]
    gone = {(one.target_kind, one.target_id): one for one in out_of_service_now(connection, now)}
    targets = shown_targets(connection, around)
    return Service(
        out=[ShownRemoval(gone[one], targets[one]) for one in around if one in gone],
        offered=[targets[one] for one in around if one not in gone and one[0] in MAY_BE_OUT],
        itself_serves=around[0] not in gone and kind in MAY_BE_OUT,
    )


@lru_cache(maxsize=1)
def _neighbours(registry: Registry) -> Neighbours:
    """Return who stands where; worked out once for each version of the registry."""
    return Neighbours(registry)
