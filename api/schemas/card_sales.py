"""Sales of IC cards as others write and read them; a ledger carries its decimals as texts."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import ConfigDict, Field

from api.parameters import Time, Word
from api.schemas.entries import Entry
from api.schemas.lists import Described
from telemetry.store.card_sales import CardSaleRow, SaidSale, SaleKind

Figure = Annotated[
    Decimal,
    Field(ge=0, le=10**12, decimal_places=6, description="Never negative: `kind` says which way it counts."),
]


class NewCardSale(Entry):
    """What was sold onto a card: a volume, money or both."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "meter": "M-0001",
                    "sold_at": "2026-07-01T02:00:00Z",
                    "kind": "sale",
                    "sequence": 12,
                    "volume_m3": "100",
                    "money": "385",
                    "unit_price": "3.85",
                }
            ]
        }
    )

    meter: Word = Field(examples=["M-0001"])
    sold_at: Time = Field(examples=["2026-07-01T02:00:00Z"])
    kind: SaleKind
    sequence: int = Field(
        ge=0,
        lt=10**9,
        description="The meter's count of purchases once this one is loaded.",
        examples=[12],
    )
    volume_m3: Figure | None = None
    money: Figure | None = None
    unit_price: Figure | None = None
    loaded_at: Time | None = None
    receipt: Word | None = None
    operator: Word | None = None

    def said(self) -> SaidSale:
        """Return it as it is recorded."""
        return SaidSale(**self.model_dump())


class CardSale(Described):
    """A sale as it was recorded."""

    id: int = Field(examples=[7])
    meter: str = Field(examples=["M-0001"])
    sold_at: datetime = Field(examples=["2026-07-01T02:00:00Z"])
    kind: SaleKind = Field(examples=["sale"])
    sequence: int = Field(examples=[12])
    volume_m3: Decimal | None = Field(examples=["100"])
    money: Decimal | None = Field(examples=["385"])
    unit_price: Decimal | None = Field(examples=["3.85"])
    loaded_at: datetime | None = Field(examples=["2026-07-01T03:10:00Z"])
    receipt: str | None = Field(examples=["R-0815"])
    operator: str | None = Field(examples=["Li"])
    recorded_by: str = Field(description="A key's name, or `registry import`.", examples=["counter"])
    recorded_at: datetime = Field(examples=["2026-07-01T02:05:00Z"])


def card_sale(row: CardSaleRow) -> CardSale:
    """Return a stored sale as others read it."""
    named = {name: getattr(row, name) for name in CardSale.model_fields if name != "id"}
    return CardSale(id=row.card_sale_id, **named)
