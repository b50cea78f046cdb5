"""A decoder as a route sets it: what every family takes there, beside its own settings."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from ingest.decoders._topic import level_of, name_at
from ingest.decoding import Decoded, Decoder, Settings, decoder_named
from telemetry.errors import ConfigurationError
from telemetry.model import RawMessage

TAKEN_BY_ALL: Final = {
    "speaker_level": "which level of the topic, from 1, names the gateway or broker user that publishes",
    "time_zone": "IANA zone of clocks that say none; without it that of the device's site",
}
"""Setting: what is expected."""


def routed(name: str, settings: Settings, speaker: str | None = None) -> Decoder:
    """Return a family's decoder as a route sets it; ``speaker`` is who publishes, where the route knows.

    Raises
    ------
    ConfigurationError
        If there is no such family, or a setting is wrong: naming it and what was expected.
    """
    own = {key: value for key, value in settings.items() if key not in TAKEN_BY_ALL}
    decoder = decoder_named(name).set(own)
    level, zone = level_of(settings, "speaker_level"), _zone_of(settings)
    if level is None and zone is None and speaker is None:
        return decoder
    return replace(decoder, decode=_spoken(decoder.decode, level, zone, speaker))


def _spoken(
    decode: Callable[[RawMessage], Decoded], level: int | None, zone: ZoneInfo | None, speaker: str | None
) -> Callable[[RawMessage], Decoded]:
    def spoken(message: RawMessage) -> Decoded:
        # Who speaks comes first: a topic without that level is refused, whatever the payload says.
        said_by = name_at(message.topic, level) if level else speaker
        decoded = decode(message)
        return msgspec.structs.replace(decoded, speaker=said_by or decoded.speaker, zone=zone or decoded.zone)

    return spoken


def _zone_of(settings: Settings) -> ZoneInfo | None:
    name = settings.get("time_zone")
    if name is None:
        return None
    try:
        return ZoneInfo(name if isinstance(name, str) else "")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigurationError(
            f"time_zone: {name!r}; expected an IANA time zone such as Asia/Shanghai"
        ) from None
