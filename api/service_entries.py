"""What people take out of service, by HTTP or on a page, and let serve again."""

from datetime import UTC, datetime

from psycopg import Connection

from api.registry import is_known
from api.schemas.alarm_entries import Removal
from telemetry.errors import ConflictError, EntryError
from telemetry.registry import Registry
from telemetry.store import muting
from telemetry.store.keys import ApiKey


def take_out(
    connection: Connection, registry: Registry, wanted: Removal, key: ApiKey
) -> muting.StoredOutOfService:
    """Let something be out of service: none of its alarms rings, nor of what belongs to it.

    Raises
    ------
    EntryError
        If the registry does not know it, or it should serve again already.
    ConflictError
        If it is out of service.
    """
    kind, name, now = wanted.target.kind, wanted.target.id, datetime.now(UTC)
    if not is_known(registry, kind, name):
        raise EntryError("target", f"there is no {kind} {name}")
    if wanted.until is not None and wanted.until <= now:
        raise EntryError("until", "must be in the future")
    row = muting.take_out_of_service(
        connection, kind, name, since=now, until=wanted.until, reason=wanted.reason, by=key.name
    )
    if row is None:
        raise ConflictError(f"{kind} {name} is out of service already")
    return row


def let_serve(connection: Connection, number: int, key: ApiKey) -> muting.StoredOutOfService:
    """Let something serve again.

    Raises
    ------
    ConflictError
        If it serves already, or there is no such entry.
    """
    row = muting.return_to_service(connection, number, at=datetime.now(UTC), by=key.name)
    if row is None:
        raise ConflictError(f"entry {number} is not out of service")
    return row
