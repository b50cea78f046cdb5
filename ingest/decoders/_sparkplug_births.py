"""Births of edge nodes and devices: what their aliases mean from then on.

A reading of a later message depends on nothing but the births that came before it, by when they arrived:
so the same messages mean the same whether they are read as they come, once more after a fault, or from the
store. docs/decisions/0026 tells why.
"""

from array import array
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Final, NamedTuple

from ingest.decoders._sparkplug_topic import Speaker
from telemetry.errors import DecodeError
from telemetry.model import Instant

_MOST_SPEAKERS: Final = 100_000
_MOST_CHANGES: Final = 64
"""Of one speaker's aliases; of older births nothing is known any more."""


class NoBirthError(DecodeError):
    """A message cannot be read for want of a birth."""

    def __init__(self, detail: str) -> None:
        super().__init__("decode_error", detail)


class Alias(NamedTuple):
    """What an alias stands for."""

    metric: str
    datatype: int


@dataclass(frozen=True)
class Aliases:
    """What a birth says."""

    meaning: Mapping[int | str, Alias] = field(default_factory=dict)
    """Of the metrics that the map asks for, by alias and by name: later messages may leave out either."""
    others: "array[int]" = field(default_factory=lambda: array("Q"))
    """Aliases of all others, in order."""

    def of(self, key: int | str) -> Alias | None:
        """Return what an alias or a name stands for; None where nobody asks for it.

        Raises
        ------
        NoBirthError
            If the birth has no such alias.
        """
        found = self.meaning.get(key)
        if found is None and isinstance(key, int):
            position = bisect_left(self.others, key)
            if position == len(self.others) or self.others[position] != key:
                raise NoBirthError(f"alias {key} is none of the birth before: a birth was missed")
        return found


@dataclass
class _Span:
    """From when to when births gave these aliases."""

    first: Instant
    last: Instant
    aliases: Aliases

    def latest(self, at: Instant) -> Instant:
        """Return the last birth that is known to have come by a time."""
        return self.last if self.last <= at else self.first


class Births:
    """Remembers births; ``stable`` aliases mean before the first known birth what they mean in it."""

    def __init__(self, *, stable: bool) -> None:
        """Begin with none."""
        self._stable = stable
        self._spans: dict[Speaker, list[_Span]] = {}
        self._lock = Lock()

    def remember(self, speaker: Speaker, at: Instant, aliases: Aliases) -> None:
        """Note a birth that arrived at a time; the same one twice is one."""
        with self._lock:
            spans = self._spans.setdefault(speaker, [])
            position = sum(span.first <= at for span in spans)
            before = spans[position - 1] if position else None
            if before is not None and before.aliases == aliases:
                before.last = max(before.last, at)
            else:
                if before is not None and at < before.last:
                    # Learnt late: what we took for one span was two.
                    spans.insert(position, _Span(before.last, before.last, before.aliases))
                    before.last = before.first
                spans.insert(position, _Span(at, at, aliases))
            del spans[:-_MOST_CHANGES]
            if len(self._spans) > _MOST_SPEAKERS:
                del self._spans[next(iter(self._spans))]

    def aliases(self, speaker: Speaker, at: Instant) -> Aliases:
        """Return what the aliases of a message mean that arrived at a time.

        Raises
        ------
        NoBirthError
            Where no birth tells.
        """
        with self._lock:
            span = self._span(speaker, at)
            reborn = self._span(speaker.node, at)
        if span is None:
            raise NoBirthError(f"no birth of {'/'.join(filter(None, speaker))} yet")
        # A node that is born anew has its devices born anew, before they speak.
        if not self._stable and reborn is not None and span.last < reborn.latest(at):
            raise NoBirthError(f"no birth of {'/'.join(speaker)} since that of its edge node")
        return span.aliases

    def _span(self, speaker: Speaker, at: Instant) -> _Span | None:
        spans = self._spans.get(speaker, ())
        found = next((span for span in reversed(spans) if span.first <= at), None)
        if found is None and self._stable and 0 < len(spans) < _MOST_CHANGES:
            return spans[0]
        return found
