"""Edits as others write and read them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import ConfigDict, Field

from api.parameters import Time, Word
from api.schemas.entries import Entry, Note, Register
from api.schemas.lists import Described
from api.units import degc, kpa, m3
from telemetry.model import COMPONENTS, GasQuality
from telemetry.store.edits import EditRow
from telemetry.store.volume_writing import Delta
from telemetry.volumes.evidence import EditKind
from telemetry.work.edit_checks import Proposal

KindWord: TypeAlias = Literal["exclude_readings", "set_volume", "substitute"]
EditState: TypeAlias = Literal["proposed", "in_force", "undone"]
Number: TypeAlias = Annotated[float, Field(allow_inf_nan=False)]

_HOUR = timedelta(hours=1)


class NewEdit(Entry):
    """What somebody wants volumes to be worked out with, over whole hours."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "meter": "M-0001",
                    "kind": "substitute",
                    "from": "2026-07-01T00:00:00Z",
                    "to": "2026-07-01T06:00:00Z",
                    "pressure_kpa": 301.3,
                    "reason": "transducer frozen, fitter's report 4711",
                }
            ]
        }
    )

    meter: Word = Field(examples=["M-0001"])
    kind: KindWord
    start: Annotated[Time, Field(alias="from", examples=["2026-07-01T00:00:00Z"])]
    end: Annotated[Time, Field(alias="to", examples=["2026-07-01T06:00:00Z"])]
    reason: Note = Field(examples=["transducer frozen, fitter's report 4711"])
    volume_m3: Register | None = None
    base_volume_m3: Register | None = None
    pressure_kpa: Number | None = Field(default=None, description="Absolute.")
    temperature_degc: Number | None = None
    gas_quality: Annotated[
        dict[str, str | Number | None] | None, Field(description="Columns of `gas_quality.csv`.")
    ] = None

    adjust_closed: bool = Field(
        default=False, description="What it changes of closed periods becomes adjustments; `billing:close`."
    )

    def proposal(self) -> Proposal:
        """Return it as it is checked."""
        return Proposal(**self.model_dump() | {"kind": EditKind(self.kind)})


class Edit(Described):
    """An edit with its history."""

    id: int = Field(examples=[3])
    meter: str = Field(examples=["M-0001"])
    kind: KindWord = Field(examples=["substitute"])
    start: datetime = Field(alias="from", examples=["2026-07-01T00:00:00Z"])
    end: datetime = Field(alias="to", examples=["2026-07-01T06:00:00Z"])
    volume_m3: float | None = Field(examples=[None])
    base_volume_m3: float | None = Field(examples=[None])
    pressure_kpa: float | None = Field(description="Absolute.", examples=[301.3])
    temperature_degc: float | None = Field(examples=[None])
    gas_quality: dict[str, Any] | None = Field(examples=[None])
    reason: str = Field(examples=["transducer frozen, fitter's report 4711"])
    state: EditState = Field(examples=["in_force"])
    approval_needed: bool = Field(examples=[True])
    adjust_closed: bool = Field(examples=[False])
    author: str = Field(examples=["metering-office"])
    created_at: datetime = Field(examples=["2026-07-02T01:00:00Z"])
    approved_by: str | None = Field(examples=["chief-metering"])
    approved_at: datetime | None = Field(examples=["2026-07-02T03:00:00Z"])
    undone_by: str | None = Field(examples=[None])
    undone_at: datetime | None = Field(examples=[None])


class EditDelta(Described):
    """What an edit would make of one hour; null where nothing stands yet."""

    meter: str = Field(examples=["M-0001"])
    interval_start: datetime = Field(examples=["2026-07-01T00:00:00Z"])
    interval_end: datetime = Field(examples=["2026-07-01T01:00:00Z"])
    revision: int | None = Field(description="Of what stands.", examples=[1])
    old_volume_m3: float | None = Field(examples=[41.02])
    volume_m3: float = Field(examples=[41.02])
    old_base_volume_m3: float | None = Field(examples=[123.391])
    base_volume_m3: float = Field(examples=[124.002])
    delta_m3: float = Field(description="Of the base volume.", examples=[0.611])


class Rehearsal(Described):
    """What an edit would change; nothing was entered."""

    dry_run: Literal[True] = True
    delta_m3: float = Field(description="The sum of them.", examples=[0.611])
    deltas: list[EditDelta]


def edit(row: EditRow) -> Edit:
    """Return a stored edit as others read it."""
    plain = ("meter", "kind", "reason", "state", "approval_needed", "adjust_closed", "author", "created_at")
    history = ("approved_by", "approved_at", "undone_by", "undone_at")
    return Edit.model_validate(
        {name: getattr(row, name) for name in (*plain, *history)}
        | {
            "id": row.edit_id,
            "from": row.span_start,
            "to": row.span_end,
            "volume_m3": m3(row.volume_um3),
            "base_volume_m3": m3(row.base_volume_um3),
            "pressure_kpa": kpa(row.pressure_pa),
            "temperature_degc": degc(row.temperature_k),
            "gas_quality": _gas(row.gas_quality),
        }
    )


def rehearsal(found: Sequence[Delta]) -> Rehearsal:
    """Return what an edit would change as others read it."""
    changes = [one.base_volume_um3 - (one.stored_base_volume_um3 or 0) for one in found]
    deltas = [_delta(one, change) for one, change in zip(found, changes, strict=True)]
    return Rehearsal(delta_m3=m3(sum(changes)), deltas=deltas)


def _delta(one: Delta, change: int) -> EditDelta:
    return EditDelta(
        meter=one.meter,
        interval_start=one.interval_start,
        interval_end=one.interval_start + _HOUR,
        revision=one.revision,
        old_volume_m3=m3(one.stored_volume_um3),
        volume_m3=m3(one.volume_um3),
        old_base_volume_m3=m3(one.stored_base_volume_um3),
        base_volume_m3=m3(one.base_volume_um3),
        delta_m3=m3(change),
    )


def _gas(gas: GasQuality | None) -> dict[str, Any] | None:
    """Return a gas quality by the columns of its file."""
    if gas is None:
        return None
    fractions = dict(zip(COMPONENTS, gas.fractions, strict=False))
    plain = {name: getattr(gas, name) for name in gas.__struct_fields__ if name != "fractions"}
    return plain | {name: value for name, value in fractions.items() if value}
