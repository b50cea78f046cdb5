"""Sales of IC cards: recorded one by one, listed by meter."""

from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query

from api.authentication import scope
from api.description import problems
from api.idempotency import Asked
from api.meter_ledger import MeterLedger, ledger_page
from api.parameters import Name, NoParameters, Period
from api.platform import Here
from api.schemas.card_sales import CardSale, NewCardSale, card_sale
from api.schemas.lists import Listing
from telemetry.model import instant
from telemetry.store.card_sales import last_sale, list_sales
from telemetry.store.keys import ApiKey
from telemetry.work.card_sales import record

router = APIRouter(tags=["meters"])
_SALES: Final = MeterLedger("card_sales", last_sale, list_sales, lambda row: (row.sold_at, row.card_sale_id))


@router.post("/card-sales", summary="Record a sale of a card", responses=problems(400, 401, 403, 422))
def post_card_sale(
    platform: Here,
    said: NewCardSale,
    key: Annotated[ApiKey, scope("registry:write")],
    asked: Asked,
    _: Annotated[NoParameters, Query()],
) -> CardSale:
    """Add what was sold onto a card to the ledger; exactly the same again is answered with the first."""

    def act() -> CardSale:
        now = instant(datetime.now(UTC))
        registry_of = platform.registry.registry
        return card_sale(record(connection, said.said(), by=key.name, now=now, registry_of=registry_of))

    with platform.writing() as connection:
        return asked.answer(connection, said, CardSale, act)


@router.get(
    "/meters/{meter}/card-sales",
    summary="Sales of a meter's cards",
    responses=problems(400, 401, 403, 404),
    dependencies=[scope("billing:read", "registry:read", "registry:write")],
)
def get_card_sales(platform: Here, meter: Name, page: Annotated[Period, Query()]) -> Listing[CardSale]:
    """List what was sold onto the cards of a meter, in order of time."""
    return ledger_page(platform, _SALES, meter, page, card_sale)
