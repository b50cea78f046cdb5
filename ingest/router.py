"""Topics to decoders, and which topics a shard takes."""

from collections.abc import Iterable, Sequence
from typing import Final

from paho.mqtt.client import topic_matches_sub

from ingest.decoding import Decoder, decoder_named
from ingest.options import NATIVE_ROOT, Route, Shard

_PREFIX: Final = f"{NATIVE_ROOT}/"
_AREA: Final = 2


class Router:
    """Finds the decoder of a topic: the native format under its root, then the configured routes."""

    def __init__(self, routes: Sequence[Route] = ()) -> None:
        """Look every decoder up once; one that does not exist stops the start."""
        self._native = decoder_named("native")
        self._routes = [(route.topic, decoder_named(route.decoder).set(route.settings)) for route in routes]

    def decoder(self, topic: str) -> Decoder | None:
        """Return the decoder of a topic, None where nothing takes it."""
        if topic.startswith(_PREFIX):
            return self._native
        return next((decoder for pattern, decoder in self._routes if topic_matches_sub(pattern, topic)), None)


class ShardTopics:
    """The topic filters of one shard, and which of what comes through them is its own."""

    def __init__(self, shard: Shard, shards: Iterable[Shard], routes: Sequence[Route] = ()) -> None:
        """Let the shard without areas have every area that no other one lists, and all routes."""
        self._elsewhere = frozenset(area for other in shards if other != shard for area in other.areas)
        if shard.areas:
            self.filters = [f"{_PREFIX}{area}/#" for area in shard.areas]
        else:
            self.filters = [f"{_PREFIX}#", *(route.topic for route in routes)]
        self._takes_rest = not shard.areas and bool(self._elsewhere)

    def mine(self, topic: str) -> bool:
        """Tell whether a delivered topic is this shard's: MQTT cannot subscribe to "all but"."""
        if not self._takes_rest or not topic.startswith(_PREFIX):
            return True
        return topic.split("/", _AREA + 1)[_AREA] not in self._elsewhere
