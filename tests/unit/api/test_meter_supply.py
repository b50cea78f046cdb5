"""A meter is supplied by the station named for its site, else by those that feed its zone."""

import pytest

from api.console.meter_supply import supplying_stations
from telemetry.registry import FOREVER, Registry, RegistryRows, Site, Station, Supply, Zone

NOW = FOREVER - 1


def city(*stations: Station, named: str | None = None) -> Registry:
    return Registry(
        RegistryRows(
            version=1,
            zones=[Zone(zone="city", name="City"), Zone(zone="east", name="East", parent="city")],
            sites=[Site(site="S", zone="east", time_zone="Asia/Shanghai")],
            stations=list(stations),
            supplies=[Supply(site="S", station=named, valid_from=0)] if named else [],
        )
    )


def station(name: str, feeds: str, kind: str = "district") -> Station:
    return Station(station_id=1, station=name, zone="city", feeds_zone=feeds, kind=kind)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("stations", "named", "found"),
    [
        ([station("E", "east"), station("C", "city")], "C", ["C"]),
        ([station("E2", "east"), station("E1", "east"), station("C", "city")], None, ["E1", "E2"]),
        ([station("C", "city")], None, ["C"]),
        ([station("E", "east"), station("D", "east", "dedicated")], None, ["E"]),
        ([station("W", "west")], None, []),
    ],
)
def test_a_site_is_supplied_by(stations: list[Station], named: str | None, found: list[str]) -> None:
    assert supplying_stations(city(*stations, named=named), "S", NOW) == found
