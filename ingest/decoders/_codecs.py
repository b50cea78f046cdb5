"""Codecs of radio frames: which message of a meter a frame is, and what its bytes say."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from ingest.decoders._fields import Field, Placed, place, reader
from ingest.decoders._tables import table
from ingest.decoding import Part
from telemetry.errors import ConfigurationError, DecodeError

FOLDER: Final = "codecs"


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a byte must be for a frame to be a message."""

    at: int
    equals: int
    mask: int = 0xFF


class FrameField(Field, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A field that begins at a byte."""

    at: int


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One message of a meter: when a frame is it, and what it says beside what all say."""

    name: str
    when: list[Condition]
    field: list[FrameField] = []


class CodecTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A codec as it is written; ``field`` are those that every message has."""

    title: str
    source: str
    message: list[Message]
    field: list[FrameField] = []
    unverified: str = ""


@dataclass(frozen=True)
class _Known:
    """A message ready to be read."""

    name: str
    when: Sequence[Condition]
    least: int
    fields: Sequence[Placed]
    values: Callable[[bytes], dict[str, object]]

    def is_of(self, frame: bytes) -> bool:
        return all(one.at < len(frame) and frame[one.at] & one.mask == one.equals for one in self.when)


@dataclass(frozen=True)
class Codec:
    """A codec ready to read by."""

    messages: Sequence[_Known]

    def values(self, frame: bytes) -> dict[str, object]:
        """Return what a frame says, by native key.

        Raises
        ------
        DecodeError
            decode_error, if it is no message of the codec, or too short for it.
        """
        return self._message(frame).values(frame)

    def parts(self, frame: bytes, path: str) -> list[Part]:
        """Return which bytes of a frame say what; ``path`` is where the frame stands in its payload."""
        try:
            message = self._message(frame)
        except DecodeError as error:
            return [Part(f"fault: {error.detail}", frame.hex(" ").upper(), path=path)]
        parts = [one.part(frame) for one in sorted(message.fields, key=lambda one: one.begin)]
        return [
            Part(f"message: {message.name}", path=path),
            *(Part(one.meaning, one.value, path=f"{path}[{one.begin}:{one.end}]") for one in parts),
        ]

    def _message(self, frame: bytes) -> _Known:
        message = next((one for one in self.messages if one.is_of(frame)), None)
        if message is None:
            raise DecodeError("decode_error", f"no message of the codec begins {frame[:4].hex(' ').upper()}")
        if len(frame) < message.least:
            raise DecodeError("decode_error", f"{message.name}: {len(frame)} bytes, expected {message.least}")
        return message


def codec(given: object) -> Codec:
    """Return the codec that a setting names or gives.

    Raises
    ------
    ConfigurationError
        If there is none, or it contradicts itself.
    """
    name, told = table("codec", FOLDER, given)
    try:
        written = msgspec.convert(told, CodecTable)
        return Codec([_known(message, written.field) for message in written.message])
    except (msgspec.ValidationError, ConfigurationError) as error:
        raise ConfigurationError(f"{name}: {error}") from error


def _known(message: Message, shared: Sequence[FrameField]) -> _Known:
    own = [*message.field, *shared]
    if any(at < 0 for at in (*(one.at for one in message.when), *(one.at for one in own))):
        raise ConfigurationError("at: expected a byte from 0 on")
    fields = [place(one, one.at) for one in own]
    least = max((one.end for one in fields), default=0)
    return _Known(message.name, message.when, least, fields, reader(fields))
