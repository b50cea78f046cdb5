"""How a meter is corrected as of a date."""

from typing import Any

import pytest

from telemetry.errors import ConfigurationError
from telemetry.model import CHINA, BaseConditions, GasQuality
from telemetry.ptz.atmosphere import standard_atmosphere
from telemetry.ptz.contracted import atmosphere_at, contracted_spec, site_atmosphere_pa, spec_spans
from telemetry.ptz.spec import CorrectionSpec, Mode
from telemetry.registry import Contract, Installation, Meter, Registry, RegistryRows, Site, Zone, ZoneGas

GAS = GasQuality(z_ratio=1.002)


def build(
    *contracts: tuple[int, dict[str, Any]],
    meter: dict[str, Any] | None = None,
    site: dict[str, Any] | None = None,
    gases: tuple[int, ...] = (0,),
    removed_at: int | None = None,
) -> Registry:
    size: dict[str, Any] = {"meter_id": 1, "type": "rotary", "kind": "smart", "qmax_m3h": 160.0, "digits": 8}
    return Registry(
        RegistryRows(
            zones=[Zone(zone="city", name=""), Zone(zone="z", name="", parent="city")],
            sites=[Site(site="s", zone="z", time_zone="Asia/Shanghai", **(site or {}))],
            meters=[Meter(meter="m", **size | {"correction": "ptz"} | (meter or {}))],
            installations=[
                Installation(
                    meter="m", site="s", device="d", valid_from=100, index_um3=0, removed_at=removed_at
                )
            ],
            contracts=[
                Contract(contract="c", account="a", site="s", valid_from=valid_from, **terms)
                for valid_from, terms in contracts
            ],
            gases=[ZoneGas(zone="city", valid_from=at, gas=GAS) for at in gases],
        )
    )


def spec_of(registry: Registry, at: int = 500) -> CorrectionSpec:
    spec = contracted_spec(registry, "m", at)
    assert spec is not None
    return spec


def test_a_meter_that_is_not_installed_has_none() -> None:
    registry = build(removed_at=900)
    assert contracted_spec(registry, "m", 99) is None
    assert contracted_spec(registry, "m", 900) is None
    assert contracted_spec(registry, "unknown", 500) is None


def test_without_a_contract_the_meters_own_counts_at_chinas_base_conditions() -> None:
    registry = build(meter={"correction": "none", "fixed_factor": 1.03})
    assert spec_of(registry) == CorrectionSpec(mode=Mode.NONE, gas=GAS, base=CHINA, fixed_factor=1.03)


def test_the_contract_wins_in_what_it_gives_and_only_there() -> None:
    terms = {"correction": "pt", "base_temperature_k": 288.15, "fixed_temperature_k": 280.0}
    registry = build((50, terms), meter={"fixed_temperature_k": 290.0, "fixed_factor": 1.03})
    assert spec_of(registry) == CorrectionSpec(
        mode=Mode.PT,
        gas=GAS,
        base=BaseConditions(101_325.0, 288.15),
        fixed_factor=1.03,
        fixed_temperature_k=280.0,
    )


def test_a_fixed_gauge_pressure_stands_on_the_sites_atmosphere() -> None:
    registry = build(
        (50, {"correction": "t", "fixed_gauge_pressure_pa": 2500.0}), site={"atmosphere_pa": 85_000.0}
    )
    assert spec_of(registry).fixed_pressure_pa == 87_500.0


def test_correction_for_temperature_alone_without_a_pressure_names_the_meter() -> None:
    with pytest.raises(ConfigurationError, match="meter m: correction t needs a fixed pressure"):
        contracted_spec(build(meter={"correction": "t"}), "m", 500)


def test_unknown_gas_is_none_until_the_first_row() -> None:
    registry = build(gases=(300,))
    assert spec_of(registry, 299).gas is None
    assert spec_of(registry, 300).gas is GAS


def test_equal_specifications_are_one_object() -> None:
    registry = build((50, {}), (400, {"price_plan": "other"}))
    assert spec_of(registry, 200) is spec_of(registry, 500)


@pytest.mark.parametrize(
    ("site", "contract", "expected"),
    [
        ({"atmosphere_pa": 90e3, "elevation_m": 500.0}, {"atmosphere_pa": 89e3}, (89e3, "contract")),
        ({"atmosphere_pa": 90e3, "elevation_m": 500.0}, {}, (90e3, "site")),
        ({"elevation_m": 500.0}, {}, (standard_atmosphere(500.0), "elevation")),
        ({}, {}, (101_325.0, "assumed")),
    ],
)
def test_the_atmosphere_says_where_it_comes_from(
    site: dict[str, Any], contract: dict[str, Any], expected: tuple[float, str]
) -> None:
    registry = build((0, contract), site=site)
    assert atmosphere_at(registry, "s", 500) == expected
    assert site_atmosphere_pa(registry, "s", 500) == expected[0]


def test_the_zones_atmosphere_comes_before_the_elevation() -> None:
    rows = RegistryRows(
        zones=[Zone(zone="z", name="", atmosphere_pa=98e3)],
        sites=[Site(site="s", zone="z", time_zone="UTC", elevation_m=2000.0)],
    )
    assert atmosphere_at(Registry(rows), "s", 0) == (98e3, "zone")


def test_spans_split_wherever_anything_dated_changes() -> None:
    registry = build((200, {"correction": "pt"}), (600, {"correction": "ptz"}), gases=(300, 700))
    spans = spec_spans(registry, "m", 50, 800)
    assert [(span.start, span.spec and span.spec.mode, span.gas_valid_from) for span in spans] == [
        (50, None, None),
        (100, Mode.PTZ, None),
        (200, Mode.PT, None),
        (300, Mode.PT, 300),
        (600, Mode.PTZ, 300),
        (700, Mode.PTZ, 700),
    ]


def test_spans_end_with_the_installation_and_begin_inside_the_span() -> None:
    spans = spec_spans(build(removed_at=400), "m", 150, 500)
    assert [(span.start, span.spec is None) for span in spans] == [(150, False), (400, True)]


def test_spans_split_where_only_the_atmosphere_changes() -> None:
    registry = build((0, {"atmosphere_pa": 90e3}), (300, {"atmosphere_pa": 91e3}))
    assert [span.start for span in spec_spans(registry, "m", 150, 500)] == [150, 300]


def test_a_contract_that_changes_nothing_of_the_correction_splits_nothing() -> None:
    registry = build((0, {"price_plan": "old"}), (300, {"price_plan": "new"}))
    assert [span.start for span in spec_spans(registry, "m", 150, 500)] == [150]
