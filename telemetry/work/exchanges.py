"""Exchanges: one installation ends, the next begins, somebody else verifies it."""

from collections.abc import Callable, Iterator
from typing import Final

from psycopg import Connection

from telemetry.errors import ConflictError, NotFoundError, OwnEntryError
from telemetry.model import Instant, instant, moment
from telemetry.registry import Installation, Registry
from telemetry.store import exchanges
from telemetry.store.exchanges import ExchangeFacts, ExchangeRow
from telemetry.store.registry_tables import load_registry
from telemetry.store.registry_writing import (
    insert_rows,
    lock_registry,
    mark_dirty,
    record_import,
    update_rows,
)
from telemetry.work.exchange_checks import SaidExchange, checked
from telemetry.work.hand_reads import CLOCKS_AHEAD

VERIFIED: Final = "verified"
_TABLE: Final = "installation"
_KEY: Final = ("meter", "valid_from")


def record(
    connection: Connection,
    said: SaidExchange,
    *,
    by: str,
    now: Instant,
    registry_of: Callable[[Connection], Registry] = load_registry,
) -> ExchangeRow:
    """End an installation, begin the next, and have derive work out what both touch.

    Raises
    ------
    EntryError
        Naming the first field that is wrong; nothing is changed then.
    """
    with connection.transaction():
        lock_registry(connection)
        registry = registry_of(connection)
        old, facts = checked(connection, registry, said, now)
        _end(connection, facts, old)
        _begin(connection, facts, old)
        version = record_import(connection, {"installations.csv": {"inserted": 1, "updated": 1}})
        mark_dirty(connection, list(_touched(registry, facts, now)))
        exchange_id = exchanges.insert_exchange(connection, facts, recorded_by=by, registry_version=version)
        return _standing(connection, exchange_id)


def verify(connection: Connection, exchange_id: int, *, by: str) -> ExchangeRow:
    """Note that somebody else checked an exchange.

    Raises
    ------
    NotFoundError
        If there is no such exchange.
    ConflictError
        If it is verified already.
    OwnEntryError
        If whoever did or recorded it asks.
    """
    with connection.transaction():
        lock_registry(connection)
        row = exchanges.hold_exchange(connection, exchange_id)
        if row is None:
            raise NotFoundError(f"there is no exchange {exchange_id}")
        if by in (row.done_by, row.recorded_by):
            raise OwnEntryError("verified_by", f"{by} did or recorded it; somebody else must verify it")
        if row.state == VERIFIED:
            raise ConflictError(f"exchange {exchange_id} is verified already")
        exchanges.verify_exchange(connection, exchange_id, by)
        columns = (*_KEY, "verified_by")
        update_rows(connection, _TABLE, columns, _KEY, [(row.new_meter, row.installed_at, by)])
        return _standing(connection, exchange_id)


def _end(connection: Connection, facts: ExchangeFacts, old: Installation) -> None:
    """State where the old installation ended."""
    told = {
        "meter": old.meter,
        "valid_from": moment(old.valid_from),
        "removed_at": facts.exchanged_at,
        "final_index_m3": facts.final_index_m3,
        "final_base_index_m3": facts.final_base_index_m3,
    }
    update_rows(connection, _TABLE, tuple(told), _KEY, [tuple(told.values())])


def _begin(connection: Connection, facts: ExchangeFacts, old: Installation) -> None:
    """Add the new installation; why and how it came about stands with it."""
    told = {
        "meter": facts.new_meter,
        "site": facts.site,
        "device": facts.device,
        "valid_from": facts.installed_at,
        "index_m3": facts.index_m3,
        "base_index_m3": facts.base_index_m3,
        "sign": old.sign,
        "reason": facts.reason,
        "seal_no_old": facts.seal_no_old,
        "seal_no_new": facts.seal_no_new,
        "done_by": facts.done_by,
        "gas_used_meanwhile": facts.gas_used_meanwhile,
        "credit_carried_m3": facts.credit_carried_m3,
        "credit_carried_money": facts.credit_carried_money,
    }
    insert_rows(connection, _TABLE, tuple(told), [tuple(told.values())])


def _touched(
    registry: Registry, facts: ExchangeFacts, now: Instant
) -> Iterator[tuple[int, Instant, Instant]]:
    """Yield what volumes may change: those of both meters from the exchange on."""
    for meter in {facts.meter, facts.new_meter}:
        yield registry.meter_ids[meter], instant(facts.exchanged_at), now + CLOCKS_AHEAD


def _standing(connection: Connection, exchange_id: int) -> ExchangeRow:
    row = exchanges.find_exchange(connection, exchange_id)
    if row is None:
        raise LookupError(f"exchange {exchange_id} is gone")
    return row
