"""How a meter's readings are corrected as of a date: its contract's words before its own and its site's."""

from collections.abc import Iterator
from itertools import chain
from typing import Final, NamedTuple, TypeAlias
from weakref import WeakKeyDictionary

from telemetry.errors import ConfigurationError
from telemetry.model import CHINA, BaseConditions, GasQuality, Instant
from telemetry.ptz.atmosphere import site_atmosphere
from telemetry.ptz.spec import CorrectionSpec, Mode
from telemetry.registry import Contract, Installation, Registry


class SpecSpan(NamedTuple):
    """How readings are corrected from ``start`` until the next span begins.

    ``spec`` is None where the meter is not installed; ``gas_valid_from`` is
    the gas quality row's, None where none is known: the specification's gas is
    None then too.
    """

    start: Instant
    spec: CorrectionSpec | None
    gas_valid_from: Instant | None


class Atmosphere(NamedTuple):
    """The atmospheric pressure at a site and where it comes from.

    ``source`` is contract, site, zone, elevation, or assumed where nothing at
    all is known of the site and sea level must do.
    """

    pressure_pa: float
    source: str


def atmosphere_at(registry: Registry, site: str, at: Instant) -> Atmosphere:
    """Return the atmosphere at a site as of a date, by the first source that has it."""
    stated, source = registry.stated_atmosphere_pa(site, at) or (None, "")
    elevation = registry.sites[site].elevation_m
    if stated is None:
        source = "assumed" if elevation is None else "elevation"
    return Atmosphere(site_atmosphere(stated, elevation), source)


def site_atmosphere_pa(registry: Registry, site: str, at: Instant) -> float:
    """Return the atmospheric pressure at a site as of a date."""
    return atmosphere_at(registry, site, at).pressure_pa


def contracted_spec(registry: Registry, meter: str, at: Instant) -> CorrectionSpec | None:
    """Return how a meter is corrected as of a date; None where it is not installed.

    Specifications that are equal are the same object, as long as the registry
    is the same. Gas that nothing is known of is None in them.

    Raises
    ------
    ConfigurationError
        If the correction lacks what it needs, naming the meter.
    """
    installation = registry.installation_of_meter_at(meter, at)
    return _spec(registry, installation, at) if installation else None


def spec_spans(registry: Registry, meter: str, start: Instant, end: Instant) -> list[SpecSpan]:
    """Return how a meter is corrected throughout a span, split wherever that or the atmosphere changes."""
    spans: list[SpecSpan] = []
    last: tuple[object, ...] = ()
    for at in sorted({start, *(change for change in _changes(registry, meter) if start < change < end)}):
        spec, gas_from, atmosphere = None, None, None
        if installation := registry.installation_of_meter_at(meter, at):
            gas = registry.gas_at(registry.sites[installation.site].zone, at)
            spec, gas_from = _spec(registry, installation, at), gas.valid_from if gas else None
            atmosphere = site_atmosphere_pa(registry, installation.site, at)
        if (spec, gas_from, atmosphere) != last:
            spans.append(SpecSpan(at, spec, gas_from))
            last = (spec, gas_from, atmosphere)
    return spans


def _changes(registry: Registry, meter: str) -> Iterator[Instant]:
    """Yield every instant at which anything dated may change for a meter."""
    for installation in registry.installations_of_meter(meter):
        yield from (installation.valid_from, installation.until)
        yield from (row.valid_from for row in registry.contracts_of_site(installation.site))
        zones = registry.zone_chain(registry.sites[installation.site].zone)
        yield from (row.valid_from for row in chain.from_iterable(map(registry.gases_of_zone, zones)))


_Known: TypeAlias = dict[tuple[object, ...], CorrectionSpec]
_KNOWN: Final[WeakKeyDictionary[Registry, _Known]] = WeakKeyDictionary()
"""Specifications by what they were made of: every reading that arrives asks, and equal ones should be one."""

_NO_TERMS: Final = Contract(contract="", account="", site="", valid_from=0)


def _spec(registry: Registry, installation: Installation, at: Instant) -> CorrectionSpec:
    """Return the specification of an installed meter as of a date."""
    meter = registry.meters[installation.meter]
    contract = registry.contract_at(installation.site, at) or _NO_TERMS
    gas = registry.gas_at(registry.sites[installation.site].zone, at)
    gauge_pa = _first(contract.fixed_gauge_pressure_pa, meter.fixed_gauge_pressure_pa)
    pressure_pa = None if gauge_pa is None else gauge_pa + site_atmosphere_pa(registry, installation.site, at)
    terms = (
        contract.correction or meter.correction,
        contract.base_pressure_pa or CHINA.pressure_pa,
        contract.base_temperature_k or CHINA.temperature_k,
        _first(contract.fixed_factor, meter.fixed_factor),
        pressure_pa,
        _first(contract.fixed_temperature_k, meter.fixed_temperature_k),
    )
    known = _KNOWN.setdefault(registry, {})
    key = (*terms, gas and (gas.zone, gas.valid_from))
    return known.get(key) or known.setdefault(key, _agreed(meter.meter, gas.gas if gas else None, *terms))


def _agreed(
    meter: str,
    gas: GasQuality | None,
    correction: str,
    base_pressure_pa: float,
    base_temperature_k: float,
    fixed_factor: float | None,
    fixed_pressure_pa: float | None,
    fixed_temperature_k: float | None,
) -> CorrectionSpec:
    """Return what contract and meter say together."""
    try:
        return CorrectionSpec(
            mode=Mode(correction),
            gas=gas,
            base=BaseConditions(base_pressure_pa, base_temperature_k),
            fixed_factor=fixed_factor,
            fixed_pressure_pa=fixed_pressure_pa,
            fixed_temperature_k=fixed_temperature_k,
        )
    except ConfigurationError as lacking:
        raise ConfigurationError(f"meter {meter}: {lacking}") from lacking


def _first(agreed: float | None, own: float | None) -> float | None:
    """Return what was agreed, else the meter's own."""
    return own if agreed is None else agreed
