"""What asks an edge node to be born anew: a command, so only where the route allows it."""

from collections.abc import Sequence
from typing import Final

from ingest.decoders import _sparkplug_b_pb2 as wire
from ingest.decoders._sparkplug_topic import Speaker
from ingest.decoding import Ask
from telemetry.model import MINUTE, Instant

_AGAIN: Final = 5 * MINUTE
_MOST_NODES: Final = 10_000
_BOOLEAN: Final = 11
_MS: Final = 1000


class Rebirths:
    """Asks each edge node at most every five minutes, by when its messages arrived."""

    def __init__(self, *, allowed: bool) -> None:
        """Begin with nobody asked; what is not ``allowed`` is never asked."""
        self._allowed = allowed
        self._asked: dict[Speaker, Instant] = {}

    def ask(self, node: Speaker, at: Instant) -> Sequence[Ask]:
        """Return what is to be published because of a message that arrived at a time."""
        last = self._asked.get(node)
        if not self._allowed or (last is not None and at < last + _AGAIN):
            return ()
        self._asked[node] = at
        if len(self._asked) > _MOST_NODES:
            del self._asked[next(iter(self._asked))]
        command = wire.Payload(timestamp=max(at, 0) // _MS)
        command.metrics.add(name="Node Control/Rebirth", datatype=_BOOLEAN, boolean_value=True)
        return (Ask(f"spBv1.0/{node.group}/NCMD/{node.edge}", command.SerializeToString()),)
