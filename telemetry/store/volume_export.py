"""Hourly volumes as CSV, written by the server itself: nothing is parsed on the way."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from psycopg import Connection

from telemetry.quality import Quality
from telemetry.store.statements import statements

_PIECE_BYTES: Final = 1 << 17


class OwnedSpan(NamedTuple):
    """Hours of one meter that one account pays for, and how both are written."""

    meter_id: int
    meter: str
    account: str | None
    start: datetime
    end: datetime


def hours_csv(
    connection: Connection, spans: Sequence[OwnedSpan], as_of: datetime | None = None
) -> Iterator[bytes]:
    """Yield lines of some spans, as they stand or stood, many at a time, each ended by a line feed alone."""
    values = {
        "as_of": as_of,
        "qualities": [quality.word for quality in Quality],
        "meter_ids": [span.meter_id for span in spans],
        "meters": [span.meter for span in spans],
        "accounts": [span.account for span in spans],
        "starts": [span.start for span in spans],
        "ends": [span.end for span in spans],
    }
    with (
        connection.cursor() as cursor,
        cursor.copy(statements("volume_export")["hours_csv"], values) as copy,
    ):
        # The driver hands over a line at a time; each piece costs its reader a change of threads.
        piece = bytearray()
        for line in copy:
            piece += line
            if len(piece) >= _PIECE_BYTES:
                yield bytes(piece)
                piece.clear()
        yield bytes(piece)
