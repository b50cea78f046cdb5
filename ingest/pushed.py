"""What is pushed over HTTP: under which topic it is kept, and how that leads back to its decoder."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from ingest.decoding import Decoded, Decoder, decoder_named
from ingest.options import NATIVE_ROOT, PushSource
from ingest.routed import routed
from telemetry.errors import ConfigurationError
from telemetry.model import RawMessage

_ROOT: Final = "$http"
"""No filter that begins with a wildcard matches it: nobody comes in here over MQTT."""
_PARTS: Final = 3
_TOPICS: Final = {"native": f"{NATIVE_ROOT}/http/http/batch"}
"""Under which topic a family's payload stands where the request names none."""


class Pushes:
    """The decoders of what is pushed, by family and source."""

    def __init__(self, sources: Sequence[PushSource] = ()) -> None:
        """Set the decoder of every source.

        Raises
        ------
        ConfigurationError
            If one does not exist, a setting is wrong, or a name is given twice for one family.
        """
        self._decoders: dict[tuple[str, str], Decoder] = {}
        for source in sources:
            key = source.decoder, source.name
            if key in self._decoders:
                raise ConfigurationError(f"ingest.push: {source.name} of {source.decoder} is given twice")
            try:
                decoder = routed(source.decoder, source.settings, source.name)
            except ConfigurationError as error:
                raise ConfigurationError(f"ingest.push {source.name}: {error}") from None
            self._decoders[key] = _behind(decoder)

    def source(self, family: str, asked: str | None) -> str:
        """Return which source of a family speaks: the one asked for, else the only one; "" where none is set.

        Raises
        ------
        ConfigurationError
            If there is no such family or source, or several that could be meant.
        """
        decoder_named(family)
        known = sorted(name for decoder, name in self._decoders if decoder == family)
        if asked is None and len(known) < 2:  # noqa: PLR2004  # two would be a choice
            return known[0] if known else ""
        if asked not in known:
            expected = f"one of {', '.join(known)}" if known else "none: [[ingest.push]] names none of it"
            raise ConfigurationError(f"source: {asked or 'not given'}; expected {expected}")
        return asked

    def decoder(self, topic: str) -> Decoder | None:
        """Return the decoder behind a topic of ours; None where it is none, or its family is gone."""
        parts = topic.split("/", _PARTS)
        if parts[0] != _ROOT or len(parts) < _PARTS:
            return None
        _, family, source, *_ = parts
        try:
            return self._decoders.get((family, source)) or _behind(decoder_named(family))
        except ConfigurationError:
            return None


def pushed_topic(family: str, source: str, topic: str | None) -> str:
    """Return the topic that a pushed payload is kept under.

    >>> pushed_topic("ttn", "east", None)
    '$http/ttn/east/'
    >>> pushed_topic("native", "", "citygas/v1/north/EVC-1/reading")
    '$http/native//citygas/v1/north/EVC-1/reading'
    """
    return f"{_ROOT}/{family}/{source}/{topic or _TOPICS.get(family, '')}"


def _behind(decoder: Decoder) -> Decoder:
    """Return a decoder that sees the topic which the request named."""
    return replace(decoder, decode=_shortened(decoder.decode))


def _shortened(decode: Callable[[RawMessage], Decoded]) -> Callable[[RawMessage], Decoded]:
    def shortened(message: RawMessage) -> Decoded:
        topic = message.topic.split("/", _PARTS)[_PARTS]
        return decode(RawMessage(topic, message.payload, message.received_at, message.redelivered))

    return shortened
