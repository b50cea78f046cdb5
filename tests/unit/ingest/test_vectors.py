"""Every decoder proves itself by its own vectors; all of them are found by scanning the package."""

import pytest

from ingest.assembly import decode
from ingest.decoding import Decoder, Vector, decoder_named, decoders
from telemetry.errors import ConfigurationError
from telemetry.model import RawMessage

VECTORS = [(decoder, vector) for decoder in decoders().values() for vector in decoder.vectors]


@pytest.mark.parametrize(("decoder", "vector"), VECTORS, ids=lambda one: getattr(one, "name", ""))
def test_a_vector_decodes_to_what_it_says(decoder: Decoder, vector: Vector) -> None:
    decoded = decode(RawMessage(vector.topic, vector.payload, 0), decoder.set(vector.settings))
    assert [record for _, record in decoded.records] == list(vector.records)
    assert [refusal.reason for refusal in decoded.refusals] == list(vector.reasons)


@pytest.mark.parametrize("decoder", list(decoders().values()), ids=lambda one: str(one.name))
def test_a_decoder_shows_what_it_takes_and_what_it_refuses(decoder: Decoder) -> None:
    assert any(vector.records for vector in decoder.vectors)
    assert any(vector.reasons for vector in decoder.vectors)


def test_settings_for_a_decoder_that_takes_none_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="decoder native: takes no settings, got map"):
        decoder_named("native").set({"map": "other"})


def test_the_native_decoder_is_among_them() -> None:
    assert decoder_named("native").name == "native"


def test_a_decoder_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(ConfigurationError, match=r"'nativ'; expected one of .*native"):
        decoder_named("nativ")
