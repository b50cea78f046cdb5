"""The steps that touch an hour, with the readings at their ends and what held between them."""

from collections.abc import Callable, Sequence
from math import isfinite, nan

import numpy as np
from psycopg import Connection

from telemetry.batch import NULL
from telemetry.model import COMPONENTS, HOUR, Floats, GasQuality, Instant, Integers, moment
from telemetry.ptz.compression import base_compression_factor, compression_factor
from telemetry.ptz.contracted import atmosphere_at
from telemetry.quality import Quality, flag_words
from telemetry.store.proof import Said, said
from telemetry.volumes.method import BaseMethod
from telemetry.volumes.readings import Terms
from telemetry.volumes.shares import share
from telemetry.volumes.state import Ends
from telemetry.volumes.steps import take
from telemetry.work.explained_readings import At, reading_proofs
from telemetry.work.explanation import ShareProof, StateProof, StepProof, TermsProof
from telemetry.work.workings import Workings

_KELVIN = 273.15
_DIGITS = 6


def explained_steps(
    connection: Connection, found: Workings, meter: str, start: Instant
) -> tuple[StepProof, ...]:
    """Return the steps that touch the hour, in order of time."""
    steps = found.steps
    touching = np.flatnonzero((steps.start < start + HOUR) & (steps.end > start)).tolist()
    spoken = _spoken(connection, found, touching)
    return tuple(_step(found, meter, start, step, spoken) for step in touching)


def _spoken(connection: Connection, found: Workings, touching: Sequence[int]) -> dict[At, list[Said]]:
    """Return all that was said of the instants at the ends of some steps."""
    asked: dict[int, set[Instant]] = {}
    for step in touching:
        device_id = found.todo.windows[int(found.steps.stretch[step])].device_id
        asked.setdefault(device_id, set()).update(_ends(found, step))
    spoken: dict[At, list[Said]] = {}
    for device_id, instants in asked.items():
        for one in said(connection, device_id, sorted(instants)):
            spoken.setdefault((device_id, one.measured_at), []).append(one)
    return spoken


def _ends(found: Workings, step: int) -> tuple[Instant, Instant]:
    """Return the instants of the readings that a step, or the whole one it is a part of, lies between."""
    at = found.readings.measured_at[found.readings.span_of(int(found.steps.stretch[step]))]
    first = int(np.searchsorted(at, found.steps.start[step], side="right")) - 1
    last = int(np.searchsorted(at, found.steps.end[step]))
    begin = int(at[first]) if first >= 0 else int(found.steps.start[step])
    return begin, int(at[last]) if last < len(at) else int(found.steps.end[step])


def _step(found: Workings, meter: str, start: Instant, step: int, spoken: dict[At, list[Said]]) -> StepProof:
    steps, base = found.steps, found.base
    stretch = int(steps.stretch[step])
    device_id = found.todo.windows[stretch].device_id
    ends = _ends(found, step)
    first, last = (reading_proofs(spoken.get((device_id, moment(at)), [])) for at in ends)
    begin, until = max(start, int(steps.start[step])), min(start + HOUR, int(steps.end[step]))
    terms = found.table.rows[int(steps.terms[step])]
    pressure, temperature = float(base.pressure_pa[step]), float(base.temperature_k[step])
    disturbed, replaced, replaced_by = _replaced(found, step)
    z, z_base = _z(terms, pressure, temperature, float(base.z_ratio[step]) if replaced is None else nan)
    return StepProof(
        start=moment(int(steps.start[step])),
        end=moment(int(steps.end[step])),
        begin=moment(begin),
        until=moment(until),
        first=first[0] if first else None,
        last=last[0] if last else None,
        lost=tuple(first[1:] + last[1:]),
        first_index_um3=_index_at(found, stretch, ends[0]),
        last_index_um3=_index_at(found, stretch, ends[1]),
        step_volume_um3=_whole_volume(found, stretch, ends),
        volume_um3=_known(steps.volume_um3, step),
        base_volume_um3=int(base.base_volume_um3[step]),
        base_register_um3=_known(steps.base_register_um3, step),
        disturbed_um3=disturbed,
        replaced_um3=replaced,
        replaced_by=replaced_by,
        by_base=bool(steps.by_base[step]),
        pressure_kpa=_state(_kpa, steps.pressure_pa, base.pressure_pa, step),
        temperature_degc=_state(_degc, steps.temperature_k, base.temperature_k, step),
        correction_factor=_number(float(base.factor[step]), 12),
        z=z,
        z_base=z_base,
        z_ratio=_number(float(base.z_ratio[step]), 12),
        method=BaseMethod(int(base.method[step])).word,
        quality=Quality(int(base.quality[step])).word,
        flags=tuple(flag_words(int(base.flags[step]))),
        terms=_terms(found, meter, terms, int(steps.start[step])),
        volume_share=_share(found, step, steps.volume_um3, begin, until),
        base_volume_share=_share(found, step, base.base_volume_um3, begin, until),
    )


def _replaced(found: Workings, step: int) -> tuple[int | None, int | None, str | None]:
    """Return what of a step the corrector counted while at fault, what stands for it, and by which method."""
    steps, base = found.steps, found.base
    replaced = _known(base.replaced_um3, step)
    if replaced is None:
        return None, None, None
    disturbed = int(min(steps.disturbed_um3[step], steps.volume_um3[step]))
    return disturbed, replaced, BaseMethod(int(base.replaced_by[step])).word


def _state(told: Callable[[Floats, int], float | None], ends: Ends, mean: Floats, step: int) -> StateProof:
    """Return p or T at both ends of a step, and as it was corrected with."""
    return StateProof(told(ends.first, step), told(ends.last, step), told(mean, step))


def _index_at(found: Workings, stretch: int, at: Instant) -> int | None:
    """Return the register at an instant, as a reading or an installation says."""
    here = found.readings.span_of(stretch)
    rows = np.flatnonzero(found.readings.measured_at[here] == at)
    return _known(found.readings.index_um3[here], int(rows[0])) if len(rows) else None


def _share(found: Workings, step: int, volumes: Integers, begin: Instant, until: Instant) -> ShareProof:
    """Return how derive lays a step on the hour: what had flowed by either boundary, rounded each."""
    whole = take(found.steps, np.array([step]))
    volume = volumes[[step]]
    by_begin, by_until = (
        int(share(volume, whole, whole.start, np.array([at], np.int64))[0]) for at in (begin, until)
    )
    part = share(volume, whole, np.array([begin], np.int64), np.array([until], np.int64))
    return ShareProof(int(volume[0]), by_begin, by_until, int(part[0]))


def _whole_volume(found: Workings, stretch: int, ends: tuple[Instant, Instant]) -> int | None:
    """Return the volume between two readings, however their step is cut."""
    steps = found.steps
    parts = (steps.stretch == stretch) & (steps.start >= ends[0]) & (steps.end <= ends[1])
    volumes = steps.volume_um3[parts]
    return None if (volumes == NULL).any() else int(volumes.sum())


def _terms(found: Workings, meter: str, terms: Terms, at: Instant) -> TermsProof:
    """Return the terms that held, and where the registry has them from."""
    registry = found.registry
    installation = registry.installation_of_meter_at(meter, at)
    site = installation.site if installation else registry.installations_of_meter(meter)[-1].site
    contract, gas = registry.contract_at(site, at), terms.spec.gas
    zone_gas = registry.gas_at(registry.sites[site].zone, at)
    source = atmosphere_at(registry, site, at)
    return TermsProof(
        contract=contract.contract if contract else None,
        contract_from=moment(contract.valid_from) if contract else None,
        correction=terms.spec.mode.value,
        base_pressure_kpa=round(terms.spec.base.pressure_pa / 1000, _DIGITS),
        base_temperature_degc=round(terms.spec.base.temperature_k - _KELVIN, _DIGITS),
        atmosphere_kpa=round(terms.atmosphere_pa / 1000, _DIGITS),
        atmosphere_source=source.source,
        gas_zone=zone_gas.zone if zone_gas and gas else None,
        gas_quality_from=None if terms.gas_quality_from is None else moment(terms.gas_quality_from),
        z_method=gas.method if gas else None,
        gas=_stated(gas) if gas else {},
    )


def _stated(gas: GasQuality) -> dict[str, float]:
    """Return what is known of a gas, by the registry's words."""
    known = {"z_ratio": gas.z_ratio, "heating_value_mj_m3": gas.heating_value_mj_m3}
    known |= {"relative_density": gas.relative_density}
    fractions = {name: value for name, value in zip(COMPONENTS, gas.fractions, strict=False) if value}
    return {name: value for name, value in known.items() if value is not None} | fractions


def _z(terms: Terms, pressure: float, temperature: float, ratio: float) -> tuple[float | None, float | None]:
    """Return Z by the gas's own method, and Zb; None where Z had no part in the figure."""
    gas = terms.spec.gas
    if gas is None or not (isfinite(pressure) and isfinite(temperature) and isfinite(ratio)):
        return None, None
    z, _ = compression_factor(gas, np.array([pressure]), np.array([temperature]))
    return _number(float(z[0]), 9), _number(base_compression_factor(gas, terms.spec.base), 9)


def _known(volumes: Integers, step: int) -> int | None:
    return None if volumes[step] == NULL else int(volumes[step])


def _kpa(values: Floats, step: int) -> float | None:
    return _number(float(values[step]) / 1000, _DIGITS)


def _degc(values: Floats, step: int) -> float | None:
    return _number(float(values[step]) - _KELVIN, _DIGITS)


def _number(value: float, digits: int) -> float | None:
    return round(value, digits) if isfinite(value) else None
