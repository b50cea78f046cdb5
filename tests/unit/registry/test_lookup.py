"""Who was metered by what, as of any date."""

from telemetry.model import GasQuality, Stream
from telemetry.registry import (
    FOREVER,
    Bypass,
    Contract,
    Device,
    Installation,
    Meter,
    Registry,
    RegistryRows,
    Setpoint,
    Site,
    Station,
    Supply,
    Zone,
    ZoneGas,
)


def installation(meter: str, device: str, valid_from: int, *, removed_at: int | None = None) -> Installation:
    return Installation(
        meter=meter, site="s", device=device, valid_from=valid_from, index_um3=0, removed_at=removed_at
    )


def contract(valid_from: int, *, account: str = "a", atmosphere_pa: float | None = None) -> Contract:
    return Contract(
        contract="c", account=account, site="s", valid_from=valid_from, atmosphere_pa=atmosphere_pa
    )


def registry_of(*installations: Installation) -> Registry:
    return Registry(RegistryRows(installations=list(installations)))


def test_an_installation_holds_from_its_first_instant_to_before_its_removal() -> None:
    registry = registry_of(installation("m", "d", 10, removed_at=20))
    assert registry.installation_at("d", 9) is None
    assert registry.installation_at("d", 10) == registry.installation_at("d", 19) is not None
    assert registry.installation_at("d", 20) is None
    assert registry.installation_at("other", 15) is None


def test_an_installation_without_removal_holds_for_ever() -> None:
    (only,) = registry_of(installation("m", "d", 10)).installations_of_meter("m")
    assert only.until == FOREVER


def test_the_next_installation_of_the_device_ends_the_one_before() -> None:
    registry = registry_of(installation("new", "d", 20), installation("old", "d", 10))
    assert [(row.meter, row.until) for row in registry.installations_of_device("d")] == [
        ("old", 20),
        ("new", FOREVER),
    ]
    assert registry.installation_of_meter_at("old", 20) is None


def test_the_next_installation_of_the_meter_ends_the_one_before_on_another_device() -> None:
    registry = registry_of(installation("m", "d1", 10), installation("m", "d2", 20))
    assert registry.installation_at("d1", 25) is None
    found = registry.installation_at("d2", 25)
    assert found is not None
    assert found.meter == "m"


def test_a_removal_counts_before_a_later_installation() -> None:
    registry = registry_of(installation("m", "d", 10, removed_at=15), installation("m", "d", 20))
    assert registry.installation_at("d", 17) is None
    assert [row.until for row in registry.installations_of_meter("m")] == [15, FOREVER]


def test_a_contract_holds_until_the_next() -> None:
    registry = Registry(RegistryRows(contracts=[contract(20, account="b"), contract(10)]))
    found = [registry.contract_at("s", at) for at in (9, 10, 19, 20)]
    assert [row and row.account for row in found] == [None, "a", "a", "b"]


def test_who_pays_is_the_contracts_account_or_else_the_sites() -> None:
    site = Site(site="s", zone="z", time_zone="UTC", account="own")
    registry = Registry(RegistryRows(sites=[site], contracts=[contract(10)]))
    assert [registry.account_at("s", at) for at in (9, 10)] == ["own", "a"]


def city() -> Registry:
    return Registry(
        RegistryRows(
            zones=[
                Zone(zone="city", name="", gas_day_start_hour=8, atmosphere_pa=99e3),
                Zone(zone="z", name="", parent="city"),
            ],
            sites=[Site(site="s", zone="z", time_zone="UTC")],
            contracts=[contract(50, atmosphere_pa=97e3)],
            gases=[
                ZoneGas(zone="city", valid_from=10, gas=GasQuality(z_ratio=1.01)),
                ZoneGas(zone="z", valid_from=20, gas=GasQuality(z_ratio=1.02)),
            ],
        )
    )


def test_gas_quality_comes_from_the_nearest_zone_that_has_one_by_then() -> None:
    found = [city().gas_at("z", at) for at in (9, 10, 20)]
    assert [row and row.gas.z_ratio for row in found] == [None, 1.01, 1.02]


def test_zones_in_a_circle_end_the_walk() -> None:
    registry = Registry(
        RegistryRows(zones=[Zone(zone="a", name="", parent="b"), Zone(zone="b", name="", parent="a")])
    )
    assert list(registry.zone_chain("a")) == ["a", "b"]


def test_the_gas_day_starts_as_the_site_says_or_the_nearest_zone() -> None:
    assert city().gas_day_start_hour("s") == 8
    own = Site(site="s", zone="z", time_zone="UTC", gas_day_start_hour=0)
    zone = Zone(zone="z", name="", gas_day_start_hour=6)
    assert Registry(RegistryRows(sites=[own], zones=[zone])).gas_day_start_hour("s") == 0
    assert Registry(RegistryRows(sites=[own], zones=[zone])).stated_atmosphere_pa("s", 0) is None


def test_the_atmosphere_is_the_contracts_before_the_zones() -> None:
    assert city().stated_atmosphere_pa("s", 49) == (99e3, "zone")
    assert city().stated_atmosphere_pa("s", 50) == (97e3, "contract")


def test_set_points_are_found_for_each_stream() -> None:
    rows = [
        Setpoint(station="st", stream=stream, valid_from=valid_from, set_gauge_pa=pressure)
        for stream, valid_from, pressure in (
            (Stream.A, 10, 2e5),
            (Stream.A, 20, 2.2e5),
            (Stream.B, 15, 1.9e5),
        )
    ]
    registry = Registry(RegistryRows(setpoints=rows))
    assert registry.setpoints_at("st", 9) == {}
    assert {k: v.set_gauge_pa for k, v in registry.setpoints_at("st", 12).items()} == {Stream.A: 2e5}
    assert registry.setpoints_at("st", 20) == {Stream.A: rows[1], Stream.B: rows[2]}
    assert registry.setpoints_of_station("st") == tuple(rows)


def test_the_bypasses_of_a_date_by_what_they_go_around_and_by_their_own_meter() -> None:
    rows = [
        Bypass(bypass="b", around="meter", target="m", valid_from=10, isolation="lock"),
        Bypass(bypass="b", around="meter", target="m", valid_from=20, metered_by="n", isolation="none"),
        Bypass(bypass="c", around="regulator", target="st", valid_from=10),
    ]
    registry = Registry(RegistryRows(bypasses=rows))
    assert registry.bypasses_at(9) == []
    assert registry.bypasses_at(10) == [rows[0], rows[2]]
    assert registry.bypasses_at(20) == [rows[1], rows[2]]
    assert registry.bypasses_of_meter_at("m", 19) == [rows[0]]
    assert registry.bypasses_of_meter_at("n", 20) == registry.bypasses_of_meter_at("st", 20) == []
    assert [registry.bypassed_by("n", at) for at in (19, 20)] == [None, "m"]
    assert registry.bypassed_by("m", 20) is None


def test_the_supplying_station_is_the_one_of_the_date() -> None:
    supplies = [
        Supply(site="s", station="old", valid_from=10),
        Supply(site="s", station="new", valid_from=20),
    ]
    registry = Registry(RegistryRows(supplies=supplies))
    assert [registry.supplying_station_at("s", at) for at in (9, 10, 20)] == [None, "old", "new"]
    assert registry.supplying_station_at("unknown", 20) is None


def test_names_have_numbers_and_gateways_their_devices() -> None:
    meter = Meter(
        meter_id=3, meter="m", type="rotary", kind="smart", qmax_m3h=1.0, digits=8, correction="ptz"
    )
    registry = Registry(
        RegistryRows(
            version=7,
            meters=[meter],
            devices=[Device(device_id=5, device="d")],
            stations=[Station(station_id=9, station="st", zone="z")],
            gateways=[("g", "d"), ("g", "st"), ("h", "d")],
        )
    )
    assert registry.version == 7
    assert (registry.meter_ids, registry.device_ids, registry.station_ids) == ({"m": 3}, {"d": 5}, {"st": 9})
    assert registry.gateways == {"g": frozenset({"d", "st"}), "h": frozenset({"d"})}


def test_a_site_has_every_meter_it_ever_had() -> None:
    registry = registry_of(
        installation("m1", "d", 10), installation("m2", "d", 20), installation("m1", "e", 30)
    )
    assert registry.meters_of_site("s") == ("m1", "m2")
