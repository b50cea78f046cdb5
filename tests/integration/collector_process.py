"""A collector in a process of its own that kills itself at a named point: `python collector_process.py JSON`.

The product's own functions are wrapped; nothing else differs from ``citygas collect``.
"""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import Any, Final

from ingest.collect import run
from ingest.hand import Delivery
from ingest.options import Broker, Collecting
from ingest.pipeline import Pipeline
from ingest.subscription import Subscription
from telemetry.store.batches import BatchWriter


def die() -> None:
    """End as the kernel ends a process: no handler runs, no buffer is flushed."""
    os.kill(os.getpid(), signal.SIGKILL)


class Fuse:
    """Burns down by one each time its point is passed."""

    def __init__(self, passes: int) -> None:
        self._left = passes

    def burn(self) -> None:
        self._left -= 1
        if self._left <= 0:
            die()


def after(owner: type, name: str, fuse: Fuse) -> None:
    """Kill behind a call that had something to do."""
    original: Callable[..., Any] = getattr(owner, name)

    def call(self: object, given: Any, *more: Any, **named: Any) -> Any:  # noqa: ANN401 -- whatever is wrapped
        result = original(self, given, *more, **named)
        if given:
            fuse.burn()
        return result

    setattr(owner, name, call)


def decoded(fuse: Fuse) -> None:
    """A batch has been assembled; the database knows nothing of it."""
    after(Pipeline, "assemble", fuse)


def copied(fuse: Fuse) -> None:
    """The readings are copied and inserted; neither counters nor COMMIT."""
    original = BatchWriter._write_readings

    def write(self: BatchWriter, cursor: Any, columns: Any, *more: Any) -> int:  # noqa: ANN401
        count = original(self, cursor, columns, *more)
        if columns:
            fuse.burn()
        return count

    setattr(BatchWriter, "_write_readings", write)  # noqa: B010 -- mypy holds the signature against an assignment


def before_commit(fuse: Fuse) -> None:
    """All of the transaction but its end."""
    after(BatchWriter, "_announce", fuse)


def after_commit(fuse: Fuse) -> None:
    """The batch is durable; the broker has not been told."""
    after(BatchWriter, "_commit", fuse)


def mid_acknowledge(fuse: Fuse) -> None:
    """Half of the acknowledgements are with the broker."""
    original = Subscription.acknowledge

    def acknowledge(self: Subscription, deliveries: Sequence[Delivery]) -> None:
        with written_at_once(self):
            original(self, deliveries[: len(deliveries) // 2])
        fuse.burn()
        original(self, deliveries[len(deliveries) // 2 :])

    Subscription.acknowledge = acknowledge  # type: ignore[method-assign]


@contextmanager
def written_at_once(subscription: Subscription) -> Any:  # noqa: ANN401
    """Wait until what is acknowledged inside has been written to the socket."""
    yield
    gone = threading.Event()
    while subscription._done or subscription._client.want_write():
        gone.wait(0.001)


POINTS: Final[dict[str, Callable[[Fuse], None]]] = {
    "decoded": decoded,
    "copied": copied,
    "before_commit": before_commit,
    "after_commit": after_commit,
    "mid_acknowledge": mid_acknowledge,
}


def main() -> None:
    """Collect until killed: by ourselves where a point is named, else by whoever started us."""
    told = json.loads(sys.argv[1])
    if told.get("point"):
        POINTS[told["point"]](Fuse(told["passes"]))
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    run(
        told["dsn"],
        stop,
        Collecting(
            broker=Broker(port=told["port"], protocol=told.get("protocol", "5")),
            batch_messages=told.get("batch_messages", 100),
        ),
    )


if __name__ == "__main__":
    main()
