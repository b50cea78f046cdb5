"""Meters as others read them."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.schemas.lists import Described
from api.units import degc, kpa, m3, single
from api.words import SwitchWord, ValveWord, switch_word, valve_word
from telemetry.quality import flag_words
from telemetry.store.meters import MeterRow


class Account(Described):
    """Who pays."""

    account: str = Field(examples=["A-0001"])
    name: str | None = Field(examples=["Golden Wok Restaurant"])
    sector: str | None = Field(examples=["restaurant"])


class Site(Described):
    """Where the meter is, and since when."""

    site: str = Field(examples=["S-0001"])
    name: str | None = Field(examples=["Kitchen, 1 River Street"])
    area: str | None = Field(examples=["north"])
    zone: str | None = Field(examples=["Z-1"])
    time_zone: str | None = Field(examples=["Asia/Shanghai"])
    device: str | None = Field(examples=["D-0001"])
    installed_at: datetime | None = Field(examples=["2026-01-01T00:00:00Z"])
    removed_at: datetime | None = Field(examples=[None])


class Contract(Described):
    """What was agreed for the site."""

    contract: str | None = Field(examples=["C-0001"])
    settlement_cycle: Literal["ten_day", "ten_day_monthly", "monthly"] | None = Field(examples=["monthly"])
    correction: str | None = Field(examples=["ptz"])
    base_temperature_degc: float = Field(examples=[20.0])
    base_pressure_kpa: float = Field(examples=[101.325])
    prepayment: str | None = Field(examples=["none"])
    price_plan: str | None = Field(examples=[None])


class LatestReading(Described):
    """What the meter last said, with the correction as known on arrival: for screens, never for a bill."""

    measured_at: datetime = Field(examples=["2026-07-01T02:00:00Z"])
    received_at: datetime | None = Field(examples=["2026-07-01T02:00:03Z"])
    index_m3: float | None = Field(examples=[18_234.56])
    base_index_m3: float | None = Field(examples=[52_118.9])
    pressure_kpa: float | None = Field(description="Absolute.", examples=[301.3])
    gauge_pressure_kpa: float | None = Field(examples=[None])
    temperature_degc: float | None = Field(examples=[16.2])
    flow_m3h: float | None = Field(examples=[41.0])
    base_flow_m3h: float | None = Field(examples=[123.7])
    correction_factor: float | None = Field(examples=[3.0171])
    battery_v: float | None = Field(examples=[3.58])
    battery_pct: float | None = Field(examples=[None])
    valve: ValveWord | None = Field(examples=["open"])
    meter_bypass_valve: SwitchWord | None = Field(examples=[None])
    flags: list[str] = Field(examples=[[]])


class Meter(Described):
    """A meter: what it is, where, whose, and what it last said."""

    meter: str = Field(examples=["M-0001"])
    type: str = Field(examples=["turbine"])
    kind: str = Field(examples=["smart"])
    role: str = Field(examples=["billing"])
    correction: str = Field(examples=["ptz"])
    qmax_m3h: float = Field(examples=[160.0])
    qmin_m3h: float | None = Field(examples=[8.0])
    qt_m3h: float | None = Field(examples=[None])
    digits: int = Field(examples=[8])
    accuracy_class: float | None = Field(examples=[1.0])
    manufacturer: str | None = Field(examples=[None])
    model: str | None = Field(examples=[None])
    serial: str | None = Field(examples=[None])
    size: str | None = Field(examples=["G100"])
    dn_mm: float | None = Field(examples=[80.0])
    expected_interval_s: float | None = Field(examples=[3600.0])
    account: Account | None
    site: Site | None
    contract: Contract | None
    latest: LatestReading | None


def meter(row: MeterRow) -> Meter:
    """Return a stored meter as others read it."""
    return Meter.model_validate(
        {
            name: getattr(row, name)
            for name in Meter.model_fields
            if name not in {"account", "site", "contract", "latest"}
        }
        | {
            "account": _account(row),
            "site": _site(row),
            "contract": Contract.model_validate(row).model_copy(
                update={"correction": row.contract_correction}
            )
            if row.contract
            else None,
            "latest": _latest(row),
        }
    )


def _account(row: MeterRow) -> Account | None:
    if row.account is None:
        return None
    return Account(account=row.account, name=row.account_name, sector=row.sector)


def _site(row: MeterRow) -> Site | None:
    if row.site is None:
        return None
    return Site(
        site=row.site,
        name=row.site_name,
        area=row.area,
        zone=row.zone,
        time_zone=row.time_zone,
        device=row.device,
        installed_at=row.installed_at,
        removed_at=row.removed_at,
    )


def _latest(row: MeterRow) -> LatestReading | None:
    if row.measured_at is None:
        return None
    return LatestReading(
        measured_at=row.measured_at,
        received_at=row.received_at,
        index_m3=m3(row.index_um3),
        base_index_m3=m3(row.base_index_um3),
        pressure_kpa=kpa(row.pressure_pa),
        gauge_pressure_kpa=kpa(row.gauge_pressure_pa),
        temperature_degc=degc(row.temperature_k),
        flow_m3h=row.flow_m3h,
        base_flow_m3h=row.base_flow_m3h if row.base_flow_m3h is not None else row.arrival_base_flow_m3h,
        correction_factor=row.arrival_correction_factor,
        battery_v=single(row.battery_v),
        battery_pct=single(row.battery_pct),
        valve=valve_word(row.valve),
        meter_bypass_valve=switch_word(row.meter_bypass_valve),
        flags=flag_words(row.flags or 0),
    )
