"""Requests answered under an idempotency key, kept to be answered again."""

from typing import Any, Final

import msgspec
from psycopg import Connection
from psycopg.types.json import Jsonb

from telemetry.store.statements import statements

KEPT_DAYS: Final = 30


class AskedBefore(msgspec.Struct, frozen=True):
    """What was asked under a key, by its hash, and what was answered."""

    request_sha256: bytes
    answer: Any


def claim_request(
    connection: Connection, key_name: str, idempotency_key: str, request: bytes
) -> AskedBefore | None:
    """Take a key for a request until the transaction ends, or return what was asked under it before."""
    connection.execute(statements("answered_requests")["forget"], (KEPT_DAYS,))
    values = {"key_name": key_name, "idempotency_key": idempotency_key, "request": request}
    if connection.execute(statements("answered_requests")["claim"], values).fetchone():
        return None
    row = connection.execute(statements("answered_requests")["find"], values).fetchone()
    if row is None:
        raise LookupError("answered_request: neither free nor taken")
    return AskedBefore(bytes(row[0]), row[1])


def keep_answer(connection: Connection, key_name: str, idempotency_key: str, answer: object) -> None:
    """Keep what is answered under a key that was taken."""
    values = {"key_name": key_name, "idempotency_key": idempotency_key, "answer": Jsonb(answer)}
    connection.execute(statements("answered_requests")["answer"], values)
