"""Uplinks of LoRaWAN networks: which codec reads them, what is refused and why, what settings are wrong."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ingest.decoding import Decoded, decoder_named
from simulators.encoders import chirpstack, smartico, ttn
from telemetry.errors import ConfigurationError, DecodeError
from telemetry.model import RawMessage, Reading, instant

CHIRPSTACK = decoder_named("chirpstack")
TTN = decoder_named("ttn")
AT = datetime(2026, 3, 1, tzinfo=UTC)
FRAME = smartico.frame(854, 27.87)
EUI = "0101010101010101"
PULSES = {
    "title": "a pulse counter",
    "source": "ours",
    "message": [
        {
            "name": "count",
            "when": [{"at": 0, "equals": 1}],
            "field": [{"at": 1, "type": "u16", "key": "index_m3", "scale": 0.1}],
        }
    ],
}


def up(frame: bytes = FRAME, **said: Any) -> bytes:  # noqa: ANN401  # whatever the encoder takes
    return chirpstack.up(frame, AT, dev_eui=EUI, **said)


def decoded(payload: bytes, **settings: object) -> Decoded:
    return CHIRPSTACK.set(settings).decode(RawMessage("t", payload, 0))


def index(payload: bytes, **settings: object) -> float | None:
    (_, reading) = decoded(payload, **settings).records[0]
    assert isinstance(reading, Reading)
    return reading.index_m3


def refused(payload: bytes, **settings: object) -> tuple[str, str, str | None]:
    (refusal,) = decoded(payload, **settings).refusals
    return refusal.reason, refusal.detail, refusal.device


def altered(payload: bytes, **changes: object) -> bytes:
    return json.dumps(json.loads(payload) | changes).encode()


def test_a_codec_is_chosen_by_profile_or_application_before_the_one_for_all() -> None:
    counted = b"\x01\x00\x0c"
    told = {"codec": "smartico_gas", "codecs": {"pulses": PULSES}}
    assert index(up(), **told) == 0.854
    assert index(up(counted, profile="pulses"), **told) == 1.2
    assert index(up(counted, application="pulses"), **told) == 1.2
    lacking = refused(up(profile="G4", application="meters"), codecs={"pulses": PULSES})
    assert lacking == ("decode_error", "the route has no codec for G4 or meters", EUI)


def test_a_model_chooses_a_codec_of_the_things_stack() -> None:
    payload = ttn.up(b"\x01\x00\x0c", AT, dev_eui=EUI, name="m", model="P1")
    (_, reading) = TTN.set({"codecs": {"P1": PULSES}}).decode(RawMessage("t", payload, 0)).records[0]
    assert reading == Reading(device=EUI, measured_at=instant(AT), index_m3=1.2)


def test_a_codec_may_be_a_file(tmp_path: Any) -> None:  # noqa: ANN401
    path = tmp_path / "pulses.toml"
    path.write_text(
        'title = "t"\nsource = "s"\n[[message]]\nname = "count"\nwhen = [{ at = 0, equals = 1 }]\n'
        '[[message.field]]\nat = 1\ntype = "u16"\nkey = "index_m3"\n'
    )
    assert index(up(b"\x01\x00\x0c"), codec=str(path)) == 12


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "not_json: "),
        (b"\xff", "not_utf8: byte 0"),
        (b"[]", "wrong_type: Expected `object`, got `array`"),
        (b"{}", "missing_field: Object missing required field `time`"),
        (altered(up(), time="2026-03-01T00:00:00"), "wrong_type: Expected `datetime` with a timezone"),
        (altered(up(), time=None), "wrong_type: Expected `datetime`"),
        (altered(up(), data="*"), "wrong_type: Invalid base64"),
        (altered(up(), deviceInfo={}), "missing_field: dev_eui: the uplink does not say it"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "not_json: nested too deeply"),
    ],
)
def test_what_is_no_uplink_is_refused_and_said(payload: bytes, reason: str) -> None:
    with pytest.raises(DecodeError) as raised:
        decoded(payload, codec="smartico_gas")
    assert str(raised.value).startswith(reason)


@pytest.mark.parametrize(
    ("frame", "reason", "detail"),
    [
        (b"", "missing_field", "an uplink without a frame"),
        (b"\x41\x00\x00\x00\x00", "decode_error", "no message of the codec begins 41 00 00 00"),
        (FRAME[:-1], "decode_error", "gas meter, litres: 12 bytes, expected 13"),
        (FRAME[:2], "decode_error", "no message of the codec begins 04 00"),
    ],
)
def test_an_uplink_without_a_reading_is_refused_in_its_device_s_name(
    frame: bytes, reason: str, detail: str
) -> None:
    assert refused(up(frame), codec="smartico_gas") == (reason, detail, EUI)


def test_an_object_without_what_was_mapped_is_refused_and_one_wrong_number_dropped() -> None:
    told = {"object": {"index_m3": "total", "temperature_degc": "t"}}
    nothing = ("missing_field", "the network server decoded nothing of the frame", EUI)
    assert refused(up(), **told) == nothing
    assert refused(up(decoded={"t": 3}), **told) == ("missing_field", "index_m3 or base_index_m3", EUI)
    (_, reading) = decoded(up(decoded={"total": 5, "t": "warm"}), **told).records[0]
    assert reading == Reading(device=EUI, measured_at=instant(AT), index_m3=5, flags=1 << 16)


def test_an_event_of_the_things_stack_without_any_time_is_refused() -> None:
    payload = json.loads(ttn.up(FRAME, AT, dev_eui=EUI, name="m"))
    del payload["uplink_message"]["received_at"]
    later = altered(json.dumps(payload).encode(), received_at="2026-03-01T00:00:01Z")
    told = TTN.set({"codec": "smartico_gas"})
    (_, reading) = told.decode(RawMessage("t", later, 0)).records[0]
    assert reading.measured_at == instant(AT) + 1_000_000
    del payload["received_at"]
    with pytest.raises(DecodeError, match="missing_field: received_at"):
        told.decode(RawMessage("t", json.dumps(payload).encode(), 0))


@pytest.mark.parametrize("decoder", [CHIRPSTACK, TTN])
def test_a_route_without_settings_refuses(decoder: Any) -> None:  # noqa: ANN401
    with pytest.raises(DecodeError, match="needs the setting codec, codecs or object"):
        decoder.decode(RawMessage("t", up(), 0))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"device": "dev_eui"}, "expected codec, codecs or both; or object instead"),
        ({"codec": "smartico_gas", "object": {"index_m3": "a"}}, "or object instead"),
        (
            {"codec": "smartico_gas", "device": "serial"},
            "device: 'serial'; expected one of dev_eui, device_name",
        ),
        ({"codec": "smartico"}, "codec smartico: not found; there are smartico_gas"),
        ({"codec": 4}, "codec: 4; expected a name, a path or a table"),
        (
            {"codecs": "smartico_gas"},
            "codecs: 'smartico_gas'; expected application, profile or model to codec",
        ),
        ({"object": {"volume": "a"}}, "fields.volume: unknown key"),
        ({"object": 5}, "fields"),
        ({"codec": {"title": "t"}}, "codec of the settings: Object missing required field"),
        (
            {"codec": PULSES | {"field": [{"at": -1, "type": "u8"}]}},
            "codec of the settings: at: expected a byte from 0 on",
        ),
        ({"codec": PULSES | {"field": [{"at": 0, "type": "bcd"}]}}, "bytes: None; expected 1 to 8"),
    ],
)
def test_wrong_settings_say_what_was_expected(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        CHIRPSTACK.set(settings)


def test_the_parts_of_an_uplink_are_named_with_their_place_and_value() -> None:
    parts = {
        part.meaning: part
        for part in CHIRPSTACK.set({"codec": "smartico_gas"}).parts(RawMessage("t", up(name="12676"), 0))
    }
    assert parts["device: device_name"].value == "12676"
    assert parts["measured_at"].value == "2026-03-01T00:00:00+00:00"
    volume = parts["volume [index_m3]"]
    assert (volume.value, volume.path) == (0.854, "data[7:11]")
    by_object = CHIRPSTACK.set({"object": {"index_m3": "total"}})
    told = by_object.parts(RawMessage("t", up(decoded={"total": 5}), 0))
    assert (told[-1].meaning, told[-1].value, told[-1].path) == ("index_m3", 5, "object")
    bare = CHIRPSTACK.parts(RawMessage("t", up(), 0))
    assert (bare[-1].meaning, bare[-1].path) == ("frame", "data")


def test_parts_are_told_of_what_is_refused() -> None:
    told = CHIRPSTACK.set({"codec": "smartico_gas"})
    assert (
        told.parts(RawMessage("t", up(b"\x41"), 0))[-1].meaning == "fault: no message of the codec begins 41"
    )
    assert told.parts(RawMessage("t", b"{}", 0))[0].meaning.startswith("fault: missing_field")
