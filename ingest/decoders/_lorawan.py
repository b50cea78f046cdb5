"""Uplinks of a LoRaWAN network: whose they are, and what reads their frames."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import msgspec

from ingest.decoders._codecs import FOLDER, Codec, codec
from ingest.decoders._element import read
from ingest.decoders._lenient import parse
from ingest.decoders._map_spec import map_spec
from ingest.decoders._mapping import Keys, compiled
from ingest.decoders._tables import names
from ingest.decoding import Decoded, Part, Refusal, Settings
from telemetry.errors import ConfigurationError, DecodeError
from telemetry.model import Instant, RawMessage, moment

Event = TypeVar("Event", bound=msgspec.Struct)


class Uplink(NamedTuple):
    """One uplink, as any network server says it."""

    names: Mapping[str, str]
    """What the device is called, by choice of the setting ``device``."""
    kinds: Sequence[str]
    """Application, profile or model, by which a codec may be chosen; the closest first."""
    at: Instant
    frame: bytes
    decoded: dict[str, object] | None
    """What the network server decoded of the frame, its ``object`` or ``decoded_payload``."""


@dataclass(frozen=True)
class Route:
    """Settings, ready to decode by."""

    name: str
    every: Codec | None
    by_kind: Mapping[str, Codec]
    keys: Keys | None
    """What reads the network server's own object, where the route wants that."""

    def codec(self, uplink: Uplink) -> Codec:
        """Return what reads the frame of an uplink.

        Raises
        ------
        DecodeError
            decode_error, where the route has none for it.
        """
        found = next((self.by_kind[kind] for kind in uplink.kinds if kind in self.by_kind), self.every)
        if found is None:
            raise DecodeError(
                "decode_error", f"the route has no codec for {' or '.join(filter(None, uplink.kinds))}"
            )
        return found


def takes(choices: Sequence[str]) -> dict[str, str]:
    """Return the settings of a network server whose devices have these names."""
    return {
        "codec": f"what reads the frames: {', '.join(names(FOLDER))}; a path that ends in .toml; or a table",
        "codecs": "application, device profile or model to its codec, before `codec`",
        "object": "instead: our key = path within what the network server decoded, as in json_map's fields",
        "device": f"the device's name is {' or '.join(choices)}; the first, where this is not given",
    }


def route(settings: Settings, choices: Sequence[str]) -> Route:
    """Return settings ready to decode by.

    Raises
    ------
    ConfigurationError
        Where they are wrong, or nothing reads a frame.
    """
    name = settings.get("device", choices[0])
    if not isinstance(name, str) or name not in choices:
        raise ConfigurationError(f"device: {name!r}; expected one of {', '.join(choices)}")
    given = {key for key in ("codec", "codecs", "object") if key in settings}
    if not given or given > {"object"}:
        raise ConfigurationError("expected codec, codecs or both; or object instead")
    by_kind = settings.get("codecs", {})
    if not isinstance(by_kind, Mapping):
        raise ConfigurationError(f"codecs: {by_kind!r}; expected application, profile or model to codec")
    return Route(
        name=name,
        every=codec(settings["codec"]) if "codec" in settings else None,
        by_kind={str(kind): codec(one) for kind, one in by_kind.items()},
        keys=_object_keys(settings["object"]) if "object" in settings else None,
    )


def _object_keys(fields: object) -> Keys:
    # Time and name come with the uplink; what a mapping says of them is not asked.
    return compiled(map_spec({"fields": fields, "time": "time", "device": "device"})).keys


def decoded(told: Route, uplink: Uplink) -> Decoded:
    """Return what an uplink says; what it lacks is a refusal in its device's name.

    Raises
    ------
    DecodeError
        missing_field, where it does not say whose it is.
    """
    device = uplink.names[told.name]
    if not device:
        raise DecodeError("missing_field", f"{told.name}: the uplink does not say it")
    try:
        records = read(device, uplink.at, _said(told, uplink))
    except DecodeError as error:
        return Decoded(1, refusals=[Refusal(None, error.reason, error.detail, device)])
    return Decoded(1, [(0, record) for record in records])


def _said(told: Route, uplink: Uplink) -> dict[str, object]:
    """Return what an uplink says, by native key."""
    if told.keys is not None:
        if uplink.decoded is None:
            raise DecodeError("missing_field", "the network server decoded nothing of the frame")
        return told.keys(uplink.decoded, uplink.decoded)
    if not uplink.frame:
        raise DecodeError("missing_field", "an uplink without a frame")
    return told.codec(uplink).values(uplink.frame)


def event(payload: bytes, decoder: msgspec.json.Decoder[Event]) -> Event:
    """Return a payload as the event that it must be.

    Raises
    ------
    DecodeError
        not_utf8, not_json, missing_field or wrong_type, saying where.
    """
    try:
        return decoder.decode(payload)
    except msgspec.ValidationError as error:
        reason = "missing_field" if "missing required field" in str(error) else "wrong_type"
        raise DecodeError(reason, str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        parse(payload)  # says what is wrong with it, as of the native format
        raise DecodeError("not_json", str(error)) from None


def unset(_message: RawMessage) -> Decoded:
    """Refuse: without settings nobody knows what a frame says."""
    raise DecodeError("decode_error", "the route needs the setting codec, codecs or object")


def explained(
    uplink_of: Callable[[bytes], Uplink], choices: Sequence[str], frame_path: str, object_path: str
) -> Callable[[RawMessage, Settings], Sequence[Part]]:
    """Return what tells the parts of a network server's uplinks; frames and objects stand at these paths."""

    def explain(message: RawMessage, settings: Settings) -> Sequence[Part]:
        try:
            uplink = uplink_of(message.payload)
            said = _parts(route(settings, choices) if settings else None, uplink, frame_path, object_path)
        except (ConfigurationError, DecodeError) as error:
            return [Part(f"fault: {error}")]
        named = [Part(f"device: {name}", word) for name, word in uplink.names.items() if word]
        return [*named, Part("measured_at", moment(uplink.at).isoformat()), *said]

    return explain


def _parts(told: Route | None, uplink: Uplink, frame_path: str, object_path: str) -> list[Part]:
    if told is None:
        return [Part("frame", uplink.frame.hex(" ").upper(), path=frame_path)]
    if told.keys is None:
        return told.codec(uplink).parts(uplink.frame, frame_path)
    return [Part(key, value, path=object_path) for key, value in _said(told, uplink).items()]
