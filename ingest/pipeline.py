"""Messages to committed rows: the one path for what comes by MQTT, HTTP, file or replay."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import psycopg
from psycopg import Connection

from ingest.assembly import Assembly, storable
from ingest.decoding import Decoder
from ingest.roster import Roster, roster
from ingest.router import Router
from telemetry.batch import Batch, DeadLetter
from telemetry.model import HOUR, Instant, RawMessage
from telemetry.store.batches import BatchWriter, Counts
from telemetry.store.registry_tables import load_registry, registry_version
from telemetry.store.replays import mark_mended

log: Final = logging.getLogger(__name__)


def now() -> Instant:
    """Return the present instant."""
    return time.time_ns() // 1000


@dataclass(frozen=True)
class Assembled:
    """Messages made ready to store, with all it takes to make them ready once more."""

    messages: Sequence[RawMessage]
    decoder: Decoder | None
    batch: Batch
    roster: Roster


class Pipeline:
    """Decodes, admits, corrects and stores; when `process` returns, all of it is on disk."""

    def __init__(
        self,
        connection: Connection,
        source: str,
        router: Router,
        clock: Callable[[], Instant] = now,
    ) -> None:
        """Open the counters of ``source`` and load the registry."""
        self._connection = connection
        self._writer = BatchWriter(connection, source)
        self._router = router
        self._clock = clock
        self._version = -1
        self._roster_at: Instant = 0
        self._roster = self._current_roster()

    def process(self, messages: Sequence[RawMessage], *, decoder: Decoder | None = None) -> Counts:
        """Store messages and return what became of their elements; ``decoder`` overrides the routes."""
        return self.store(self.assemble(messages, decoder))

    def assemble(self, messages: Sequence[RawMessage], decoder: Decoder | None = None) -> Assembled:
        """Decode, admit and correct with the registry as last seen; touches no database."""
        view = self._roster
        assembly = Assembly(view)
        for message in messages:
            assembly.add(message, decoder or self._router.decoder(message.topic))
        return Assembled(messages, decoder, assembly.batch(), view)

    def store(self, assembled: Assembled, *, in_flight: int = 0, retained: int = 0) -> Counts:
        """Commit what was assembled; once more from its messages if the registry has changed since."""
        self._roster = self._current_roster()
        if assembled.roster is not self._roster:
            assembled = self.assemble(assembled.messages, assembled.decoder)
        try:
            return self._writer.write(assembled.batch, in_flight=in_flight, retained=retained)
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            return self._halve(assembled.messages, assembled.decoder, error)

    def process_again(
        self, stored: Sequence[tuple[int, RawMessage]], *, decoder: Decoder | None = None
    ) -> Counts:
        """Decode stored messages once more; what is accepted now is no dead letter any more."""
        self._roster = self._current_roster()
        numbers = [number for number, _ in stored]
        batch = replace(self.assemble([one for _, one in stored], decoder).batch, message_ids=numbers)
        counts = self._writer.write(batch)
        again = [(numbers[letter.message], letter.element) for letter in batch.dead_letters]
        mark_mended(self._connection, numbers, again)
        return counts

    def check(self) -> None:
        """Ask the database for a sign of life.

        Raises
        ------
        psycopg.OperationalError
            If the connection is gone, and our hold on the shard with it.
        """
        self._roster = self._current_roster()

    def _halve(self, messages: Sequence[RawMessage], decoder: Decoder | None, error: psycopg.Error) -> Counts:
        """Find the message the database will not have; its neighbours are stored."""
        if len(messages) > 1:
            middle = len(messages) // 2
            first = self.process(messages[:middle], decoder=decoder)
            return first + self.process(messages[middle:], decoder=decoder)
        log.error("database_refused topic=%s error=%s", messages[0].topic, error)
        chosen = decoder or self._router.decoder(messages[0].topic)
        letter = DeadLetter(
            0, None, None, "decode_error", storable(f"the database refused it: {error}")[:500]
        )
        name = chosen.name if chosen else None
        return self._writer.write(Batch(messages, [name], elements=1, dead_letters=[letter]))

    def _current_roster(self) -> Roster:
        """Return the roster of the newest registry; made anew each hour, for what is dated."""
        with self._connection.transaction():
            version, at = registry_version(self._connection), self._clock()
            if version != self._version or at - self._roster_at > HOUR:
                self._roster = roster(load_registry(self._connection), at)
                self._version, self._roster_at = version, at
        return self._roster
