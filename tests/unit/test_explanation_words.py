"""Every word that an explanation can use has its sentence in both languages."""

import pytest

from api.explanation.words import METHODS, QUALITIES, REASONS, WORDS
from telemetry.quality import Flag, Quality, flag_words
from telemetry.store.volume_writing import CAUSES
from telemetry.volumes.evidence import EditKind
from telemetry.volumes.method import BaseMethod


def test_no_word_is_missing() -> None:
    assert {quality.word for quality in Quality} <= QUALITIES.keys()
    assert {method.word for method in BaseMethod} <= METHODS.keys()
    assert set(flag_words(sum(Flag))) <= REASONS.keys()
    assert {f"cause_{cause}" for cause in CAUSES} <= WORDS.keys()
    assert {f"kind_{kind.value}" for kind in EditKind} <= WORDS.keys()
    assert {
        f"from_{source}" for source in ("contract", "site", "zone", "elevation", "assumed")
    } <= WORDS.keys()


@pytest.mark.parametrize("words", [WORDS, QUALITIES, METHODS, REASONS])
def test_each_is_said_in_both_languages(words: dict[str, tuple[str, str]]) -> None:
    for name, (chinese, english) in words.items():
        assert chinese.strip(), name
        assert english.strip(), name
        assert english.isascii() or set(english) <= {*map(chr, range(128)), "Δ", "³"}, name
