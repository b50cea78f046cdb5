"""The registry's words on each meter, as the stretches that volumes are worked out of."""

import logging
from collections.abc import Iterator
from typing import Final

import msgspec
import numpy as np

from telemetry.batch import UM3_PER_M3
from telemetry.errors import ConfigurationError
from telemetry.model import CHINA, Instant
from telemetry.ptz.contracted import SpecSpan, site_atmosphere_pa, spec_spans
from telemetry.ptz.factor import correction_factor
from telemetry.ptz.spec import CorrectionSpec, Mode
from telemetry.registry import FOREVER, Installation, Meter, Registry
from telemetry.volumes.readings import RECALLING, Load, Meanwhile, Statement, Terms
from telemetry.volumes.sensor_range import SensorRange, sensor_range
from telemetry.work.exchange_terms import closing, loads, meanwhile, opening
from telemetry.work.neighbours import Twin, twins

log = logging.getLogger(__name__)

_MOST_DIGITS: Final = 12  # more do not fit a bigint of 10⁻⁶ m³
LEAST_FACTOR: Final = 0.5
MOST_FACTOR: Final = 12.0
"""Twice what medium pressure A comes to: beyond it a base register is not believed unasked."""
_BEYOND_RANGE: Final = 1.1
_COLDEST_K: Final = 248.15
_USUAL_CLASS: Final = 1.0


class Installed(msgspec.Struct, frozen=True):
    """One installation of a meter with all that its volumes depend on besides readings."""

    device_id: int
    valid_from: Instant
    until: Instant
    range_um3: int
    base_range_um3: int
    qmax_m3h: float
    usual_factor: tuple[float, float]
    pressure_range_pa: SensorRange
    terms: tuple[Terms, ...]
    opening: Statement | None
    closing: Statement | None
    meter_mpe: float
    time_zone: str
    meanwhile: Meanwhile | None
    loads: tuple[Load, ...]
    twins: tuple[Twin, ...]

    @property
    def felt_until(self) -> Instant:
        """Until when its readings have a say: its end, or that of the gas used after it."""
        return self.meanwhile.until if self.meanwhile else self.until

    @property
    def last_stated(self) -> Instant | None:
        """When its last step ends that no reading ends, None where there is none."""
        return self.felt_until if self.closing or self.meanwhile else None

    @property
    def asks_pressure(self) -> bool:
        """Say whether any of its corrections looks at the pressure."""
        return any(terms.spec.mode not in (Mode.NONE, Mode.T) for terms in self.terms)

    @property
    def asks_temperature(self) -> bool:
        """Say whether any of its corrections looks at the temperature."""
        return any(terms.spec.mode != Mode.NONE for terms in self.terms)

    @property
    def gauge_range_pa(self) -> SensorRange:
        """Return which gauge pressures are believed at any atmosphere of it [Pa gauge]."""
        low, high = self.pressure_range_pa
        atmospheres = [terms.atmosphere_pa for terms in self.terms]
        return low - min(atmospheres), high - max(atmospheres)

    @property
    def recalls(self) -> bool:
        """Say whether the mean of good steps long before may stand in for a corrector at fault."""
        return any(terms.failure_rule in RECALLING for terms in self.terms)


class MeterTerms:
    """Installations by meter id, looked up once for each meter and version of the registry."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._names = {meter_id: meter for meter, meter_id in registry.meter_ids.items()}
        self._known: dict[int, tuple[Installed, ...]] = {}

    def installed(self, meter_id: int) -> tuple[Installed, ...]:
        """Return a meter's installations, oldest first; none where its configuration makes no sense."""
        if meter_id not in self._known:
            try:
                self._known[meter_id] = tuple(self._installed(self._names[meter_id]))
            except ConfigurationError:
                # Its neighbours' volumes must not wait; the import that mends it marks it again.
                log.exception("meter_misconfigured meter=%s", self._names[meter_id])
                self._known[meter_id] = ()
        return self._known[meter_id]

    def _installed(self, name: str) -> Iterator[Installed]:
        meter = self.registry.meters[name]
        for row in self.registry.installations_of_meter(name):
            if terms := tuple(self._terms(row)):
                yield Installed(
                    device_id=self.registry.device_ids[row.device],
                    valid_from=row.valid_from,
                    until=row.until,
                    range_um3=_range_um3(meter.digits),
                    base_range_um3=_range_um3(meter.base_digits or meter.digits),
                    qmax_m3h=meter.qmax_m3h,
                    usual_factor=(LEAST_FACTOR, _most_factor(meter)),
                    pressure_range_pa=sensor_range(meter.pressure_min_pa, meter.pressure_max_pa),
                    terms=terms,
                    opening=opening(self.registry, row),
                    closing=closing(row),
                    meter_mpe=(meter.accuracy_class or _USUAL_CLASS) / 100,
                    time_zone=self.registry.sites[row.site].time_zone,
                    meanwhile=meanwhile(self.registry, row),
                    loads=loads(self.registry, row),
                    twins=tuple(twins(self.registry, row)),
                )

    def _terms(self, row: Installation) -> Iterator[Terms]:
        """Yield how an installation's readings are corrected, a change at a time."""
        last: tuple[object, ...] = ()
        for start, span in self._spans(row):
            if span.spec is None:
                continue
            gas_from = span.gas_valid_from if _uses_gas(span.spec) else None
            spec = span.spec if _uses_gas(span.spec) else msgspec.structs.replace(span.spec, gas=None)
            atmosphere = site_atmosphere_pa(self.registry, row.site, start)
            contract = self.registry.contract_at(row.site, start)
            rule = contract.corrector_failure_rule if contract else None
            if (spec, atmosphere, gas_from, rule) != last:
                yield Terms(start, spec, atmosphere, gas_from, rule)
                last = (spec, atmosphere, gas_from, rule)

    def _spans(self, row: Installation) -> Iterator[tuple[Instant, SpecSpan]]:
        """Yield how an installation's readings are corrected, at least from each contract on."""
        until = min(row.until, FOREVER)
        spans = spec_spans(self.registry, row.meter, row.valid_from, until)
        contracts = [one.valid_from for one in self.registry.contracts_of_site(row.site)]
        starts = {span.start for span in spans} | {at for at in contracts if row.valid_from < at < until}
        for start in sorted(starts):
            yield start, [span for span in spans if span.start <= start][-1]


def _range_um3(digits: int) -> int:
    """Return where a register of so many digits begins again at 0."""
    return int(10 ** min(digits, _MOST_DIGITS)) * UM3_PER_M3


def _uses_gas(spec: CorrectionSpec) -> bool:
    """Say whether the gas quality matters at all: else its changes are none of this meter's."""
    return spec.mode not in (Mode.NONE, Mode.PT)


def _most_factor(meter: Meter) -> float:
    """Return the largest correction factor believed of a meter: by its pressure transducer's range."""
    if meter.pressure_max_pa is None:
        return MOST_FACTOR
    coldest = correction_factor(np.array([meter.pressure_max_pa]), np.array([_COLDEST_K]), base=CHINA)
    return _BEYOND_RANGE * float(coldest[0])
