"""Raw readings as others read them."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import Field

from api.schemas.lists import Described
from api.units import degc, kpa, m3, single
from api.words import SwitchWord, ValveWord, switch_word, valve_word
from telemetry.quality import Flag, flag_words
from telemetry.store.readings import ReadingRow


class Reading(Described):
    """One statement of a meter, in the units that people read; registers to their last digit."""

    device: str = Field(examples=["D-0001"])
    measured_at: datetime = Field(examples=["2026-07-01T02:00:00Z"])
    received_at: datetime = Field(examples=["2026-07-01T02:00:03Z"])
    stored_at: datetime = Field(examples=["2026-07-01T02:00:03.1Z"])
    message_id: int = Field(description="The payload it came in.", examples=[163_841])
    index_m3: float | None = Field(examples=[18_234.56])
    base_index_m3: float | None = Field(examples=[52_118.9])
    mechanical_index_m3: float | None = Field(examples=[None])
    disturbed_index_m3: float | None = Field(examples=[None])
    base_disturbed_index_m3: float | None = Field(examples=[None])
    pressure_kpa: float | None = Field(description="Absolute, as the device said.", examples=[301.3])
    gauge_pressure_kpa: float | None = Field(description="Gauge, as the device said.", examples=[None])
    temperature_degc: float | None = Field(examples=[16.2])
    flow_m3h: float | None = Field(description="Displayed, advisory.", examples=[41.0])
    base_flow_m3h: float | None = Field(description="Displayed, advisory.", examples=[None])
    battery_v: float | None = Field(examples=[3.58])
    battery_pct: float | None = Field(examples=[None])
    valve: ValveWord | None = Field(examples=["open"])
    meter_bypass_valve: SwitchWord | None = Field(examples=[None])
    seq: int | None = Field(examples=[4711])
    flags: list[str] = Field(
        description="What is odd about it; `conflict`: the device said something else of the same instant.",
        examples=[[]],
    )
    arrival_correction_factor: float | None = Field(
        description="As known on arrival: for screens, never for a bill.", examples=[3.0171]
    )
    arrival_base_flow_m3h: float | None = Field(examples=[123.7])


def readings(rows: Sequence[ReadingRow], neighbour: tuple[datetime, int] | None) -> list[Reading]:
    """Return stored readings as others read them.

    Rows of one device and instant stand beside one another, so that a conflict shows in
    the row before or after; ``neighbour`` is the last row of the page before. The last row is
    there for that alone.
    """
    instants = [row.instant_of_device for row in rows]
    found = []
    for place, row in enumerate(rows):
        before = instants[place - 1] if place else neighbour
        following = instants[place + 1] if place + 1 < len(rows) else None
        found.append(_reading(row, conflict=row.instant_of_device in (before, following)))
    return found


def _reading(row: ReadingRow, *, conflict: bool) -> Reading:
    return Reading(
        device=row.device,
        measured_at=row.measured_at,
        received_at=row.received_at,
        stored_at=row.stored_at,
        message_id=row.message_id,
        index_m3=m3(row.index_um3),
        base_index_m3=m3(row.base_index_um3),
        mechanical_index_m3=m3(row.mechanical_index_um3),
        disturbed_index_m3=m3(row.disturbed_index_um3),
        base_disturbed_index_m3=m3(row.base_disturbed_index_um3),
        pressure_kpa=kpa(row.pressure_pa),
        gauge_pressure_kpa=kpa(row.gauge_pressure_pa),
        temperature_degc=degc(row.temperature_k),
        flow_m3h=row.flow_m3h,
        base_flow_m3h=row.base_flow_m3h,
        battery_v=single(row.battery_v),
        battery_pct=single(row.battery_pct),
        valve=valve_word(row.valve),
        meter_bypass_valve=switch_word(row.meter_bypass_valve),
        seq=row.seq,
        flags=flag_words(row.flags | (Flag.CONFLICT if conflict else 0)),
        arrival_correction_factor=row.arrival_correction_factor,
        arrival_base_flow_m3h=row.arrival_base_flow_m3h,
    )
