"""Refused payloads corrected by people: the original is kept, the corrected one goes the same way."""

from typing import Final

from ingest.pipeline import Pipeline
from ingest.router import Router
from telemetry.batch import Mend
from telemetry.errors import ConflictError, DecodeError, EntryError
from telemetry.model import RawMessage, instant
from telemetry.store.batches import Counts
from telemetry.store.dead_letters import find_dead_letter
from telemetry.store.pool import connect

_SOURCE: Final = "mend"
LONGEST_REASON: Final = 500


def mend(
    dsn: str,
    dead_letter_id: int,
    payload: bytes,
    *,
    by: str,
    reason: str,
    router: Router,
    topic: str | None = None,
) -> Counts:
    """Let a corrected payload stand for a refused one, as if it had come when that came.

    ``topic`` is where it should have been published, where that was at fault.

    Raises
    ------
    NotFoundError
        If there is no such dead letter.
    ConflictError
        If it is stored already.
    EntryError
        If the corrected payload is refused too: nothing is stored then. Elements that stand refused
        beside this one may stay so.
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise EntryError("reason", f"expected why it was corrected, in at most {LONGEST_REASON} characters")
    with connect(dsn, _SOURCE, autocommit=True) as connection:
        letter = find_dead_letter(connection, dead_letter_id)
        if letter.row.replayed_at is not None:
            raise ConflictError(f"dead letter {dead_letter_id} is stored since {letter.row.replayed_at}")
        message = RawMessage(topic or letter.row.topic, payload, instant(letter.row.received_at))
        stands_for = Mend(dead_letter_id, letter.message_id, by, reason, letter.open_beside)
        try:
            return Pipeline(connection, _SOURCE, router).mend(message, stands_for)
        except DecodeError as error:
            raise EntryError("payload", f"still refused: {error}") from None
