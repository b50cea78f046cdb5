"""What the encoders write, the decoders of standards and gateways read; whatever else comes is refused."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.decoding import Decoded, Record, decoder_named
from simulators.encoders import (
    dsmr,
    elster_archive,
    lwm2m,
    mbus_json,
    rtl433,
    sparkplug_b,
    wmbus,
    wmbusmeters,
)
from telemetry.errors import ConfigurationError, DecodeError
from telemetry.model import SECOND, DeviceEvent, RawMessage, Reading, Valve, instant
from telemetry.quality import Flag

FAMILIES: Final = (
    "dsmr",
    "elster_archive",
    "lwm2m",
    "mbus_json",
    "rtl433",
    "sparkplug_b",
    "wmbus",
    "wmbusmeters",
)
SETTINGS: Final[dict[str, dict[str, object]]] = {
    "elster_archive": {"device_level": 2},
    "rtl433": {"unit": "ft3"},
    "sparkplug_b": {
        "fields": {
            "index_m3": {"path": "Meter/Volume", "unit": "L"},
            "pressure_kpa": {"path": "Gas/Pressure", "unit": "bar"},
            "temperature_degc": "Gas.T",
            "valve": {"path": "Valve", "words": {"true": "closed", "false": "open"}},
        },
        "nodes": True,
    },
}
RECEIVED: Final = 1_700_000_000 * SECOND

NUMBERS = st.integers(0, 99_999_999)
DIGITS = st.integers(-9_999_999, 99_999_999)
INSTANTS = st.integers(1_500_000_000, 1_900_000_000)


def read(family: str, payload: bytes, topic: str = "any/where", **settings: object) -> Decoded:
    decoder = decoder_named(family).set(SETTINGS.get(family, {}) | settings)
    return decoder.decode(RawMessage(topic, payload, RECEIVED))


def only(decoded: Decoded) -> Record:
    assert not decoded.refusals
    ((position, record),) = decoded.records
    assert position == 0
    return record


@given(NUMBERS, DIGITS, st.integers(0, 6), st.booleans(), st.none() | NUMBERS, st.integers(0, 2**23 - 1))
def test_wmbus_volume_age_and_header(
    number: int, units: int, decimals: int, base: bool, adapter: int | None, age_s: int
) -> None:
    records = [wmbus.volume(units, decimals, base=base), wmbus.age(age_s)]
    reading = only(read("wmbus", wmbus.telegram(number, records, adapter=adapter)))
    register = {"base_index_m3" if base else "index_m3": units / 10**decimals}
    at = RECEIVED - age_s * SECOND
    assert reading == Reading(device=f"{number:08}", measured_at=at, **register)


@given(st.sampled_from([1, 2, 3, 4, 6, 8]), st.data(), st.integers(0, 5000), st.integers(-3000, 8000))
def test_wmbus_integers_of_any_width_beside_flow_temperature_and_a_due_date(
    width: int, data: st.DataObject, flow: int, temperature: int
) -> None:
    limit = min(2 ** (8 * width - 1), 2**33)
    units = data.draw(st.integers(-limit, limit - 1))
    status = data.draw(st.sampled_from([0, 4, 8, 12]))
    records = [
        wmbus.due_date(2026, 1, 1, storage=1),
        wmbus.volume(5, 0, storage=data.draw(st.integers(1, 40))),
        wmbus.volume(units, 0, width=width, bcd=False),
        wmbus.flow(flow, 3),
        wmbus.temperature(temperature, 2),
    ]
    payload = wmbus.telegram(7, records, status=status).hex(" ").upper().encode()
    low, fault = int(Flag.LOW_BATTERY) * bool(status & 4), int(Flag.SENSOR_FAULT) * bool(status & 8)
    assert only(read("wmbus", payload)) == Reading(
        device="00000007",
        measured_at=RECEIVED,
        index_m3=units,
        flow_m3h=flow / 1000,
        temperature_degc=temperature / 100,
        flags=low | fault,
    )


@given(st.lists(st.binary(max_size=12), max_size=12), st.none() | NUMBERS)
def test_wmbus_any_records_are_decoded_or_refused(records: list[bytes], adapter: int | None) -> None:
    payload = wmbus.telegram(7, [one[: 200 // max(len(records), 1)] for one in records], adapter=adapter)
    decoded_or_refused("wmbus", "any/where", payload)
    decoder_named("wmbus").parts(RawMessage("any/where", payload, RECEIVED))


@given(NUMBERS, st.integers(0, 10**12), INSTANTS, st.sampled_from(["aerius", "elster"]), st.floats(-40, 80))
def test_wmbusmeters(number: int, litres: int, at_s: int, driver: str, degc: float) -> None:
    total = litres / 1000
    payload = wmbusmeters.payload(f"{number:08}", driver, total, at_s, temperature_c=degc, status="OK")
    register = {"base_index_m3" if driver == "aerius" else "index_m3": total}
    assert only(read("wmbusmeters", payload)) == Reading(
        device=f"{number:08}", measured_at=at_s * SECOND, temperature_degc=degc, **register
    )


OFFSETS: Final = st.sampled_from([timezone(timedelta(hours=hours)) for hours in (1, 2)])
CAPTURED: Final = st.datetimes(datetime(2006, 1, 1), datetime(2069, 12, 31), timezones=OFFSETS).map(  # noqa: DTZ001
    lambda at: at.replace(microsecond=0)
)


@given(st.integers(1, 4), CAPTURED, NUMBERS, st.booleans(), st.sampled_from([None, 0, 1, 2]), st.booleans())
def test_dsmr_beside_a_water_meter_and_a_channel_without_meter(
    number: int, at: datetime, litres: int, corrected: bool, valve: int | None, tidied: bool
) -> None:
    water = dsmr.channel(number % 4 + 1, "WATER", at, 5, kind=dsmr.WATER)
    gas = dsmr.channel(number, "G4-7731", at, litres, corrected=corrected, valve=valve)
    payload = dsmr.telegram([*dsmr.never((number + 1) % 4 + 1), *gas, *water])
    if tidied:
        payload = payload.replace(b"\r\n", b"\n").strip()
    register = {"base_index_m3" if corrected else "index_m3": litres / 1000}
    position = None if valve is None else Valve.OPEN if valve == 1 else Valve.CLOSED
    assert only(read("dsmr", payload)) == Reading(
        device="G4-7731", measured_at=instant(at), valve=position, **register
    )


@given(CAPTURED, NUMBERS)
def test_dsmr_version_3_says_local_time(at: datetime, litres: int) -> None:
    payload = dsmr.telegram(dsmr.channel_of_version_3(1, "G4-7731", at, litres), checksum=False)
    decoded = read("dsmr", payload, corrected="index_m3")
    assert decoded.local_times
    assert only(decoded) == Reading(
        device="G4-7731", measured_at=instant(at.replace(tzinfo=UTC)), index_m3=litres / 1000
    )


@given(CAPTURED, st.lists(NUMBERS, min_size=2, max_size=4))
def test_dsmr_several_gas_meters_are_told_apart(at: datetime, litres: list[int]) -> None:
    lines = [line for n, one in enumerate(litres, 1) for line in dsmr.channel(n, f"G{n}", at, one)]
    decoded = read("dsmr", dsmr.telegram(lines))
    assert [(one.device, one.base_index_m3) for _, one in decoded.records if isinstance(one, Reading)] == [
        (f"G{n}", one / 1000) for n, one in enumerate(litres, 1)
    ]
    with pytest.raises(DecodeError, match="the topic names one device"):
        read("dsmr", dsmr.telegram(lines), device_level=1)


LOCAL: Final = st.datetimes(datetime(2010, 1, 1), datetime(2069, 12, 31)).map(  # noqa: DTZ001  # a local time
    lambda at: at.replace(microsecond=0)
)


def decimals(least: int, most: int, places: int) -> st.SearchStrategy[Decimal]:
    return st.integers(least * 10**places, most * 10**places).map(
        lambda units: Decimal(units).scaleb(-places)
    )


VOLUMES = decimals(0, 99_999_999, 4)
ROWS = st.builds(
    elster_archive.Row,
    st.integers(0, 10**9),
    LOCAL,
    VOLUMES,
    VOLUMES,
    VOLUMES,
    VOLUMES,
    decimals(0, 80, 5),
    decimals(-40, 70, 2),
    decimals(0, 2, 5),
    decimals(0, 80, 5),
)


@given(st.lists(ROWS, min_size=1, max_size=5))
def test_elster_archive(rows: list[elster_archive.Row]) -> None:
    decoded = read("elster_archive", elster_archive.archive(rows), "elster/EK-7/a3")
    assert decoded.local_times
    assert not decoded.refusals
    assert [record for _, record in decoded.records] == [
        Reading(
            device="EK-7",
            measured_at=instant(row.at.replace(tzinfo=UTC)),
            index_m3=float(row.undisturbed + row.disturbed),
            disturbed_index_m3=float(row.disturbed),
            base_index_m3=float(row.base_undisturbed + row.base_disturbed),
            base_disturbed_index_m3=float(row.base_disturbed),
            pressure_kpa=float(row.pressure_bar * 100),
            temperature_degc=float(row.temperature_degc),
            seq=row.number,
        )
        for row in rows
    ]


@given(NUMBERS, st.integers(-(10**8), 10**8), st.integers(-6, 1), st.integers(0, 5000), st.integers(0, 15))
def test_mbus_json(number: int, units: int, power: int, battery_mv: int, status: int) -> None:
    payload = mbus_json.payload(number, units, power, battery_mv=battery_mv, status=status)
    flags = int(Flag.LOW_BATTERY) * bool(status & 4) | int(Flag.SENSOR_FAULT) * bool(status & 8)
    assert only(read("mbus_json", payload)) == Reading(
        device=f"{number:08}",
        measured_at=RECEIVED,
        index_m3=float(Decimal(units).scaleb(power)),
        battery_v=battery_mv / 1000,
        flags=flags,
    )


@given(NUMBERS, st.integers(0, 2**24 - 1), LOCAL, st.sampled_from([0, 1, 2, 9, 12]), st.integers(0, 15))
def test_rtl433_scm_by_local_time(number: int, count: int, at: datetime, kind: int, tamper: int) -> None:
    payload = rtl433.scm(number, count, at, kind=kind, physical=tamper >> 2, encoder=tamper & 3)
    decoded = read("rtl433", payload, unit="100 ft3")
    opened, magnet = int(Flag.CASE_OPEN) * bool(tamper >> 2), int(Flag.MAGNETIC_TAMPER) * bool(tamper & 3)
    assert decoded.local_times
    record = only(decoded)
    assert isinstance(record, Reading)
    assert record.index_m3 == pytest.approx(count * 2.8316846592, rel=1e-15)
    assert (record.device, record.flags) == (str(number), opened | magnet)
    assert record.measured_at == instant(at.replace(tzinfo=UTC))


@given(NUMBERS, st.integers(0, 2**32 - 1), CAPTURED)
def test_rtl433_scm_plus_by_time_with_offset(number: int, count: int, at: datetime) -> None:
    decoded = read("rtl433", rtl433.scm_plus(number, count, at), unit="m3")
    assert not decoded.local_times
    assert only(decoded) == Reading(device=str(number), measured_at=instant(at), index_m3=count)


@given(NUMBERS, LOCAL, st.integers(3, 15).filter(lambda kind: kind not in {9, 12}))
def test_rtl433_other_types_are_refused(number: int, at: datetime, kind: int) -> None:
    assert [one.reason for one in read("rtl433", rtl433.scm(number, 1, at, kind=kind)).refusals] == [
        "decode_error"
    ]


TOTALS = st.floats(0, 1e9)


@given(st.lists(TOTALS, min_size=1, max_size=6), st.floats(0, 10), INSTANTS)
def test_lwm2m_senml_of_several_times(totals: list[float], flow_m3s: float, base_s: int) -> None:
    values = [(60 * n, {1: total, 8: flow_m3s}) for n, total in enumerate(totals)]
    decoded = read("lwm2m", lwm2m.senml(values, base_s), "lwm2m/G-7/up", device_level=2, flow="greatest")
    assert [record for _, record in decoded.records] == [
        Reading(
            device="G-7", measured_at=(base_s + 60 * n) * SECOND, index_m3=total, flow_m3h=flow_m3s * 3600
        )
        for n, total in enumerate(totals)
    ]


@given(TOTALS, INSTANTS, st.sampled_from([lwm2m.paths, lwm2m.nested, lwm2m.leshan]))
def test_lwm2m_as_servers_write_it(total: float, at_s: int, written: Callable[..., bytes]) -> None:
    payload = written({1: total, 5518: at_s}, endpoint="urn:imei:1")
    assert only(read("lwm2m", payload)) == Reading(
        device="urn:imei:1", measured_at=at_s * SECOND, index_m3=total
    )


@given(st.integers(0, 2**24), st.floats(0.001, 10))
def test_lwm2m_pulses_count_where_there_is_no_volume(pulses: int, pulse_m3: float) -> None:
    record = only(read("lwm2m", lwm2m.paths({4: pulses}, endpoint="G"), pulse_m3=pulse_m3))
    assert record == Reading(device="G", measured_at=RECEIVED, index_m3=pulses * pulse_m3)


MILLISECONDS = st.integers(1_500_000_000_000, 1_900_000_000_000)
WHOLE_TYPES = {
    sparkplug_b.INT8: (-(2**7), 2**7 - 1),
    sparkplug_b.INT16: (-(2**15), 2**15 - 1),
    sparkplug_b.INT32: (-(2**31), 2**31 - 1),
    sparkplug_b.INT64: (-(2**40), 2**40),
    sparkplug_b.UINT8: (0, 2**8 - 1),
    sparkplug_b.UINT16: (0, 2**16 - 1),
    sparkplug_b.UINT32: (0, 2**32 - 1),
    sparkplug_b.UINT64: (0, 2**40),
}


@st.composite
def whole_numbers(draw: st.DrawFn) -> tuple[int, int]:
    datatype = draw(st.sampled_from(sorted(WHOLE_TYPES)))
    return datatype, draw(st.integers(*WHOLE_TYPES[datatype]))


@given(
    whole_numbers(),
    st.floats(0, 100, width=32),
    st.floats(-40, 80),
    st.none() | st.booleans(),
    MILLISECONDS,
    st.data(),
)
def test_sparkplug_by_the_aliases_of_a_birth(
    volume: tuple[int, int], bar: float, degc: float, valve: bool | None, at_ms: int, data: st.DataObject
) -> None:
    names = ["Meter/Volume", "Gas/Pressure", "Gas.T", "Valve", "Signal"]
    types = [volume[0], sparkplug_b.FLOAT, sparkplug_b.DOUBLE, sparkplug_b.BOOLEAN, sparkplug_b.STRING]
    aliases = data.draw(st.lists(st.integers(0, 2**64 - 1), min_size=5, max_size=5, unique=True))
    births = [
        sparkplug_b.Metric(name, alias, datatype, None)
        for name, alias, datatype in zip(names, aliases, types, strict=True)
    ]
    said = [
        sparkplug_b.Metric(
            None,
            alias,
            datatype,
            value,
            at_ms=data.draw(st.sampled_from([None, at_ms])),
            with_datatype=data.draw(st.booleans()),
        )
        for alias, datatype, value in zip(
            aliases, types, [volume[1], bar, degc, valve, "-71 dBm"], strict=True
        )
    ]
    decoder = decoder_named("sparkplug_b").set(SETTINGS["sparkplug_b"])
    birth = sparkplug_b.payload(births, at_ms=at_ms - 1, seq=255)
    change = sparkplug_b.payload(data.draw(st.permutations(said)), at_ms=at_ms, seq=0)
    topic = sparkplug_b.topic("G", "DBIRTH", "E", "D")
    ((_, event),) = decoder.decode(RawMessage(topic, birth, RECEIVED)).records
    assert isinstance(event, DeviceEvent)
    assert (event.device, event.measured_at, event.code) == ("D", (at_ms - 1) * 1000, "birth")
    decoded = decoder.decode(RawMessage(sparkplug_b.topic("G", "DDATA", "E", "D"), change, RECEIVED + 1))
    assert decoded.speaker == "E"
    reading = only(decoded)
    assert isinstance(reading, Reading)
    assert (reading.device, reading.measured_at) == ("D", at_ms * 1000)
    assert reading.index_m3 == pytest.approx(volume[1] / 1000, rel=1e-15)
    assert reading.pressure_kpa == pytest.approx(bar * 100, rel=1e-7)
    assert (reading.temperature_degc, reading.flags) == (degc, 0)
    assert reading.valve == (None if valve is None else Valve.CLOSED if valve else Valve.OPEN)


@given(
    st.lists(
        st.tuples(MILLISECONDS, st.integers(0, 2**40)), min_size=1, max_size=6, unique_by=lambda one: one[0]
    )
)
def test_sparkplug_values_of_several_times_by_name(values: list[tuple[int, int]]) -> None:
    metrics = [
        sparkplug_b.Metric("Meter/Volume", None, sparkplug_b.UINT64, litres, at_ms=at)
        for at, litres in values
    ]
    payload = sparkplug_b.payload(metrics, at_ms=None, seq=None)
    decoded = read("sparkplug_b", payload, sparkplug_b.topic("G", "NDATA", "E"))
    assert decoded.elements == len(values)
    for (at, litres), (_, reading) in zip(values, decoded.records, strict=True):
        assert isinstance(reading, Reading)
        assert (reading.device, reading.measured_at) == ("E", at * 1000)
        assert reading.index_m3 == pytest.approx(litres / 1000, rel=1e-15)


@given(st.integers(0, 2**64 - 1), st.binary(max_size=60))
def test_sparkplug_any_field_of_any_number_is_decoded_or_refused(tag: int, content: bytes) -> None:
    payload = sparkplug_b._varint(tag) + content + sparkplug_b._bytes(2, content)
    topic = sparkplug_b.topic("G", "DDATA", "E", "D")
    decoded_or_refused("sparkplug_b", topic, payload)
    for part in decoder_named("sparkplug_b").parts(RawMessage(topic, payload, RECEIVED)):
        assert part.begin is None or 0 <= part.begin < (part.end or 0) <= len(payload)


@pytest.mark.parametrize("family", FAMILIES)
@given(topic=st.text("/+$#ab1.spBv0NDATHIR", max_size=40), payload=st.binary(max_size=20))
def test_any_topic_is_decoded_or_refused(family: str, topic: str, payload: bytes) -> None:
    decoded_or_refused(family, topic, payload)


ANY_SETTING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["ft3", "100 m3", "V"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("family", FAMILIES)
@given(data=st.data())
def test_any_setting_is_taken_or_refused(family: str, data: st.DataObject) -> None:
    keys = sorted(decoder_named(family).takes)
    settings = data.draw(st.dictionaries(st.sampled_from(keys), ANY_SETTING, min_size=1, max_size=3))
    vector = decoder_named(family).vectors[0]
    try:
        decoder = decoder_named(family).set(settings)
    except ConfigurationError:
        return
    try:
        found = decoder.decode(RawMessage(vector.topic, vector.payload, RECEIVED))
    except DecodeError:
        return
    assert closes(found)


def closes(found: Decoded) -> bool:
    """Tell whether each element is found again, in records or in a refusal, and never in both."""
    recorded = {position for position, _ in found.records}
    refused = [one.element for one in found.refusals]
    if refused == [None]:
        return (found.elements, recorded) == (1, set())
    return sorted([*recorded, *(one for one in refused if one is not None)]) == list(range(found.elements))


def decoded_or_refused(family: str, topic: str, payload: bytes) -> None:
    try:
        found = read(family, payload, topic)
    except DecodeError as error:
        assert error.reason  # noqa: PT017  # any refusal will do, anything else than one will not
    else:
        assert closes(found)


@pytest.mark.parametrize("family", FAMILIES)
@given(payload=st.binary(max_size=200))
def test_any_bytes_are_decoded_or_refused(family: str, payload: bytes) -> None:
    decoded_or_refused(family, "any/where", payload)


@pytest.mark.parametrize("family", FAMILIES)
@given(data=st.data())
def test_a_real_payload_with_some_bytes_changed_is_decoded_or_refused(
    family: str, data: st.DataObject
) -> None:
    vector = data.draw(st.sampled_from(list(decoder_named(family).vectors)))
    payload = bytearray(vector.payload)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(payload) - 1))
        payload[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    decoded_or_refused(family, vector.topic, bytes(payload) or b"\0")
    decoder = decoder_named(family).set(vector.settings)
    for part in decoder.parts(RawMessage(vector.topic, bytes(payload), RECEIVED)):
        assert part.begin is None or 0 <= part.begin <= (part.end or 0) <= len(payload)
