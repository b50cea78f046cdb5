"""Hand reads recorded: checked against the registry, added once, their meters' volumes marked."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final

import msgspec
from psycopg import Connection

from telemetry.batch import UM3_PER_M3
from telemetry.errors import EntryError
from telemetry.model import HOUR, MINUTE, Instant, instant, moment
from telemetry.registry import Installation, Meter, Registry
from telemetry.store import derive_queue
from telemetry.store.hand_reads import HandReadRow, Kept, SaidRead, find_hand_read, insert_hand_read
from telemetry.store.registry_tables import load_registry
from telemetry.store.registry_writing import lock_registry

CAUSE: Final = "hand_read"
CLOCKS_AHEAD: Final = 5 * MINUTE
MOST_FLOW: Final = 1.2
"""Times Qmax: faster no register turns."""

_REGISTERS: Final[Mapping[str, str]] = {
    "index_m3": "digits",
    "base_index_m3": "base_digits",
    "mechanical_index_m3": "digits",
}


def record(
    connection: Connection,
    read: SaidRead,
    *,
    by: str,
    now: Instant,
    registry_of: Callable[[Connection], Registry] = load_registry,
) -> HandReadRow:
    """Record one hand read, or find it where exactly that was recorded before.

    Raises
    ------
    EntryError
        Naming the first field that is wrong; nothing is recorded then.
    """
    with connection.transaction():
        lock_registry(connection)
        registry = registry_of(connection)
        for field, expected in wrong(registry, read, now):
            raise EntryError(field, f"expected {expected}")
        (kept,) = keep(connection, registry, [read], by)
        return find_hand_read(connection, kept.hand_read_id)


def keep(connection: Connection, registry: Registry, reads: Iterable[SaidRead], by: str) -> list[Kept]:
    """Add hand reads that were found sound, and have derive work out what each new one touches."""
    kept = []
    for read in reads:
        one = insert_hand_read(connection, read, by)
        kept.append(one)
        if one.added and (read.index_m3 is not None or read.base_index_m3 is not None):
            at = instant(read.measured_at)
            derive_queue.mark(connection, [registry.meter_ids[read.meter]], (at, at + 1), CAUSE)
    return kept


def wrong(registry: Registry, read: SaidRead, now: Instant) -> Iterator[tuple[str, str]]:
    """Yield each field that cannot be so, and what was expected of it."""
    at = instant(read.measured_at)
    meter = registry.meters.get(read.meter)
    if meter is None:
        yield "meter", "a meter that the registry knows"
        return
    if all(getattr(read, name) is None for name in (*_REGISTERS, "remaining_m3")):
        yield "index_m3", "a value, or one of base_index_m3, mechanical_index_m3 and remaining_m3"
    if at > now + CLOCKS_AHEAD:
        yield "measured_at", "a time that is not in the future"
        return
    installation = registry.installation_of_meter_at(read.meter, at)
    if installation is None:
        yield "measured_at", f"a time at which meter {read.meter} was installed"
        return
    yield from _registers(meter, installation, read, at)


def _registers(
    meter: Meter, installation: Installation, read: SaidRead, at: Instant
) -> Iterator[tuple[str, str]]:
    """Yield registers with more digits than their meter's, and an index that it cannot have come to."""
    for field, digits_of in _REGISTERS.items():
        value: Decimal | None = getattr(read, field)
        digits = getattr(meter, digits_of) or meter.digits
        if value is not None and value >= 10**digits:
            yield field, f"a register of at most {digits} digits before the point, as its meter has"
    around = 10**meter.digits
    if read.index_m3 is None or read.index_m3 >= around:
        return
    began = Decimal(installation.index_um3) / UM3_PER_M3
    most = Decimal(most_volume_m3(meter, installation.valid_from, at))
    # Read a little below where it began, it seems to have turned almost once around.
    if most < (read.index_m3 - began + around) % around < around - 1:
        since = moment(installation.valid_from).isoformat()
        yield "index_m3", f"a register that can have come from {began:f} since {since}, at 1.2 times Qmax"


def most_volume_m3(meter: Meter, start: Instant, end: Instant) -> float:
    """Return what can pass a meter between two times that are true to an hour."""
    return MOST_FLOW * meter.qmax_m3h * ((end - start) / HOUR + 1)


def said_read(values: Mapping[str, object]) -> SaidRead:
    """Return a row of ``reads.csv`` as a hand read."""
    return msgspec.convert(dict(values), SaidRead)
