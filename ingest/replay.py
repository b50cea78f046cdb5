"""Stored payloads decoded again: after a decoder was mended, or a device was registered."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from ingest.decoding import decoder_named
from ingest.pipeline import Pipeline
from ingest.router import Router
from telemetry.model import Instant, RawMessage
from telemetry.store.batches import Counts
from telemetry.store.pool import connect
from telemetry.store.replays import refused_messages, stored_messages

_BATCH: Final = 500
_SOURCE: Final = "replay"


def replay_refused(
    dsn: str,
    since: Instant = 0,
    *,
    reason: str | None = None,
    devices: Sequence[str] | None = None,
    letters: Sequence[int] | None = None,
    decoder: str | None = None,
    router: Router | None = None,
) -> Counts:
    """Decode again what was refused and not mended since: of a reason, of devices, these letters, or all."""
    with connect(dsn, f"{_SOURCE}-read") as connection:
        found = refused_messages(connection, since, reason=reason, devices=devices, letters=letters)
        return _replay(dsn, found, decoder, router or Router())


def replay_all(
    dsn: str,
    since: Instant,
    *,
    decoder: str | None = None,
    router: Router | None = None,
    progress: Callable[[int], None] = lambda _messages: None,
) -> Counts:
    """Decode again everything that came since a time; what stands already is counted as repeated."""
    with connect(dsn, f"{_SOURCE}-read") as connection:
        return _replay(dsn, stored_messages(connection, since), decoder, router or Router(), progress)


def _replay(
    dsn: str,
    messages: Iterable[tuple[int, RawMessage]],
    decoder: str | None,
    router: Router,
    progress: Callable[[int], None] = lambda _messages: None,
) -> Counts:
    chosen = decoder_named(decoder) if decoder else None
    total = Counts()
    with connect(dsn, _SOURCE, autocommit=True) as connection:
        pipeline = Pipeline(connection, _SOURCE, router)
        for some in _batches(iter(messages)):
            total += pipeline.process_again(some, decoder=chosen)
            progress(len(some))
    return total


def _batches(messages: Iterator[tuple[int, RawMessage]]) -> Iterator[list[tuple[int, RawMessage]]]:
    while some := list(islice(messages, _BATCH)):
        yield some
