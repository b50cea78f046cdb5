"""What an edit may say: whole hours of a known meter, and values that gas can have."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

import msgspec

from telemetry.batch import UM3_PER_M3
from telemetry.errors import ConfigurationError, EntryError
from telemetry.model import DAY, HOUR, GasQuality, Instant, instant
from telemetry.registry import Registry
from telemetry.volumes.evidence import Edit, EditKind
from telemetry.work.hand_reads import most_volume_m3
from telemetry.work.registry_csv.complaint import RegistryImportError
from telemetry.work.registry_csv.gas_file import gas_quality_of

LONGEST: Final = 366 * DAY
_TAKES: Final[Mapping[EditKind, tuple[str, ...]]] = {
    EditKind.EXCLUDE_READINGS: (),
    EditKind.SET_VOLUME: ("volume_m3", "base_volume_m3"),
    EditKind.SUBSTITUTE: ("pressure_kpa", "temperature_degc", "gas_quality"),
}
_PRESSURE_KPA: Final = (10.0, 20_000.0)
_TEMPERATURE_DEGC: Final = (-60.0, 80.0)
_MOST_FACTOR: Final = 250.0
"""Times the volume: what the base volume comes to at the highest pressure above, and then some."""
_PLACES: Final = -6


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """An edit as somebody enters it; absolute pressure, names as others write them.

    ``adjust_closed``: what it changes of closed periods may become adjustments.
    """

    meter: str
    kind: EditKind
    start: datetime
    end: datetime
    reason: str
    volume_m3: Decimal | None = None
    base_volume_m3: Decimal | None = None
    pressure_kpa: float | None = None
    temperature_degc: float | None = None
    gas_quality: Mapping[str, str | float | None] | None = None
    adjust_closed: bool = False


def checked(registry: Registry, proposal: Proposal, now: Instant) -> Edit:
    """Return the edit that was entered, in whole units and SI; its number is not given yet.

    Raises
    ------
    EntryError
        Naming the first field that is wrong.
    """
    if proposal.meter not in registry.meters:
        raise EntryError("meter", "expected a meter that the registry knows")
    start, end = _span(registry, proposal, now)
    _fields(proposal)
    _volumes(registry, proposal, start, end)
    _within("pressure_kpa", proposal.pressure_kpa, _PRESSURE_KPA)
    _within("temperature_degc", proposal.temperature_degc, _TEMPERATURE_DEGC)
    celsius = proposal.temperature_degc
    return Edit(
        edit_id=0,
        meter_id=registry.meter_ids[proposal.meter],
        kind=proposal.kind,
        start=start,
        end=end,
        volume_um3=_um3(proposal.volume_m3),
        base_volume_um3=_um3(proposal.base_volume_m3),
        pressure_pa=None if proposal.pressure_kpa is None else proposal.pressure_kpa * 1000,
        temperature_k=None if celsius is None else celsius + 273.15,
        gas=_gas(proposal.gas_quality),
    )


def _span(registry: Registry, proposal: Proposal, now: Instant) -> tuple[Instant, Instant]:
    start, end = instant(proposal.start), instant(proposal.end)
    for field, at in (("from", start), ("to", end)):
        if at % HOUR:
            raise EntryError(field, "expected a whole hour")
    if end <= start:
        raise EntryError("to", "must be after from")
    if end - start > LONGEST:
        raise EntryError("to", f"expected at most {LONGEST // DAY} days after from")
    if end > now + HOUR:
        raise EntryError("to", "expected no hour that has not begun")
    installed = registry.installations_of_meter(proposal.meter)
    if not any(row.valid_from < end and start < row.until for row in installed):
        raise EntryError("from", f"expected a span in which meter {proposal.meter} was installed")
    return start, end


def _fields(proposal: Proposal) -> None:
    """Refuse values that the kind has no use for, and too few of those that it needs."""
    takes = _TAKES[proposal.kind]
    for field in (field for fields in _TAKES.values() for field in fields):
        if field not in takes and getattr(proposal, field) is not None:
            raise EntryError(field, f"{proposal.kind} takes no such value")
    if proposal.kind == EditKind.SET_VOLUME and proposal.volume_m3 is None:
        raise EntryError("volume_m3", f"{proposal.kind} needs it")
    if takes and all(getattr(proposal, field) is None for field in takes):
        raise EntryError(takes[0], f"{proposal.kind} needs it, or one of {', '.join(takes[1:])}")


def _volumes(registry: Registry, proposal: Proposal, start: Instant, end: Instant) -> None:
    volume, base = proposal.volume_m3, proposal.base_volume_m3
    for field, value in (("volume_m3", volume), ("base_volume_m3", base)):
        if value is not None and (value < 0 or value != round(value, -_PLACES)):
            raise EntryError(field, f"expected a volume from 0 on with at most {-_PLACES} decimals")
    if volume is None:
        return
    most = most_volume_m3(registry.meters[proposal.meter], start, end)
    if volume > Decimal(most):
        raise EntryError("volume_m3", f"expected at most {most:.6g}, which passes at 1.2 times Qmax")
    if base is not None and base > volume * Decimal(_MOST_FACTOR):
        raise EntryError("base_volume_m3", f"expected at most {_MOST_FACTOR:g} times volume_m3")


def _within(field: str, value: float | None, limits: tuple[float, float]) -> None:
    low, high = limits
    if value is not None and not low <= value <= high:
        raise EntryError(field, f"expected a number from {low:g} to {high:g}")


def _um3(value: Decimal | None) -> int | None:
    return None if value is None else int(value * UM3_PER_M3)


def _gas(values: Mapping[str, str | float | None] | None) -> GasQuality | None:
    """Return a gas quality, its columns checked as those of a file are."""
    if values is None:
        return None
    for name in ("zone", "valid_from"):
        if name in values:
            raise EntryError(f"gas_quality.{name}", "an edit's own meter and span decide")
    if not values.get("method"):
        raise EntryError("gas_quality.method", "expected the name of a method")
    try:
        return gas_quality_of(values)
    except RegistryImportError as refused:
        first = refused.complaints[0]
        raise EntryError(f"gas_quality.{first.column}", f"expected {first.expected}") from refused
    except ConfigurationError as refused:
        raise EntryError("gas_quality", str(refused)) from refused
