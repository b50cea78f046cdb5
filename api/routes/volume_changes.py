"""The feed of changed volumes: every revision once, in the order in which it became known."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import Field

from api.authentication import scope
from api.description import problems
from api.parameters import Parameters
from api.platform import Here
from api.schemas.volume_changes import VolumeChange, VolumeChanges
from telemetry.batch import UM3_PER_M3
from telemetry.store.volume_changes import VolumeChange as StoredChange
from telemetry.store.volume_changes import changes_after

router = APIRouter(tags=["volumes"], dependencies=[scope("telemetry:read", "billing:read")])

_LAST: Final = 2**62


class Feed(Parameters):
    """From where on, and how many."""

    since: Annotated[int, Field(ge=0, le=_LAST, description="`next` of the answer before; 0: all.")] = 0
    limit: Annotated[int, Field(ge=1, le=10_000, description="Changes an answer.")] = 1000


@router.get("/volumes/changes", summary="Changes of volumes", responses=problems(400, 401, 403))
def get_volume_changes(platform: Here, asked: Annotated[Feed, Query()]) -> VolumeChanges:
    """Give the revisions numbered above `since`: each once, in the order of commit, without a gap.

    Ask again with `since=` the answer's `next`: at once while `items` is not empty, later when it is.
    """
    with platform.reading() as connection:
        found = changes_after(connection, asked.since, asked.limit)
    last = found[-1].sequence if found else asked.since
    return VolumeChanges(items=[_shown(change) for change in found], next=last)


def _shown(change: StoredChange) -> VolumeChange:
    old = change.old_base_volume_um3
    return VolumeChange(
        sequence=change.sequence,
        meter=change.meter,
        interval_start=change.interval_start,
        interval_end=change.interval_end,
        old_revision=change.old_revision,
        new_revision=change.new_revision,
        old_base_volume_m3=None if old is None else old / UM3_PER_M3,
        base_volume_m3=change.base_volume_um3 / UM3_PER_M3,
        delta_m3=change.delta_um3 / UM3_PER_M3,
        cause=change.cause,
    )
