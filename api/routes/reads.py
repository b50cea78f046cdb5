"""Hand reads: recorded one by one, listed by meter."""

from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query

from api.authentication import scope
from api.description import problems
from api.idempotency import Asked
from api.meter_ledger import MeterLedger, ledger_page
from api.parameters import Name, NoParameters, Period
from api.platform import Here
from api.schemas.lists import Listing
from api.schemas.reads import HandRead, NewHandRead, hand_read
from telemetry.model import instant
from telemetry.store.hand_reads import last_hand_read, list_hand_reads
from telemetry.store.keys import ApiKey
from telemetry.work.hand_reads import record

router = APIRouter(tags=["meters"])
_READS: Final = MeterLedger(
    "reads", last_hand_read, list_hand_reads, lambda row: (row.measured_at, row.hand_read_id)
)


@router.post("/reads", summary="Record a hand read", responses=problems(400, 401, 403, 422))
def post_read(
    platform: Here,
    said: NewHandRead,
    key: Annotated[ApiKey, scope("reads:write")],
    asked: Asked,
    _: Annotated[NoParameters, Query()],
) -> HandRead:
    """Add a register that a person read to the ledger; exactly the same again is answered with the first."""

    def act() -> HandRead:
        now = instant(datetime.now(UTC))
        registry_of = platform.registry.registry
        return hand_read(record(connection, said.said(), by=key.name, now=now, registry_of=registry_of))

    with platform.writing() as connection:
        return asked.answer(connection, said, HandRead, act)


@router.get(
    "/meters/{meter}/reads",
    summary="Hand reads of a meter",
    responses=problems(400, 401, 403, 404),
    dependencies=[scope("telemetry:read", "billing:read", "reads:write")],
)
def get_reads(platform: Here, meter: Name, page: Annotated[Period, Query()]) -> Listing[HandRead]:
    """List what people read off a meter, in order of time."""
    return ledger_page(platform, _READS, meter, page, hand_read)
