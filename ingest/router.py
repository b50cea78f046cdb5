"""Topics to decoders, and which topics a shard takes."""

from collections.abc import Iterable, Sequence
from typing import Final

from paho.mqtt.client import topic_matches_sub

from ingest.decoding import Decoder, decoder_named
from ingest.options import NATIVE_ROOT, PushSource, Route, Shard
from ingest.pushed import Pushes
from ingest.routed import routed
from telemetry.errors import ConfigurationError

_PREFIX: Final = f"{NATIVE_ROOT}/"
_AREA: Final = 2


class Router:
    """Finds the decoder of a topic: the native format, then the routes, then what was pushed."""

    def __init__(self, routes: Sequence[Route] = (), pushes: Sequence[PushSource] = ()) -> None:
        """Look every decoder up once; one that does not exist, or a wrong setting, stops the start.

        Raises
        ------
        ConfigurationError
            Naming the route and what is wrong of it.
        """
        self._native = decoder_named("native")
        self._routes = [(route.topic, _set(route)) for route in routes]
        self.pushes = Pushes(pushes)

    def decoder(self, topic: str) -> Decoder | None:
        """Return the decoder of a topic, None where nothing takes it."""
        if topic.startswith(_PREFIX):
            return self._native
        for pattern, decoder in self._routes:
            if topic_matches_sub(pattern, topic):
                return decoder
        return self.pushes.decoder(topic)


def _set(route: Route) -> Decoder:
    try:
        return routed(route.decoder, route.settings)
    except ConfigurationError as error:
        raise ConfigurationError(f"ingest.route {route.topic}: {error}") from None


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
