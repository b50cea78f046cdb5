"""The words of ``flags``: from bits of a number, or from words of the payload's own."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from ingest.decoders._map_spec import ValueSpec, shaped
from ingest.decoders._map_values import Value, check
from ingest.decoders._paths import Look, looking, place, plain
from ingest.decoders._wire import FlagWord
from telemetry.errors import ConfigurationError

_ALL_BITS: Final = range(64)


def flags(key: str, given: object) -> Sequence[Value]:
    """Return how the words of ``flags`` are read, from one place or several."""
    found = []
    for number, one in enumerate(given if isinstance(given, list) else [given]):
        named = f"{key}.{number}" if isinstance(given, list) else key
        spec = ValueSpec(path=one) if isinstance(one, str) else shaped(one, ValueSpec, f"fields.{named}")
        check(named, spec, "flags")
        for said, word in {**(spec.words or {}), **(spec.bits or {})}.items():
            _flag_word(f"{named}.{said}", word)
        there = place(f"fields.{named}", spec.path or "")
        look = looking(there)
        if spec.bits is not None:
            read = _bits(look, _bit_numbers(named, spec.bits))
        else:
            read = _flag_words(look, spec.words or {})
        found.append(Value("flags", there, read, "flags"))
    return found


def _flag_word(key: str, word: str) -> None:
    if word:
        try:
            msgspec.convert(word, FlagWord)
        except msgspec.ValidationError:
            known = ", ".join(FlagWord.__args__)  # type: ignore[attr-defined]  # a Literal's words
            raise ConfigurationError(f"fields.{key}: {word!r}; expected one of {known}, or nothing") from None


def _flag_words(look: Look, words: Mapping[str, str]) -> Look:
    """Return what reads words, one or a list; an empty one says nothing."""

    def read(element: object, root: object) -> object:
        given = look(element, root)
        if given is None:
            return None
        said = [plain(one) for one in (given if isinstance(given, list) else [given])]
        return [word for one in said if (word := words.get(one, one) if one is not None else one) != ""]

    return read


def _bits(look: Look, bits: Sequence[tuple[int, str]]) -> Look:
    def read(element: object, root: object) -> object:
        given = look(element, root)
        if not given:
            return None
        return [word for bit, word in bits if given >> bit & 1 and word] if type(given) is int else [None]

    return read


def _bit_numbers(key: str, bits: Mapping[str, str]) -> list[tuple[int, str]]:
    for bit in bits:
        if not bit.isdecimal() or int(bit) not in _ALL_BITS:
            raise ConfigurationError(f"fields.{key}.bits: {bit}; expected the number of a bit, from 0")
    return [(int(bit), word) for bit, word in sorted(bits.items(), key=lambda one: int(one[0]))]
