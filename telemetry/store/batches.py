"""Write one batch in one transaction, and count what became of its elements."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import numpy as np
from psycopg import Connection, Cursor
from psycopg.errors import CheckViolation

from telemetry.batch import Batch, Columns, DeadLetter, object_hash
from telemetry.model import CardState, DeviceEvent, Integers, moment
from telemetry.store.base_alone import note_base_alone
from telemetry.store.batch_rows import Rows, encode_batch, numbers_of, times_of
from telemetry.store.copy import HEADER, TRAILER
from telemetry.store.partitions import Partitions
from telemetry.store.replays import mark_mended, note_mend
from telemetry.store.statements import statements
from telemetry.store.unknown_keys import UnknownKeys

CONSUMERS: Final = ("derive", "watch")


@dataclass(frozen=True)
class Counts:
    """What became of a batch's elements: received = committed + duplicate + refused."""

    received: int = 0
    committed: int = 0
    duplicate: int = 0
    refused: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        """Return the counts of both."""
        return Counts(
            self.received + other.received,
            self.committed + other.committed,
            self.duplicate + other.duplicate,
            self.refused + other.refused,
        )


class BatchWriter:
    """Writes batches over one connection; rows that stand already are left alone."""

    def __init__(self, connection: Connection, source: str) -> None:
        """Prepare the connection; ``source`` names the counters' row.

        Raises
        ------
        ValueError
            If the connection does not commit by itself: a batch would then be acknowledged
            inside a transaction that stays open.
        """
        if not connection.autocommit:
            raise ValueError("a batch writer needs a connection in autocommit mode")
        self._connection = connection
        self._source = source
        self._partitions = Partitions(connection)
        self._unknown_keys = UnknownKeys()
        self._in_flight = 0
        self._sql = statements("batches")
        with connection.transaction():
            connection.execute(self._sql["prepare"])
            connection.execute(self._sql["open_counter"], {"source": source})

    def write(
        self, batch: Batch, rows: Rows | None = None, *, in_flight: int = 0, retained: int = 0
    ) -> Counts:
        """Store a batch; when this returns, it is on disk.

        ``rows`` are the batch's, where they have been encoded already. ``in_flight`` is how many
        messages are held beyond it, ``retained`` how many were ignored since the last one because
        the broker had kept them from before.
        """
        rows = rows or encode_batch(batch)
        try:
            counts = self._commit(batch, rows, in_flight, retained)
        except CheckViolation as error:
            self._partitions.look_again(error.diag.table_name)
            counts = self._commit(batch, rows, in_flight, retained)
        self._in_flight = in_flight
        self._unknown_keys.commit()
        return counts

    def note(self, *, in_flight: int, retained: int) -> None:
        """Note what is held and what was ignored while no batch came."""
        if retained or in_flight != self._in_flight:
            self._connection.execute(self._sql["count"], self._counted(Counts(), in_flight, retained))
            self._in_flight = in_flight

    def _commit(self, batch: Batch, rows: Rows, in_flight: int, retained: int) -> Counts:
        self._partitions.cover("message", times_of(batch))
        self._partitions.cover("reading", batch.readings.get("measured_at"))
        self._partitions.cover("pressure_sample", batch.pressures.get("measured_at"))
        with self._connection.transaction(), self._connection.cursor() as cursor:
            counts = self._write(cursor, batch, rows)
            with self._connection.pipeline():
                cursor.execute(self._sql["count"], self._counted(counts, in_flight, retained))
                self._announce(cursor, batch)
        return counts

    def _counted(self, counts: Counts, in_flight: int, retained: int) -> dict[str, object]:
        return {"source": self._source, "in_flight": in_flight, "retained": retained, **vars(counts)}

    def _write(self, cursor: Cursor, batch: Batch, rows: Rows) -> Counts:
        first = self._write_messages(cursor, batch, rows)
        ids = numbers_of(batch, first)
        committed = self._write_readings(cursor, rows.readings, first)
        committed += self._write_pressures(cursor, rows.pressures, first)
        committed += self._write_events(cursor, batch, ids)
        self._write_cards(cursor, batch, ids)
        if news := self._unknown_keys.news(batch.unknown_keys):
            cursor.executemany(self._sql["note_unknown_key"], news)
        refused = self._write_dead_letters(cursor, batch, ids)
        if batch.message_ids is not None:
            again = [(int(ids[letter.message]), letter.element) for letter in batch.dead_letters]
            mark_mended(cursor, ids.tolist(), times_of(batch), again)
        if batch.mend is not None:
            note_mend(cursor, batch.mend, int(ids[0]), batch.messages[0].received_at)
            again = [(batch.mend.message_id, element) for element in batch.mend.again]
            mark_mended(cursor, [batch.mend.message_id], times_of(batch), again)
        duplicate = batch.elements - committed - refused
        return Counts(batch.elements, committed, duplicate, refused)

    def _write_messages(self, cursor: Cursor, batch: Batch, rows: Rows) -> int:
        """Keep the messages as they came; return the number of the first."""
        if batch.message_ids is not None:
            return 0
        block = cursor.execute(self._sql["message_block"]).fetchone()
        if block is None:
            raise LookupError("the message sequence answered nothing")
        first = int(block[0])
        self._copy(cursor, "copy_message", rows.numbered(first))
        return first

    def _write_readings(self, cursor: Cursor, rows: bytes, first: int) -> int:
        if not rows:
            return 0
        self._copy(cursor, "copy_reading", rows)
        return cursor.execute(self._sql["insert_reading"], {"first": first}).rowcount

    def _write_pressures(self, cursor: Cursor, rows: bytes, first: int) -> int:
        """Return how many elements were new: the streams of one element count once."""
        if not rows:
            return 0
        self._copy(cursor, "copy_pressure", rows)
        counted = cursor.execute(self._sql["insert_pressure"], {"first": first}).fetchone()
        return int(counted[0]) if counted else 0

    def _write_events(self, cursor: Cursor, batch: Batch, ids: Integers) -> int:
        return self._each(cursor, "insert_event", [_event(batch, ids, *one) for one in batch.events])

    def _write_cards(self, cursor: Cursor, batch: Batch, ids: Integers) -> None:
        self._each(cursor, "insert_card", [_card(batch, ids, *one) for one in batch.cards])

    def _write_dead_letters(self, cursor: Cursor, batch: Batch, ids: Integers) -> int:
        """Return how many are new: what the broker only delivered again is not refused twice."""
        return self._each(cursor, "refuse", [_dead_letter(batch, ids, one) for one in batch.dead_letters])

    def _each(self, cursor: Cursor, name: str, rows: Sequence[dict[str, object]]) -> int:
        """Run a statement for each of a few rows; return how many rows it made."""
        if not rows:
            return 0
        cursor.executemany(self._sql[name], rows)
        return cursor.rowcount

    def _announce(self, cursor: Cursor, batch: Batch) -> None:
        """Tell derive and watch who spoke of which span."""
        devices = _spans(batch.readings, "device_id")
        stations = _spans(batch.pressures, "station_id")
        note_base_alone(cursor, batch.readings)
        cursor.execute(self._sql["announce"], (*devices, *stations, list(CONSUMERS)))
        if batch.events:
            spoke = [(event.device, moment(event.measured_at)) for _, event in batch.events]
            cursor.execute(
                self._sql["announce_events"], [list(column) for column in zip(*spoke, strict=True)]
            )
        cursor.execute(self._sql["notify"])

    def _copy(self, cursor: Cursor, name: str, rows: bytes) -> None:
        with cursor.copy(self._sql[name]) as copy:
            copy.write(HEADER + rows + TRAILER)


def _event(batch: Batch, ids: Integers, message: int, event: DeviceEvent) -> dict[str, object]:
    return {
        "device": event.device,
        "measured_at": moment(event.measured_at),
        "code": event.code,
        "content_hash": object_hash(event),
        "received_at": moment(batch.messages[message].received_at),
        "message_id": int(ids[message]),
        "state": int(event.state),
        "text": event.text,
    }


def _card(batch: Batch, ids: Integers, message: int, device_id: int, card: CardState) -> dict[str, object]:
    return {
        "device_id": device_id,
        "measured_at": moment(card.measured_at),
        "content_hash": object_hash(card),
        "received_at": moment(batch.messages[message].received_at),
        "message_id": int(ids[message]),
        "remaining_m3": card.remaining_m3,
        "remaining_money": card.remaining_money,
        "basis": None if card.basis is None else int(card.basis),
        "cumulative_purchased_m3": card.cumulative_purchased_m3,
        "sequence": card.sequence,
        "price_version": card.price_version,
        "alarm_m3": card.alarm_m3,
        "overdraft_limit_m3": card.overdraft_limit_m3,
    }


def _dead_letter(batch: Batch, ids: Integers, letter: DeadLetter) -> dict[str, object]:
    message = batch.messages[letter.message]
    return {
        "received_at": moment(message.received_at),
        "message_id": int(ids[letter.message]),
        "element": letter.element,
        "topic": message.topic,
        "device": letter.device,
        "decoder": batch.decoders[letter.message],
        "reason": letter.reason,
        "detail": letter.detail,
        "payload_size": len(message.payload),
        "payload_sha256": sha256(message.payload).digest(),
        "redelivered": message.redelivered,
    }


def _spans(columns: Columns, subject: str) -> tuple[list[int], list[object], list[object]]:
    """Return who spoke, and the first and last instant each spoke of."""
    if not columns:
        return [], [], []
    order = np.argsort(columns[subject], kind="stable")
    subjects, starts = np.unique(columns[subject][order], return_index=True)
    times = columns["measured_at"][order]
    first = np.minimum.reduceat(times, starts)
    last = np.maximum.reduceat(times, starts)
    return subjects.tolist(), [moment(at) for at in first.tolist()], [moment(at) for at in last.tolist()]
