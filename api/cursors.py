"""Cursors of lists: opaque, signed, bound to their filter, fixed to one snapshot."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from api.problems import Problem

_SIGNATURE: Final = 16


@dataclass(frozen=True)
class Position:
    """Where a list goes on: after which item, as of which moment."""

    after: list[Any]
    snapshot: list[Any]


class Cursors:
    """Writes and reads cursors with one secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def write(self, position: Position, bound: Mapping[str, Any]) -> str:
        """Return the cursor for a position in the list that ``bound`` describes."""
        text = json.dumps([position.after, position.snapshot], separators=(",", ":")).encode()
        return urlsafe_b64encode(self._sign(text, bound) + text).decode().rstrip("=")

    def read(self, cursor: str, bound: Mapping[str, Any]) -> Position:
        """Return the position a cursor stands for.

        Raises
        ------
        Problem
            400, if it was tampered with or belongs to another list or filter.
        """
        try:
            plain = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        except ValueError as error:
            raise self._refusal() from error
        signature, text = plain[:_SIGNATURE], plain[_SIGNATURE:]
        if not hmac.compare_digest(signature, self._sign(text, bound)):
            raise self._refusal()
        after, snapshot = json.loads(text)
        return Position(after, snapshot)

    def _sign(self, text: bytes, bound: Mapping[str, Any]) -> bytes:
        """Sign a position together with the filter it belongs to."""
        described = json.dumps(bound, sort_keys=True, default=str).encode()
        return hmac.digest(self._secret, sha256(described).digest() + text, "sha256")[:_SIGNATURE]

    @staticmethod
    def _refusal() -> Problem:
        return Problem(400, "the cursor was changed, or comes from another list or filter", field="cursor")
