"""The binary families as routes set them, for tests that show them any payload."""

from typing import Final

from ingest.decoding import Decoded, Decoder, decoder_named
from telemetry.errors import DecodeError
from telemetry.model import RawMessage

FAMILIES: Final = ("modbus", "cjt188", "chirpstack", "ttn")


def routes() -> list[Decoder]:
    """Return each family once for every way in which its vectors set it."""
    found: list[Decoder] = []
    for name in FAMILIES:
        family = decoder_named(name)
        told = [vector.settings for vector in family.vectors]
        found += [family.set(one) for number, one in enumerate(told) if one not in told[:number]]
    return found


def payloads() -> list[bytes]:
    """Return the payloads of all vectors, as bytes and, where they are text of digits, as what it says."""
    found: list[bytes] = []
    for name in FAMILIES:
        for vector in decoder_named(name).vectors:
            found.append(vector.payload)
            try:
                found.append(bytes.fromhex(vector.payload.decode("ascii")))
            except ValueError:
                continue
    return found


def told(decoder: Decoder, payload: bytes, topic: str = "a/b") -> Decoded | DecodeError:
    """Return what a decoder says of a payload: records and refusals, or the one refusal of it all.

    Anything else that it raises is a fault of the decoder, and passes.
    """
    try:
        return decoder.decode(RawMessage(topic, payload, 1_800_000_000_000_000))
    except DecodeError as error:
        return error


def closes(found: Decoded) -> bool:
    """Tell whether each element is found again, in records or in a refusal, and never in both."""
    recorded = {position for position, _ in found.records}
    refused = [one.element for one in found.refusals]
    if refused == [None]:
        return (found.elements, recorded) == (1, set())
    return sorted([*recorded, *(one for one in refused if one is not None)]) == list(range(found.elements))


def examine(decoder: Decoder, payload: bytes) -> None:
    """Let a decoder say what a payload means and which part means what.

    Raises
    ------
    AssertionError
        If an element is neither recorded nor refused; and whatever else the decoder raises.
    """
    found = told(decoder, payload)
    if isinstance(found, Decoded) and not closes(found):
        raise AssertionError(f"{decoder.name}: {found}")
    decoder.parts(RawMessage("a/b", payload, 0))
