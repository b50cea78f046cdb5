"""Who loses gas when a station trips, as others read it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

from pydantic import Field

from api.schemas.lists import Described
from telemetry.store.affected import AffectedRow, LoadRow

_UM3: Final = 1_000_000


class AffectedAccount(Described):
    """Who pays for a site's gas."""

    account: str = Field(examples=["A-0001"])
    name: str = Field(examples=["East glass works"])
    key_account: bool = Field(examples=[True])


class AffectedSite(Described):
    """A site whose gas comes through the station."""

    site: str = Field(examples=["S-0001"])
    name: str | None = Field(examples=["East glass works"])
    zone: str = Field(examples=["north"])
    through: Literal["supplied_by", "zone"] = Field(
        description="The site's own row of supplied_by.csv says so, or that the station feeds its zone."
    )
    dependence: Literal["alone", "partly"] = Field(
        description="alone: no other station can supply it. partly: others feed the same zone at about the "
        "same pressure; whether they suffice is not worked out."
    )
    other_stations: list[str] = Field(examples=[["RS-07"]])
    account: AffectedAccount | None
    meters: list[str] = Field(examples=[["M-0001"]])
    base_volume_day_m3: float | None = Field(
        description="Of the last 24 hours that began, as far as it is worked out.", examples=[8123.4]
    )
    base_volume_peak_hour_m3: float | None = Field(examples=[512.7])


class Affected(Described):
    """Who loses gas when a station trips; those who depend on it alone first, the largest first."""

    station: str = Field(examples=["RS-01"])
    as_of: datetime = Field(examples=["2026-07-01T02:00:00Z"])
    alone: int = Field(description="Sites that depend on it alone.", examples=[3])
    partly: int = Field(examples=[12])
    accounts: int = Field(description="Different accounts.", examples=[14])
    key_accounts: int = Field(examples=[1])
    base_volume_day_m3: float = Field(examples=[90211.0])
    sites: list[AffectedSite]


def affected(
    station: str, rows: Sequence[AffectedRow], loads: Mapping[str, LoadRow], at: datetime
) -> Affected:
    """Return the sites in the order in which somebody should be told."""
    sites = [_site(row, loads.get(row.site)) for row in rows]
    accounts = {one.account.account: one.account for one in sites if one.account}
    return Affected(
        station=station,
        as_of=at,
        alone=sum(one.dependence == "alone" for one in sites),
        partly=sum(one.dependence == "partly" for one in sites),
        accounts=len(accounts),
        key_accounts=sum(one.key_account for one in accounts.values()),
        base_volume_day_m3=sum(one.base_volume_day_m3 or 0 for one in sites),
        sites=sorted(sites, key=lambda one: (one.dependence, -(one.base_volume_day_m3 or 0), one.site)),
    )


def _site(row: AffectedRow, load: LoadRow | None) -> AffectedSite:
    return AffectedSite(
        site=row.site,
        name=row.name,
        zone=row.zone,
        through="supplied_by" if row.named else "zone",
        dependence="partly" if row.other_stations else "alone",
        other_stations=row.other_stations,
        account=_account(row),
        meters=load.meters if load else [],
        base_volume_day_m3=_m3(load.base_volume_um3) if load else None,
        base_volume_peak_hour_m3=_m3(load.peak_um3) if load else None,
    )


def _account(row: AffectedRow) -> AffectedAccount | None:
    if row.account is None or row.account_name is None:
        return None
    return AffectedAccount(account=row.account, name=row.account_name, key_account=row.key_account)


def _m3(volume_um3: int | None) -> float | None:
    return None if volume_um3 is None else volume_um3 / _UM3
