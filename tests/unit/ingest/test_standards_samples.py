"""Public samples that stand in no decoder's vectors, and what of them makes no reading."""

from datetime import UTC, datetime
from typing import Final

import pytest

from ingest.decoders._p1_samples import TWO_CHANNELS
from ingest.decoders.wmbus import DECODER as WMBUS
from ingest.decoding import Decoded, Part, decoder_named
from telemetry.errors import ConfigurationError, DecodeError
from telemetry.model import RawMessage, Reading, instant

# dsmr_parser, test/example_telegrams.py, V5
V5: Final = b"""/ISk5\\2MT382-1000

1-3:0.2.8(50)
0-0:1.0.0(170102192002W)
0-0:96.1.1(4B384547303034303436333935353037)
1-0:1.8.1(000004.426*kWh)
1-0:1.8.2(000002.399*kWh)
1-0:2.8.1(000002.444*kWh)
1-0:2.8.2(000000.000*kWh)
0-0:96.14.0(0002)
1-0:1.7.0(00.244*kW)
1-0:2.7.0(00.000*kW)
0-0:96.7.21(00013)
0-0:96.7.9(00000)
1-0:99.97.0(0)(0-0:96.7.19)
1-0:32.32.0(00000)
1-0:52.32.0(00000)
1-0:72.32.0(00000)
1-0:32.36.0(00000)
1-0:52.36.0(00000)
1-0:72.36.0(00000)
0-0:96.13.0()
1-0:32.7.0(0230.0*V)
1-0:52.7.0(0230.0*V)
1-0:72.7.0(0229.0*V)
1-0:31.7.0(0.48*A)
1-0:51.7.0(0.44*A)
1-0:71.7.0(0.86*A)
1-0:21.7.0(00.070*kW)
1-0:41.7.0(00.032*kW)
1-0:61.7.0(00.142*kW)
1-0:22.7.0(00.000*kW)
1-0:42.7.0(00.000*kW)
1-0:62.7.0(00.000*kW)
0-1:24.1.0(003)
0-1:96.1.0(3232323241424344313233343536373839)
0-1:24.2.1(170102161005W)(00000.107*m3)
0-2:24.1.0(003)
0-2:96.1.0()
!6EEE
""".replace(b"\n", b"\r\n")


def decode(family: str, payload: bytes, topic: str = "a/b") -> Decoded:
    return decoder_named(family).decode(RawMessage(topic, payload, 0))


def test_dsmr_version_5_with_a_second_channel_that_has_no_meter() -> None:
    decoded = decode("dsmr", V5)
    assert decoded.records == [
        (
            0,
            Reading(
                device="2222ABCD123456789",
                measured_at=instant(datetime(2017, 1, 2, 15, 10, 5, tzinfo=UTC)),
                base_index_m3=0.107,
            ),
        )
    ]


def test_dsmr_passes_over_a_channel_that_never_had_a_register_and_says_so() -> None:
    message = RawMessage("a/b", TWO_CHANNELS, 0)
    decoded = decoder_named("dsmr").decode(message)
    assert (decoded.elements, decoded.refusals) == (1, [])
    assert decoded.records == [
        (
            0,
            Reading(
                device="G0039001936990619",
                measured_at=instant(datetime(2020, 4, 26, 20, 30, 1, tzinfo=UTC)),
                base_index_m3=246.138,
            ),
        )
    ]
    gone, live = decoder_named("dsmr").parts(message)
    assert (gone.path, gone.meaning) == (
        "0-1:24.2.1",
        "a gas meter that never had a register: passed over",
    )
    assert (live.path, live.value) == ("0-2:24.2.1", "00246.138*m3")


def test_dsmr_without_any_gas_meter_is_refused() -> None:
    with pytest.raises(DecodeError, match="none of 0 gas channels"):
        decode("dsmr", V5.replace(b"24.1.0(003)", b"24.1.0(007)").replace(b"6EEE", b""))


def test_wmbus_explains_what_the_meter_stored_at_its_due_date() -> None:
    payload = bytes.fromhex(WMBUS.vectors[0].payload.decode())
    parts = WMBUS.parts(RawMessage("t", payload, 0))
    assert [(part.begin, part.end, part.value) for part in parts] == [
        (0, 15, None),
        (17, 24, 6842.784),
        (24, 28, 0.0),
        (28, 32, 15.9),
        (32, 39, "2022-12-31 23:59"),
        (39, 47, 6260.324),
    ]
    assert parts[-1].meaning == "volume [m³], at base conditions, storage 3, function 0"


def test_wmbus_explains_a_null_date_and_what_comes_before_a_fault() -> None:
    gwf = WMBUS.vectors[2].payload
    dates = [part for part in WMBUS.parts(RawMessage("t", gwf, 0)) if part.meaning.startswith("date")]
    assert [(part.begin, part.value) for part in dates] == [(42, None)]
    cut = bytes([gwf[0] - 10]) + gwf[1:-10]
    assert WMBUS.parts(RawMessage("t", cut, 0))[-1] == Part(
        "refused: decode_error: the record at byte 42 is cut off"
    )


def test_what_elster_calls_z_is_the_correction_factor_and_vn_the_base_volume() -> None:
    elster = decoder_named("elster_archive")
    vector = elster.vectors[0]
    ((_, reading),) = elster.set(vector.settings).decode(RawMessage(vector.topic, vector.payload, 0)).records
    assert isinstance(reading, Reading)
    assert reading.pressure_kpa is not None
    assert reading.temperature_degc is not None
    factor = reading.pressure_kpa / 101.325 * 273.15 / (reading.temperature_degc + 273.15) / 1.00061
    assert factor == pytest.approx(0.92438, abs=3e-5)  # (Z.MP) of that row
    assert b"(0.7748)(0.7748)(3)(3)" in vector.payload
    assert (reading.index_m3, reading.base_index_m3) == (3.0, 0.7748)


@pytest.mark.parametrize(
    ("family", "settings", "says"),
    [
        ("wmbusmeters", {"register": "vb"}, "expected one of index_m3, base_index_m3"),
        ("wmbus", {"pressure": "psi"}, "expected one of absolute, gauge"),
        ("dsmr", {"device_level": 0}, "expected the number of a topic level"),
        ("elster_archive", {"columns": "Vb"}, "expected a list of names"),
        ("rtl433", {"unit": "furlong"}, "unit 'furlong'"),
        ("rtl433", {"unit": 100}, "such as ft3 or 100 ft3"),
        ("rtl433", {"unit": "scf"}, "base conditions"),
        ("lwm2m", {"pulse_m3": 0}, "expected a number above 0"),
        ("lwm2m", {"instance": "0"}, "expected a whole number"),
    ],
)
def test_a_wrong_setting_is_refused_with_what_was_expected(
    family: str, settings: dict[str, object], says: str
) -> None:
    with pytest.raises(ConfigurationError, match=says.replace("(", r"\(")):
        decoder_named(family).set(settings)


def test_an_archive_in_other_units_is_refused() -> None:
    elster = decoder_named("elster_archive")
    vector = elster.vectors[0]
    payload = vector.payload.replace(b"( bar)", b"( psi)")
    with pytest.raises(DecodeError, match=r"p\.mp in 'psi'; expected bar"):
        elster.set(vector.settings).decode(RawMessage(vector.topic, payload, 0))
