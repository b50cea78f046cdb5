"""Messages to committed rows: the one path for what comes by MQTT, HTTP, file or replay."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import msgspec
import psycopg
from psycopg import Connection

from ingest.assembly import Assembly, storable
from ingest.decoding import Decoder
from ingest.roster import Roster, roster
from ingest.router import Router
from telemetry.batch import Batch, DeadLetter, Mend
from telemetry.errors import DecodeError
from telemetry.model import HOUR, Instant, RawMessage
from telemetry.store.batch_rows import Rows, encode_batch
from telemetry.store.batches import BatchWriter, Counts
from telemetry.store.registry_tables import load_registry, registry_version

log: Final = logging.getLogger(__name__)

_OF_THE_CONTENT: Final = (
    psycopg.DataError,
    psycopg.IntegrityError,
    ValueError,
    TypeError,
    ArithmeticError,
    LookupError,
)
"""What one message can cause and must not cost the others."""
_MEETINGS: Final = 3
"""How often two writers of the same rows may meet before one of them gives up."""


def now() -> Instant:
    """Return the present instant."""
    return time.time_ns() // 1000


@dataclass(frozen=True)
class Assembled:
    """Messages made ready to store, with all it takes to make them ready once more."""

    messages: Sequence[RawMessage]
    decoder: Decoder | None
    numbers: Sequence[int] | None
    """Given where the messages are stored already and decoded again."""
    roster: Roster
    batch: Batch | None = None
    rows: Rows | None = None
    fault: Exception | None = None
    """Why there is no batch."""


class Stored(NamedTuple):
    """What became of the elements of some messages, and which were refused, now or before."""

    counts: Counts
    refused: Sequence[DeadLetter]

    def and_then(self, other: "Stored") -> "Stored":
        """Return what became of those of both."""
        return Stored(self.counts + other.counts, [*self.refused, *other.refused])


class Pipeline:
    """Decodes, admits, corrects and stores; when `process` returns, all of it is on disk."""

    def __init__(
        self,
        connection: Connection,
        source: str,
        router: Router,
        clock: Callable[[], Instant] = now,
        *,
        live: bool = True,
    ) -> None:
        """Open the counters of ``source`` and load the registry; ``live`` is not what comes from a file."""
        self._connection = connection
        self._writer = BatchWriter(connection, source)
        self._router = router
        self._clock = clock
        self._live = live
        self._version = -1
        self._roster_at: Instant = 0
        self._roster = self._current_roster()

    def process(self, messages: Sequence[RawMessage], *, decoder: Decoder | None = None) -> Counts:
        """Store messages and return what became of their elements; ``decoder`` overrides the routes."""
        return self.store(self.assemble(messages, decoder)).counts

    def process_again(
        self, stored: Sequence[tuple[int, RawMessage]], *, decoder: Decoder | None = None
    ) -> Counts:
        """Decode stored messages once more; what is accepted now is no dead letter any more."""
        numbers, messages = [number for number, _ in stored], [one for _, one in stored]
        return self.store(self.assemble(messages, decoder, numbers)).counts

    def mend(self, message: RawMessage, mend: Mend) -> Counts:
        """Store a message that stands for a refused one.

        Raises
        ------
        DecodeError
            If anything of it is refused but the elements in ``again``, which stand refused already and
            are not refused a second time: nothing is stored then.
        """
        self._roster = self._current_roster()
        assembled = self.assemble([message])
        if assembled.batch is None:
            raise DecodeError("decode_error", f"it cannot be stored: {assembled.fault}")
        letters = assembled.batch.dead_letters
        for letter in letters:
            if letter.element not in mend.again:
                where = "" if letter.element is None else f"element {letter.element}: "
                raise DecodeError(letter.reason, f"{where}{letter.detail}")
        again = frozenset(letter.element for letter in letters)
        batch = replace(assembled.batch, dead_letters=(), mend=replace(mend, again=again))
        try:
            return self._write(batch, assembled.rows, 0, 0).counts
        except _OF_THE_CONTENT as fault:
            raise DecodeError("decode_error", f"it cannot be stored: {fault}") from fault

    def assemble(
        self,
        messages: Sequence[RawMessage],
        decoder: Decoder | None = None,
        numbers: Sequence[int] | None = None,
    ) -> Assembled:
        """Decode, admit and correct with the registry as last seen; touches no database."""
        view = self._roster
        try:
            assembly = Assembly(view, live=self._live)
            for message in messages:
                assembly.add(message, decoder or self._router.decoder(message.topic))
            batch = replace(assembly.batch(), message_ids=numbers)
            rows = encode_batch(batch)
        except _OF_THE_CONTENT as fault:
            return Assembled(messages, decoder, numbers, view, fault=fault)
        return Assembled(messages, decoder, numbers, view, batch, rows)

    def store(self, assembled: Assembled, *, in_flight: int = 0, retained: int = 0) -> Stored:
        """Commit what was assembled; once more from its messages if the registry has changed since."""
        self._roster = self._current_roster()
        if assembled.roster is not self._roster:
            assembled = self.assemble(assembled.messages, assembled.decoder, assembled.numbers)
        return self._store(assembled, in_flight, retained)

    def check(self, *, in_flight: int = 0, retained: int = 0) -> None:
        """Ask the database for a sign of life, and note what is held and what was ignored meanwhile.

        Raises
        ------
        psycopg.OperationalError
            If the connection is gone, and our hold on the shard with it.
        """
        self._roster = self._current_roster()
        self._writer.note(in_flight=in_flight, retained=retained)

    def _store(self, assembled: Assembled, in_flight: int, retained: int) -> Stored:
        """Write a batch; where its content cannot be written, find the message whose fault that is."""
        messages, fault = assembled.messages, assembled.fault
        if assembled.batch is not None:
            try:
                return self._write(assembled.batch, assembled.rows, in_flight, retained)
            except _OF_THE_CONTENT as error:
                fault = error
        if len(messages) == 1:
            return self._write(self._given_up(assembled, fault), None, in_flight, retained)
        middle = len(messages) // 2
        first, second = (
            self.assemble(messages[half], assembled.decoder, assembled.numbers and assembled.numbers[half])
            for half in (slice(middle), slice(middle, None))
        )
        stored = self._store(first, in_flight + len(second.messages), retained)
        return stored.and_then(self._store(second, in_flight, 0))

    def _write(self, batch: Batch, rows: Rows | None, in_flight: int, retained: int) -> Stored:
        """Write a batch; once more where another writer of the same rows stood in the way."""
        for _ in range(_MEETINGS):
            try:
                counts = self._writer.write(batch, rows, in_flight=in_flight, retained=retained)
                return Stored(counts, batch.dead_letters)
            except psycopg.errors.DeadlockDetected as error:
                log.info("deadlock detail=%s", error.diag.message_detail)
        return Stored(
            self._writer.write(batch, rows, in_flight=in_flight, retained=retained), batch.dead_letters
        )

    def _given_up(self, assembled: Assembled, fault: Exception | None) -> Batch:
        """Return the batch that refuses a single message because it cannot be stored."""
        (message,) = assembled.messages
        log.error("cannot_be_stored topic=%s error=%r", message.topic, fault)
        detail = storable(f"it cannot be stored: {type(fault).__name__}: {fault}")[:500]
        chosen = assembled.decoder or self._router.decoder(message.topic)
        return Batch(
            messages=[msgspec.structs.replace(message, topic=storable(message.topic))],
            decoders=[chosen.name if chosen else None],
            elements=1,
            message_ids=assembled.numbers,
            dead_letters=[DeadLetter(0, None, None, "decode_error", detail)],
        )

    def _current_roster(self) -> Roster:
        """Return the roster of the newest registry; made anew each hour, for what is dated."""
        version, at = registry_version(self._connection), self._clock()
        if version != self._version or at - self._roster_at > HOUR:
            self._roster = roster(load_registry(self._connection), at)
            self._version, self._roster_at = version, at
        return self._roster
