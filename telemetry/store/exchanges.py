"""Exchanges stored: what was done, by whom, and who checked it."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

import msgspec
from psycopg import Connection
from psycopg.rows import class_row

from telemetry.model import Instant, moment
from telemetry.registry.rows import GasUsedMeanwhile
from telemetry.store.statements import statements

_ALWAYS: Final = datetime(9999, 12, 31, tzinfo=UTC)


class ExchangeFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What was done; ``new_meter`` is ``meter`` where a corrector alone was exchanged."""

    meter: str
    new_meter: str
    site: str
    old_device: str
    device: str
    exchanged_at: datetime
    installed_at: datetime
    final_index_m3: Decimal
    final_base_index_m3: Decimal | None
    index_m3: Decimal
    base_index_m3: Decimal | None
    reason: str
    seal_no_old: str | None
    seal_no_new: str | None
    credit_carried_m3: Decimal | None
    credit_carried_money: Decimal | None
    gas_used_meanwhile: GasUsedMeanwhile
    done_by: str


class ExchangeRow(ExchangeFacts, frozen=True, kw_only=True):
    """An exchange as it was kept; ``state`` is recorded or verified."""

    exchange_id: int
    recorded_by: str
    recorded_at: datetime
    registry_version: int
    verified_by: str | None
    verified_at: datetime | None
    state: str


class ExchangeFilter(msgspec.Struct, frozen=True):
    """Which exchanges, by meter (old or new), state and time; nothing given means all."""

    meter: str | None = None
    state: str | None = None
    start: datetime | None = None
    end: datetime | None = None


class ExchangeSnapshot(msgspec.Struct, frozen=True):
    """What a list of exchanges was first read from."""

    exchange_id: int
    as_of: datetime


class LastSaid(msgspec.Struct, frozen=True):
    """What a register said last."""

    register: str
    measured_at: Instant
    um3: int


def insert_exchange(
    connection: Connection, facts: ExchangeFacts, *, recorded_by: str, registry_version: int
) -> int:
    """Keep an exchange and return its number."""
    told = {"recorded_by": recorded_by, "registry_version": registry_version}
    values = msgspec.structs.asdict(facts) | told
    row = connection.execute(statements("exchanges")["insert"], values).fetchone()
    if row is None:
        raise LookupError("exchange: no number came back")
    return int(row[0])


def last_registers(
    connection: Connection, meter_id: int, device_id: int, start: Instant, end: Instant
) -> dict[str, LastSaid]:
    """Return what ``index`` and ``base_index`` last were in [start, end), as far as no edit excludes it."""
    wanted = {"meter_id": meter_id, "device_id": device_id, "start": moment(start), "end": moment(end)}
    with connection.cursor(row_factory=class_row(LastSaid)) as cursor:
        found = cursor.execute(statements("exchanges")["last_register"], wanted).fetchall()
    return {one.register: one for one in found}


def hold_exchange(connection: Connection, exchange_id: int) -> ExchangeRow | None:
    """Return an exchange that nobody else changes until the transaction ends."""
    connection.execute(statements("exchanges")["hold"], (exchange_id,))
    return find_exchange(connection, exchange_id)


def find_exchange(connection: Connection, exchange_id: int) -> ExchangeRow | None:
    """Return one exchange as it stands."""
    snapshot = ExchangeSnapshot(exchange_id, _ALWAYS)
    rows = _rows(connection, ExchangeFilter(), snapshot, 1, None, exchange_id)
    return rows[0] if rows else None


def verify_exchange(connection: Connection, exchange_id: int, by: str) -> None:
    """Note who verified an exchange."""
    connection.execute(statements("exchanges")["verify"], {"exchange_id": exchange_id, "by": by})


def exchange_snapshot(connection: Connection) -> ExchangeSnapshot:
    """Return the present moment."""
    with connection.cursor(row_factory=class_row(ExchangeSnapshot)) as cursor:
        row = cursor.execute(statements("exchanges")["snapshot"]).fetchone()
    if row is None:
        raise LookupError("an aggregate answered nothing")
    return row


def list_exchanges(
    connection: Connection,
    wanted: ExchangeFilter,
    snapshot: ExchangeSnapshot,
    limit: int,
    before: int | None = None,
) -> list[ExchangeRow]:
    """Return exchanges as they stood at the snapshot, the latest recorded first."""
    return _rows(connection, wanted, snapshot, limit, before, None)


def _rows(
    connection: Connection,
    wanted: ExchangeFilter,
    snapshot: ExchangeSnapshot,
    limit: int,
    before: int | None,
    only: int | None,
) -> list[ExchangeRow]:
    values = msgspec.structs.asdict(wanted) | {
        "last": snapshot.exchange_id,
        "as_of": snapshot.as_of,
        "limit": limit,
        "before": before,
        "only": only,
    }
    with connection.cursor(row_factory=class_row(ExchangeRow)) as cursor:
        return cursor.execute(statements("exchanges")["list"], values).fetchall()
