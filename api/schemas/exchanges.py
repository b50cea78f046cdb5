"""Exchanges as others write and read them; decimals are texts."""

from datetime import datetime
from decimal import Decimal
from typing import Literal, TypeAlias

from pydantic import ConfigDict, Field

from api.parameters import Time, Word
from api.schemas.entries import Amount, Entry, Note, Register
from api.schemas.lists import Described
from telemetry.registry.rows import GasUsedMeanwhile
from telemetry.store.exchanges import ExchangeRow
from telemetry.work.exchange_checks import SaidExchange

ExchangeState: TypeAlias = Literal["recorded", "verified"]


class NewExchange(Entry):
    """A meter exchanged for another, or its device alone; what is left out goes on as it was."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "meter": "M-0001",
                    "new_meter": "M-0002",
                    "device": "D-0002",
                    "exchanged_at": "2026-07-01T02:00:00Z",
                    "final_index_m3": "18234.56",
                    "final_base_index_m3": "52118.9",
                    "index_m3": "0",
                    "base_index_m3": "0",
                    "reason": "calibration due",
                    "done_by": "Li",
                }
            ]
        }
    )

    meter: Word = Field(description="The one that ends.", examples=["M-0001"])
    new_meter: Word | None = Field(default=None, description="Without it the meter stays.")
    site: Word | None = Field(default=None, description="Where the meter is; only checked.")
    device: Word | None = Field(default=None, description="Without it the device stays.")
    exchanged_at: Time = Field(examples=["2026-07-01T02:00:00Z"])
    installed_at: Time | None = Field(default=None, description="When the new one began, if later.")
    final_index_m3: Register
    final_base_index_m3: Register | None = None
    index_m3: Register | None = Field(default=None, description="First index; it goes on if the meter stays.")
    base_index_m3: Register | None = None
    reason: Note = Field(examples=["calibration due"])
    seal_no_old: Word | None = None
    seal_no_new: Word | None = None
    credit_carried_m3: Amount | None = None
    credit_carried_money: Amount | None = None
    gas_used_meanwhile: GasUsedMeanwhile = "none"
    done_by: Word = Field(examples=["Li"])

    def said(self) -> SaidExchange:
        """Return it as it is checked."""
        return SaidExchange(**self.model_dump())


class Exchange(Described):
    """An exchange as it was recorded."""

    id: int = Field(examples=[5])
    state: ExchangeState = Field(examples=["recorded"])
    meter: str = Field(examples=["M-0001"])
    new_meter: str = Field(examples=["M-0002"])
    site: str = Field(examples=["S-0001"])
    old_device: str = Field(examples=["D-0001"])
    device: str = Field(examples=["D-0002"])
    exchanged_at: datetime = Field(examples=["2026-07-01T02:00:00Z"])
    installed_at: datetime = Field(examples=["2026-07-01T02:00:00Z"])
    final_index_m3: Decimal = Field(examples=["18234.56"])
    final_base_index_m3: Decimal | None = Field(examples=["52118.9"])
    index_m3: Decimal = Field(examples=["0"])
    base_index_m3: Decimal | None = Field(examples=["0"])
    reason: str = Field(examples=["calibration due"])
    seal_no_old: str | None = Field(examples=[None])
    seal_no_new: str | None = Field(examples=[None])
    credit_carried_m3: Decimal | None = Field(examples=[None])
    credit_carried_money: Decimal | None = Field(examples=[None])
    gas_used_meanwhile: GasUsedMeanwhile = Field(examples=["none"])
    done_by: str = Field(examples=["Li"])
    recorded_by: str = Field(examples=["field-app"])
    recorded_at: datetime = Field(examples=["2026-07-01T03:00:00Z"])
    registry_version: int = Field(description="From which on it counts.", examples=[12])
    verified_by: str | None = Field(examples=[None])
    verified_at: datetime | None = Field(examples=[None])


def exchange(row: ExchangeRow) -> Exchange:
    """Return a stored exchange as others read it."""
    named = {name: getattr(row, name) for name in Exchange.model_fields if name != "id"}
    return Exchange(id=row.exchange_id, **named)
