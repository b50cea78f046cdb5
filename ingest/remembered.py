"""What a decoder has to have read before it reads on, read again from the store: the births of Sparkplug."""

import logging
from typing import Final

from psycopg import Connection

from ingest.assembly import decode
from ingest.router import Router
from telemetry.store.replays import messages_of_events

log: Final = logging.getLogger(__name__)


def remind(connection: Connection, router: Router) -> None:
    """Let the decoders that remember read all that they are to remember, oldest first; nothing is stored."""
    for decoder in router.remembering:
        count = 0
        with connection.transaction():
            for _, message in messages_of_events(connection, str(decoder.remembers)):
                decode(message, decoder)
                count += 1
        log.info("reminded decoder=%s messages=%s", decoder.name, count)
