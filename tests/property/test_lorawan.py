"""What a radio meter says through either network server is read back, over the whole range of its numbers."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from ingest.decoding import Decoded, decoder_named
from simulators.encoders import chirpstack, smartico, ttn
from telemetry.model import RawMessage, Reading, instant
from telemetry.quality import Flag

VOLUMES = st.integers(0, 2**32 - 1)
DEGREES = st.none() | st.integers(-32_768, 32_767).filter(lambda hundredths: hundredths != -1).map(
    lambda hundredths: hundredths / 100
)
"""FFFF, -0.01 °C, stands for no temperature."""
BYTES = st.integers(0, 255)
EUIS = st.integers(0, 2**64 - 1).map("{:016x}".format)
ZONES = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(datetime(1970, 1, 2), datetime(9999, 12, 30), timezones=ZONES)  # noqa: DTZ001  # bounds
NAMES = st.from_regex(r"[A-Za-z0-9_.-]{1,64}", fullmatch=True)
FEET = st.booleans()
OF_ERRORS = {0: Flag.REVERSE_FLOW, 1: Flag.SENSOR_FAULT}
OF_STATUS = {0: Flag.LOW_BATTERY, 2: Flag.MAGNETIC_TAMPER, 3: Flag.CASE_OPEN}


def said(bits: int, flags: dict[int, Flag]) -> int:
    return sum(int(flag) for bit, flag in flags.items() if bits >> bit & 1)


@given(
    VOLUMES, DEGREES, st.tuples(BYTES, BYTES), FEET, TIMES, EUIS, NAMES, st.sampled_from(["dev_eui", "other"])
)
def test_an_uplink_is_read_back_by_either_network_server(
    volume: int,
    degc: float | None,
    bits: tuple[int, int],
    feet: bool,
    at: datetime,
    eui: str,
    name: str,
    named: str,
) -> None:
    errors, status = bits
    frame = smartico.frame(volume, degc, errors=errors, status=status, cubic_feet=feet, serial=volume % 2**24)
    by_eui = named == "dev_eui"
    expected = Reading(
        device=eui if by_eui else name,
        measured_at=instant(at),
        index_m3=volume * 28_316_846_592 / 10**12 if feet else volume / 1000,
        temperature_degc=degc,
        flags=said(errors, OF_ERRORS) | said(status, OF_STATUS),
    )
    sent = {
        "chirpstack": chirpstack.up(frame, at, dev_eui=eui, name=name, profile="G4"),
        "ttn": ttn.up(frame, at, dev_eui=eui, name=name, model="G4"),
    }
    other = {"chirpstack": "device_name", "ttn": "device_id"}
    for network, payload in sent.items():
        told = {"codecs": {"G4": "smartico_gas"}, "device": "dev_eui" if by_eui else other[network]}
        found = decoder_named(network).set(told).decode(RawMessage("t", payload, 0))
        assert found == Decoded(1, [(0, expected)])


@given(st.integers(0, 10**12), st.integers(-100_000, 100_000), TIMES, EUIS)
def test_what_the_network_server_decoded_is_read_back(
    thousandths: int, hundredths: int, at: datetime, eui: str
) -> None:
    decoded = {"gas": {"total": thousandths / 1000}, "t": hundredths / 100, "state": "closed"}
    sent = {
        "chirpstack": chirpstack.up(b"", at, dev_eui=eui, decoded=decoded),
        "ttn": ttn.up(b"", at, dev_eui=eui, name="a", decoded=decoded),
    }
    told = {"object": {"index_m3": "gas.total", "temperature_degc": "t", "valve": "state"}}
    for network, payload in sent.items():
        (_, reading) = decoder_named(network).set(told).decode(RawMessage("t", payload, 0)).records[0]
        assert isinstance(reading, Reading)
        assert (reading.device, reading.measured_at) == (eui, instant(at.astimezone(UTC)))
        assert (reading.index_m3, reading.temperature_degc) == (thousandths / 1000, hundredths / 100)
        assert reading.valve == 1
