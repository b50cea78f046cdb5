"""What a decoder is: a pure function from one payload to objects and refusals."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from telemetry.errors import ConfigurationError
from telemetry.model import CardState, DeviceEvent, PressureSample, RawMessage, Reading

Record: TypeAlias = Reading | CardState | PressureSample | DeviceEvent
Settings: TypeAlias = Mapping[str, object]
"""What a route tells its decoder, as it stands in the configuration.

``speaker_level`` and ``time_zone`` are taken by every route (`ingest.routed`): no decoder sees them.
"""


class Refusal(msgspec.Struct, frozen=True):
    """Why one element cannot be taken; the whole payload where ``element`` is None."""

    element: int | None
    reason: str
    detail: str
    device: str | None = None


class Ask(msgspec.Struct, frozen=True):
    """What a decoder would have published at QoS 0, so that it can read on.

    Whoever takes messages from a broker publishes it once they are stored; elsewhere it is dropped.
    """

    topic: str
    payload: bytes


class Decoded(msgspec.Struct, frozen=True):
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
    local_times: bool = False
    """The device's clock says no zone: ``measured_at`` of all records is its local time, written as if
    that were UTC. Who knows the site moves them to UTC and says so on them (`ingest.site_clock`)."""
    zone: ZoneInfo | None = None
    """The zone of local times where the route says it; else it is the site's."""
    asks: Sequence[Ask] = ()
    """Only where the settings allow a decoder to ask."""


@dataclass(frozen=True)
class Part:
    """Some of a payload and what it says, for ``citygas decode --explain``.

    Of a binary payload ``begin`` and ``end`` are the bytes, half open; of any other ``path`` is the
    place, as its format's people write it (``elements[0].flow``, ``0-1:24.2.1``). ``value`` is what was
    read there, in the unit that ``meaning`` names; None where there is nothing to read, as in a
    start byte. Parts come in the order of the payload; one may lie within another.
    """

    meaning: str
    value: object = None
    begin: int | None = None
    end: int | None = None
    path: str = ""


@dataclass(frozen=True)
class Vector:
    """A payload and what it must decode to: a decoder's own proof."""

    topic: str
    payload: bytes
    records: Sequence[Record] = ()
    reasons: Sequence[str] = ()
    settings: Settings = field(default_factory=dict)


@dataclass(frozen=True)
class Decoder:
    """One device family.

    ``configure`` makes the decoding function that a route's settings ask for, and raises
    `ConfigurationError` where they are wrong; None where there is nothing to set. ``decode`` is what
    goes without settings. ``takes`` says of each setting what is expected, in a line: what is not
    listed there is refused before ``configure`` sees it, where anything is listed. ``explain`` tells
    which part of a payload means what, as far as the payload can be read: of one that is refused, the
    parts before the fault and then the fault; it raises nothing.
    """

    name: str
    decode: Callable[[RawMessage], Decoded]
    vectors: Sequence[Vector] = field(default=())
    configure: Callable[[Settings], Callable[[RawMessage], Decoded]] | None = None
    takes: Mapping[str, str] = field(default_factory=dict)
    explain: Callable[[RawMessage, Settings], Sequence[Part]] | None = None
    settings: Settings = field(default_factory=dict)
    """What `set` was given."""
    remembers: str | None = None
    """Code of the events whose payloads hold for what comes after: all of them that are stored are decoded
    before anything else is. What a decoder remembers of a message depends on when that arrived, not on when
    it is decoded."""

    def set(self, settings: Settings) -> "Decoder":
        """Return this family decoded as settings ask for.

        Raises
        ------
        ConfigurationError
            Where they are wrong, or there is nothing to set.
        """
        if not settings:
            return self
        if self.configure is None:
            raise ConfigurationError(f"decoder {self.name}: takes no settings, got {', '.join(settings)}")
        if self.takes and (unknown := sorted(settings.keys() - self.takes.keys())):
            expected = ", ".join(self.takes)
            raise ConfigurationError(
                f"decoder {self.name}: {', '.join(unknown)}: unknown setting; expected some of {expected}"
            )
        return replace(self, decode=self.configure(settings), settings=settings)

    def parts(self, message: RawMessage) -> Sequence[Part]:
        """Return which part of a payload means what; nothing where the family cannot tell."""
        return () if self.explain is None else self.explain(message, self.settings)


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
