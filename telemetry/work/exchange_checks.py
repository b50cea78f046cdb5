"""What an exchange may say: one installation ends, another begins, and the registers can be so."""

from datetime import datetime
from decimal import Decimal
from typing import Final

import msgspec
from psycopg import Connection

from telemetry.batch import UM3_PER_M3
from telemetry.errors import EntryError
from telemetry.model import Instant, instant
from telemetry.registry import Installation, Registry
from telemetry.registry.rows import GasUsedMeanwhile
from telemetry.store.exchanges import ExchangeFacts, LastSaid, last_registers
from telemetry.volumes.registers import JITTER_UM3
from telemetry.work.hand_reads import CLOCKS_AHEAD, most_volume_m3

_NEARLY_AROUND: Final = 0.9
"""Share of its range from which on a register may have turned around."""


class SaidExchange(msgspec.Struct, frozen=True, kw_only=True):
    """An exchange as somebody enters it; what is left out goes on as it was."""

    meter: str
    exchanged_at: datetime
    final_index_m3: Decimal
    reason: str
    done_by: str
    new_meter: str | None = None
    site: str | None = None
    device: str | None = None
    installed_at: datetime | None = None
    final_base_index_m3: Decimal | None = None
    index_m3: Decimal | None = None
    base_index_m3: Decimal | None = None
    seal_no_old: str | None = None
    seal_no_new: str | None = None
    credit_carried_m3: Decimal | None = None
    credit_carried_money: Decimal | None = None
    gas_used_meanwhile: GasUsedMeanwhile = "none"


def checked(
    connection: Connection, registry: Registry, said: SaidExchange, now: Instant
) -> tuple[Installation, ExchangeFacts]:
    """Return the installation that ends, and the exchange with all that it left out.

    Raises
    ------
    EntryError
        Naming the first field that is wrong.
    """
    _known(registry, said)
    old = _ending(registry, said, now)
    facts = _facts(said, old)
    _beginning(registry, facts, old, now)
    _index(said, facts)
    _digits(registry, facts)
    _final(connection, registry, facts, old)
    return old, facts


def _known(registry: Registry, said: SaidExchange) -> None:
    """Refuse names that the registry does not have."""
    for field, name, names in (
        ("meter", said.meter, registry.meters),
        ("new_meter", said.new_meter, registry.meters),
        ("device", said.device, registry.device_ids),
        ("site", said.site, registry.sites),
    ):
        if name is not None and name not in names:
            raise EntryError(field, f"expected a {field.removeprefix('new_')} that the registry knows")


def _ending(registry: Registry, said: SaidExchange, now: Instant) -> Installation:
    """Return the installation that the exchange ends."""
    at = instant(said.exchanged_at)
    if at > now + CLOCKS_AHEAD:
        raise EntryError("exchanged_at", "expected a time that is not in the future")
    old = registry.installation_of_meter_at(said.meter, at)
    if old is None or old.valid_from >= at:
        raise EntryError("exchanged_at", f"expected a time within an installation of {said.meter}")
    if old.removed_at is not None:
        raise EntryError("exchanged_at", f"expected no stated removal; meter {said.meter} has one")
    if said.site not in (None, old.site):
        raise EntryError("site", f"expected {old.site}, where meter {said.meter} was then")
    return old


def _facts(said: SaidExchange, old: Installation) -> ExchangeFacts:
    """Return the exchange with what goes on as it was filled in."""
    new_meter = said.new_meter or said.meter
    index = said.final_index_m3 if new_meter == said.meter else said.index_m3
    if index is None:
        raise EntryError("index_m3", f"expected the first index of meter {new_meter}")
    return ExchangeFacts(
        meter=said.meter,
        new_meter=new_meter,
        site=old.site,
        old_device=old.device,
        device=said.device or old.device,
        exchanged_at=said.exchanged_at,
        installed_at=said.installed_at or said.exchanged_at,
        final_index_m3=said.final_index_m3,
        final_base_index_m3=said.final_base_index_m3,
        index_m3=index,
        base_index_m3=said.base_index_m3,
        reason=said.reason,
        seal_no_old=said.seal_no_old,
        seal_no_new=said.seal_no_new,
        credit_carried_m3=said.credit_carried_m3,
        credit_carried_money=said.credit_carried_money,
        gas_used_meanwhile=said.gas_used_meanwhile,
        done_by=said.done_by,
    )


def _beginning(registry: Registry, facts: ExchangeFacts, old: Installation, now: Instant) -> None:
    """Refuse a new installation that overlaps another, or that cannot be corrected."""
    begins = instant(facts.installed_at)
    if facts.new_meter == facts.meter and facts.device == facts.old_device:
        raise EntryError("device", "expected another device, or a new_meter")
    if begins < instant(facts.exchanged_at) or begins > now + CLOCKS_AHEAD:
        raise EntryError("installed_at", "expected a time from exchanged_at on that is not in the future")
    for field, rows in (
        ("new_meter", registry.installations_of_meter(facts.new_meter)),
        ("device", registry.installations_of_device(facts.device)),
    ):
        for row in rows:
            if row != old and row.valid_from <= begins < row.until:
                raise EntryError(field, f"stands then with meter {row.meter} and device {row.device}")
    meter = registry.meters[facts.new_meter]
    contract = registry.contract_at(facts.site, begins)
    correction = (contract and contract.correction) or meter.correction
    fixed = (row.fixed_gauge_pressure_pa for row in (contract, meter) if row)
    if correction == "t" and all(pressure is None for pressure in fixed):
        raise EntryError("new_meter", "expected a fixed pressure: it is corrected for temperature alone")


def _index(said: SaidExchange, facts: ExchangeFacts) -> None:
    """Refuse an index that does not go on where a corrector alone is exchanged."""
    if facts.new_meter == facts.meter and said.index_m3 not in (None, facts.final_index_m3):
        raise EntryError("index_m3", "expected final_index_m3: the meter stays and its index goes on")


def _digits(registry: Registry, facts: ExchangeFacts) -> None:
    """Refuse registers that their meter has too few digits for."""
    old, new = registry.meters[facts.meter], registry.meters[facts.new_meter]
    for field, value, digits in (
        ("final_index_m3", facts.final_index_m3, old.digits),
        ("final_base_index_m3", facts.final_base_index_m3, old.base_digits or old.digits),
        ("index_m3", facts.index_m3, new.digits),
        ("base_index_m3", facts.base_index_m3, new.base_digits or new.digits),
    ):
        if value is not None and value >= 10**digits:
            raise EntryError(field, f"expected at most {digits} digits before the point, as the meter has")


def _final(connection: Connection, registry: Registry, facts: ExchangeFacts, old: Installation) -> None:
    """Refuse final registers that do not follow from what was last said."""
    meter, ended = registry.meters[old.meter], instant(facts.exchanged_at)
    said = last_registers(
        connection, registry.meter_ids[old.meter], registry.device_ids[old.device], old.valid_from, ended
    )
    first = LastSaid("index", old.valid_from, old.index_um3)
    last = said.get("index", first)
    rise = _rise(facts.final_index_m3, last, meter.digits, "final_index_m3")
    most = most_volume_m3(meter, last.measured_at, ended)
    if rise > most * UM3_PER_M3:
        raise EntryError("final_index_m3", f"expected at most {most:.6g} m³ more than was last read, by Qmax")
    if facts.final_base_index_m3 is not None and "base_index" in said:
        digits = meter.base_digits or meter.digits
        _rise(facts.final_base_index_m3, said["base_index"], digits, "final_base_index_m3")


def _rise(value: Decimal, last: LastSaid, digits: int, field: str) -> int:
    """Return how far a register went on, over a rollover if it may have turned around."""
    around = 10**digits * UM3_PER_M3
    rise = int(value * UM3_PER_M3) - last.um3
    if rise < -JITTER_UM3 and last.um3 > _NEARLY_AROUND * around:
        rise += around
    if rise < -JITTER_UM3:
        raise EntryError(field, f"expected at least {last.um3 / UM3_PER_M3:.6f}, the last reading before it")
    return rise
