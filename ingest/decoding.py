"""What a decoder is: a pure function from one payload to objects and refusals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TypeAlias

from telemetry.errors import ConfigurationError
from telemetry.model import CardState, DeviceEvent, PressureSample, RawMessage, Reading

Record: TypeAlias = Reading | CardState | PressureSample | DeviceEvent


@dataclass(frozen=True)
class Refusal:
    """Why one element cannot be taken; the whole payload where ``element`` is None."""

    element: int | None
    reason: str
    detail: str
    device: str | None = None


@dataclass(frozen=True)
class Decoded:
    """What one payload means.

    ``elements`` counts what the payload held; each is found again in ``records``, beside its
    position, or in ``refusals``. Several records may come of one element: a card meter's reading
    and its credit, the streams of a station.
    """

    elements: int
    records: Sequence[tuple[int, Record]] = ()
    refusals: Sequence[Refusal] = ()
    speaker: str | None = None
    """Who published, where the topic says it: a device, a station or a gateway."""
    unknown_keys: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Vector:
    """A payload and what it must decode to: a decoder's own proof."""

    topic: str
    payload: bytes
    records: Sequence[Record] = ()
    reasons: Sequence[str] = ()


@dataclass(frozen=True)
class Decoder:
    """One device family."""

    name: str
    decode: Callable[[RawMessage], Decoded]
    vectors: Sequence[Vector] = field(default=())


@cache
def decoders() -> dict[str, Decoder]:
    """Return every decoder in `ingest.decoders` by name: one file is one family."""
    import ingest.decoders  # noqa: PLC0415  # a decoder imports this module

    found: dict[str, Decoder] = {}
    for module in iter_modules(ingest.decoders.__path__):
        if not module.name.startswith("_"):
            decoder: Decoder = import_module(f"ingest.decoders.{module.name}").DECODER
            found[decoder.name] = decoder
    return found


def decoder_named(name: str) -> Decoder:
    """Return one decoder, or say which there are."""
    try:
        return decoders()[name]
    except KeyError:
        known = ", ".join(sorted(decoders()))
        raise ConfigurationError(f"there is no decoder {name!r}; expected one of {known}") from None
