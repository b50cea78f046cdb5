"""Log-ins of the operator pages: links that work once, and the sessions they open."""

import secrets
from datetime import timedelta
from typing import Final

from psycopg import Connection
from psycopg.rows import class_row

from telemetry.store.keys import OPERATOR_SCOPES, ApiKey, create_key, find_key_by_name, fingerprint
from telemetry.store.statements import statements

SESSION_LIFETIME: Final = timedelta(hours=12)
LOGIN_LIFETIME: Final = timedelta(hours=24)


def offer_login(
    connection: Connection, name: str = "operator", *, lifetime: timedelta = LOGIN_LIFETIME
) -> str:
    """Return a token for ``/login?token=…`` that works once; the caller commits.

    The session acts as the key of that name; where there is none, one with an
    operator's scopes is made that nobody ever sees.
    """
    if find_key_by_name(connection, name) is None:
        create_key(connection, name, OPERATOR_SCOPES)
    key = find_key_by_name(connection, name)
    token = secrets.token_urlsafe(32)
    if key:
        connection.execute(statements("sessions")["offer_login"], (fingerprint(token), key.key_id, lifetime))
    return token


def redeem_login(connection: Connection, token: str) -> int | None:
    """Use a log-in token up and return its key's id; None when it is spent or too old."""
    row = connection.execute(statements("sessions")["redeem_login"], (fingerprint(token),)).fetchone()
    return int(row[0]) if row else None


def open_session(connection: Connection, key_id: int) -> str:
    """Open a session for a key and return its token; the caller commits."""
    token = secrets.token_urlsafe(32)
    connection.execute(statements("sessions")["open"], (fingerprint(token), key_id, SESSION_LIFETIME))
    return token


def find_session(connection: Connection, token: str) -> ApiKey | None:
    """Return the key behind a live session."""
    with connection.cursor(row_factory=class_row(ApiKey)) as cursor:
        return cursor.execute(statements("sessions")["find"], (fingerprint(token),)).fetchone()


def close_session(connection: Connection, token: str) -> None:
    """Forget a session; the caller commits."""
    connection.execute(statements("sessions")["close"], (fingerprint(token),))
