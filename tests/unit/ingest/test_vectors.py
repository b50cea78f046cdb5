"""Every decoder proves itself by its own vectors; all of them are found by scanning the package."""

import pytest

from ingest.assembly import decode
from ingest.decoding import Decoded, Decoder, Part, Vector, decoder_named, decoders
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


@pytest.mark.parametrize("decoder", list(decoders().values()), ids=lambda one: str(one.name))
def test_a_decoder_that_can_be_told_how_to_read_says_what_it_can_be_told(decoder: Decoder) -> None:
    assert bool(decoder.takes) == (decoder.configure is not None)
    assert all(vector.settings.keys() <= decoder.takes.keys() for vector in decoder.vectors)


@pytest.mark.parametrize(("decoder", "vector"), VECTORS, ids=lambda one: getattr(one, "name", ""))
def test_what_is_told_of_the_parts_of_a_payload_lies_within_it(decoder: Decoder, vector: Vector) -> None:
    message = RawMessage(vector.topic, vector.payload, 0)
    parts = decoder.set(vector.settings).parts(message)
    assert parts or decoder.explain is None or not vector.records
    for part in parts:
        assert part.meaning
        if part.begin is not None:
            assert part.end is not None
            assert 0 <= part.begin <= part.end <= len(vector.payload)
        else:
            assert part.end is None


def told() -> Decoder:
    return Decoder(
        "pulses",
        decode=lambda _message: Decoded(1),
        configure=lambda settings: lambda _message: Decoded(len(settings)),
        takes={"pulse_m3": "how much a pulse counts [m³]"},
        explain=lambda message, settings: [Part("pulses", settings.get("pulse_m3"), 0, len(message.payload))],
    )


def test_a_decoder_is_set_and_explains_by_what_it_was_set_to() -> None:
    decoder = told().set({"pulse_m3": 0.1})
    message = RawMessage("t", b"12", 0)
    assert decoder.decode(message).elements == 1
    assert decoder.parts(message) == [Part("pulses", 0.1, 0, 2)]


def test_a_setting_that_a_decoder_does_not_take_is_refused_with_those_it_takes() -> None:
    with pytest.raises(ConfigurationError, match="pulse_l: unknown setting; expected some of pulse_m3"):
        told().set({"pulse_l": 1})


def test_settings_for_a_decoder_that_takes_none_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="decoder native: takes no settings, got map"):
        decoder_named("native").set({"map": "other"})


def test_the_native_decoder_is_among_them() -> None:
    assert decoder_named("native").name == "native"


def test_a_decoder_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(ConfigurationError, match=r"'nativ'; expected one of .*native"):
        decoder_named("nativ")
