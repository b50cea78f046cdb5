"""API keys: shown once, kept as SHA-256, with a prefix by which people tell them apart."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from psycopg import Connection
from psycopg.rows import class_row

from telemetry.errors import ConfigurationError, ConflictError, NotFoundError
from telemetry.store.statements import statements

SCOPES: Final = (
    "telemetry:read",
    "billing:read",
    "billing:close",
    "reads:write",
    "edits:write",
    "edits:approve",
    "alarms:read",
    "alarms:operate",
    "work:write",
    "work:verify",
    "registry:read",
    "registry:write",
    "ingest:write",
    "admin",
)
OPERATOR_SCOPES: Final = ("telemetry:read", "registry:read", "alarms:read", "alarms:operate")
_PREFIX = "cg_"
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is kept of a key: everything but the key."""

    key_id: int
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    def allows(self, scope: str) -> bool:
        """Tell whether the key carries a scope; ``admin`` carries them all."""
        return scope in self.scopes or "admin" in self.scopes


def fingerprint(token: str) -> bytes:
    """Return what is stored of a key or token: 256 random bits need no salt and no stretching."""
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


def create_key(
    connection: Connection, name: str, scopes: Iterable[str], *, expires_at: datetime | None = None
) -> str:
    """Make a key and return it, the only time that it can be seen; the caller commits.

    Raises
    ------
    ConfigurationError
        If a scope does not exist, or none is given.
    ConflictError
        If the name is taken, by a revoked key too: the log must stay readable.
    """
    wanted = list(dict.fromkeys(scopes))
    if not wanted or (unknown := sorted(set(wanted) - set(SCOPES))):
        found = ", ".join(unknown) if wanted else "none"
        raise ConfigurationError(f"scope: expected one or more of {', '.join(SCOPES)}; found {found}")
    key = _PREFIX + secrets.token_urlsafe(32)
    values = {
        "name": name,
        "prefix": key[:_SHOWN],
        "sha256": fingerprint(key),
        "scopes": wanted,
        "expires_at": expires_at,
    }
    if connection.execute(statements("keys")["create"], values).fetchone() is None:
        raise ConflictError(f"a key named {name} exists already")
    return key


def list_keys(connection: Connection) -> list[ApiKey]:
    """Return every key there is or was, by name."""
    with connection.cursor(row_factory=class_row(ApiKey)) as cursor:
        return cursor.execute(statements("keys")["list"]).fetchall()


def find_key_by_name(connection: Connection, name: str) -> ApiKey | None:
    """Return the key of a name, live or not."""
    with connection.cursor(row_factory=class_row(ApiKey)) as cursor:
        return cursor.execute(statements("keys")["by_name"], (name,)).fetchone()


def find_key(connection: Connection, presented: str) -> ApiKey | None:
    """Return the live key that someone presented, and note its use."""
    with connection.cursor(row_factory=class_row(ApiKey)) as cursor:
        key = cursor.execute(statements("keys")["find"], (fingerprint(presented),)).fetchone()
    if key:
        connection.execute(statements("keys")["used"], (key.key_id,))
    return key


def revoke_key(connection: Connection, name: str) -> None:
    """End a key and every log-in made with it; the caller commits.

    Raises
    ------
    NotFoundError
        If no live key has this name.
    """
    row = connection.execute(statements("keys")["revoke"], (name,)).fetchone()
    if row is None:
        raise NotFoundError(f"no live key is named {name}")
    connection.execute(statements("keys")["end_sessions"], {"key_id": row[0]})


def kept_secret(connection: Connection, name: str) -> bytes:
    """Return the secret of a name, made on first use; the caller commits."""
    connection.execute(statements("keys")["keep_secret"], (name, secrets.token_bytes(32)))
    row = connection.execute(statements("keys")["secret"], (name,)).fetchone()
    if row is None:
        raise NotFoundError(f"the secret {name} was deleted while it was read")
    return bytes(row[0])
