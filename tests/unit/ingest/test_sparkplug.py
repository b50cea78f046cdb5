"""Sparkplug B: public payloads, births and what comes without one, running numbers, the bytes explained."""

import logging
from collections.abc import Sequence

import pytest

from ingest.decoders._sparkplug_samples import NBIRTH, NDATA
from ingest.decoders.sparkplug_b import DECODER
from ingest.decoding import Ask, Decoded
from simulators.encoders.sparkplug_b import BOOLEAN, DOUBLE, UINT64, Metric, payload, topic
from telemetry.errors import ConfigurationError, DecodeError
from telemetry.model import SECOND, DeviceEvent, PressureSample, RawMessage, Reading, SlamShut

MACHINE = {
    "index_m3": "program.part_count",
    "pressure_kpa": {"path": "hydraulic.pressure.bar", "unit": "bar"},
    "temperature_degc": "coolant.temperature.celsius",
}
# encoded by Eclipse Tahu: an alias, a time, the text "locked"
TAHU = bytes.fromhex("0880b2c7cc8b33121310011880b2c7cc8b33200c7a066c6f636b65641807")
DEVICE = ("G", "E", "D")


class Said:
    """Messages to one route, as they come."""

    def __init__(self, fields: dict[str, object], **settings: object) -> None:
        self._decode = DECODER.set({"fields": fields, **settings}).decode

    def __call__(self, kind: str, at: int, said: bytes | Sequence[Metric], seq: int | None = None) -> Decoded:
        edge = ("G", kind, "E") if kind.startswith("N") else ("G", kind, "E", "D")
        raw = said if isinstance(said, bytes) else payload(said, at_ms=at, seq=seq)
        return self._decode(RawMessage(topic(*edge), raw, at))


def detail(decoded: Decoded) -> str:
    ((refusal),) = decoded.refusals
    assert (decoded.records, refusal.element) == ((), None)
    return refusal.detail


def volume(alias: int | None, value: float, name: str | None = None, datatype: int = DOUBLE) -> list[Metric]:
    return [Metric(name, alias, datatype, value, None, name is not None)]


def test_public_payloads_of_a_birth_and_of_what_changed() -> None:
    decode = DECODER.set({"fields": MACHINE, "nodes": True}).decode
    decode(RawMessage("spBv1.0/tedge/NBIRTH/sim-cnc01", NBIRTH, 1))
    decoded = decode(RawMessage("spBv1.0/tedge/NDATA/sim-cnc01", NDATA, 2))
    assert decoded.records == [
        (
            0,
            Reading(
                device="sim-cnc01",
                measured_at=1_772_725_450_873_000,
                index_m3=1.0,
                pressure_kpa=pytest.approx(15_109.29369723984, rel=1e-15),
                temperature_degc=22.26272061990788,
            ),
        )
    ]


def test_a_public_payload_of_a_station_s_switch() -> None:
    say = Said({"slam_shut": {"path": "Lock", "words": {"locked": "tripped"}}}, kind="pressure")
    say("DBIRTH", 1, [Metric("Lock", 1, 12, "open")])
    assert say("DDATA", 2, TAHU).records == [
        (0, PressureSample(station="D", measured_at=1_755_460_000 * SECOND, slam_shut=SlamShut.TRIPPED))
    ]


def test_a_birth_makes_an_event_and_a_reading_where_it_says_the_register() -> None:
    say = Said({"index_m3": "V"})
    event, reading = (record for _, record in say("DBIRTH", 5, volume(1, 7.5, "V")).records)
    assert isinstance(event, DeviceEvent)
    assert (event.device, event.measured_at, event.code) == ("D", 5000, "birth")
    assert reading == Reading(device="D", measured_at=5000, index_m3=7.5)
    without = say("DBIRTH", 6, [Metric("V", 1, DOUBLE, None)])
    assert [type(record) for _, record in without.records] == [DeviceEvent]


def test_a_birth_of_nothing_that_is_asked_for_says_nothing() -> None:
    say = Said({"index_m3": "V"})
    assert say("NBIRTH", 5, [Metric("bdSeq", None, UINT64, 0)]) == Decoded(0, speaker="E")


def test_two_births_of_one_millisecond_with_other_aliases_are_two_events() -> None:
    say = Said({"index_m3": "V"})
    one, other = (say("DBIRTH", 5, volume(alias, 7.5, "V")).records[0][1] for alias in (1, 2))
    assert one != other


@pytest.mark.parametrize("kind", ["NDEATH", "DDEATH", "NCMD", "DCMD"])
def test_deaths_and_commands_say_nothing(kind: str) -> None:
    assert Said({"index_m3": "V"})(kind, 5, b"\xff") == Decoded(0, speaker="E")


def test_a_host_s_state_says_nothing() -> None:
    decode = DECODER.set({"fields": {"index_m3": "V"}}).decode
    assert decode(RawMessage("spBv1.0/STATE/scada", b"ONLINE", 5)).elements == 0


def test_an_alias_without_a_birth_is_refused() -> None:
    assert detail(Said({"index_m3": "V"})("DDATA", 5, volume(1, 8))) == "no birth of G/E/D yet"


def test_an_alias_means_before_a_birth_what_an_earlier_one_said() -> None:
    say = Said({"index_m3": "V", "base_index_m3": "B"})
    say("DBIRTH", 10, volume(1, 7, "V"))
    say("DBIRTH", 20, volume(1, 7, "B"))
    assert [say("DDATA", at, volume(1, 8)).records[0][1] for at in (15, 25)] == [
        Reading(device="D", measured_at=15_000, index_m3=8.0),
        Reading(device="D", measured_at=25_000, base_index_m3=8.0),
    ]
    assert detail(say("DDATA", 5, volume(1, 8))) == "no birth of G/E/D yet"


def test_stable_aliases_mean_before_the_first_birth_what_they_mean_in_it() -> None:
    say = Said({"index_m3": "V"}, aliases="stable")
    say("DBIRTH", 10, volume(1, 7, "V"))
    assert say("DDATA", 5, volume(1, 8)).records[0][1] == Reading(device="D", measured_at=5000, index_m3=8.0)


def test_a_birth_learnt_late_divides_what_was_taken_for_one_span() -> None:
    say = Said({"index_m3": "V", "base_index_m3": "B"})
    say("DBIRTH", 10, volume(1, 7, "V"))
    say("DBIRTH", 30, volume(1, 7, "V"))
    say("DBIRTH", 20, volume(1, 7, "B"))
    found = [say("DDATA", at, volume(1, 8)).records[0][1] for at in (15, 25, 35)]
    assert [isinstance(one, Reading) and one.index_m3 for one in found] == [8.0, None, 8.0]


def test_after_its_edge_node_a_device_must_be_born_anew() -> None:
    say = Said({"index_m3": "V"})
    say("DBIRTH", 10, volume(1, 7, "V"))
    say("NBIRTH", 20, [])
    assert detail(say("DDATA", 30, volume(1, 8))) == "no birth of G/E/D since that of its edge node"
    assert say("DDATA", 15, volume(1, 8)).records
    say("DBIRTH", 25, volume(1, 7, "V"))
    assert say("DDATA", 30, volume(1, 8)).records


def test_a_datatype_that_is_not_the_birth_s_tells_that_one_was_missed() -> None:
    say = Said({"index_m3": "V"})
    say("DBIRTH", 10, volume(1, 7, "V"))
    told = say("DDATA", 20, [Metric(None, 1, UINT64, 8)])
    assert detail(told).endswith("a birth was missed")


def test_what_comes_without_a_register_is_refused_or_passed_over() -> None:
    fields = {"index_m3": "V", "temperature_degc": "T"}
    refused = Said(fields)("DDATA", 5, volume(None, 12.5, "T"))
    assert [(one.element, one.reason, one.device) for one in refused.refusals] == [(0, "missing_field", "D")]
    assert Said(fields, partial="pass_over")("DDATA", 5, volume(None, 12.5, "T")) == Decoded(0, speaker="E")


def test_running_numbers_tell_what_was_lost(caplog: pytest.LogCaptureFixture) -> None:
    say = Said({"index_m3": "V"})
    with caplog.at_level(logging.WARNING):
        say("NBIRTH", 10, [], 0)
        say("DBIRTH", 20, volume(1, 7, "V"), 1)
        say("DDATA", 30, volume(1, 8), 2)
        say("DDATA", 20, volume(1, 8), 1)  # read once more
        say("NBIRTH", 40, [], 0)
        assert caplog.messages == []
        say("DBIRTH", 50, volume(1, 7, "V"), 254)
        say("DDATA", 60, volume(1, 8), 1)
    assert caplog.messages == [
        "sparkplug_lost group=G edge=E messages=253",
        "sparkplug_lost group=G edge=E messages=2",
    ]


def test_running_numbers_tell_nothing_where_only_devices_are_heard() -> None:
    say = Said({"index_m3": "V"}, rebirth=True)
    say("DBIRTH", 10, volume(1, 7, "V"), 1)
    assert not say("DDATA", 20, volume(1, 8), 100).asks


def test_an_edge_node_is_read_where_the_route_says_that_it_is_a_meter() -> None:
    passed_over, read = Said({"index_m3": "V"}), Said({"index_m3": "V"}, nodes=True)
    for say in (passed_over, read):
        born = say("NBIRTH", 10, volume(1, 7, "V"), 0)
        said = say("NDATA", 20, volume(1, 8), 1)
        assert (born.elements, said.elements) == ((0, 0) if say is passed_over else (2, 1))
    assert passed_over("NDATA", 30, [Metric(None, 99, DOUBLE, 8)]) == Decoded(0, speaker="E")


def test_an_alias_that_its_birth_did_not_have_tells_that_one_was_missed() -> None:
    say = Said({"index_m3": "V"})
    say("DBIRTH", 10, [*volume(1, 7, "V"), Metric("Signal", 2**64 - 1, DOUBLE, -71)])
    assert say("DDATA", 20, [Metric(None, 2**64 - 1, DOUBLE, -70)]).elements == 0
    assert (
        detail(say("DDATA", 30, volume(101, 8)))
        == "alias 101 is none of the birth before: a birth was missed"
    )


def test_a_compressed_payload_is_refused_by_its_name() -> None:
    raw = b"\x22\x12SPBV1.0_COMPRESSED\x2a\x03abc"
    assert "'SPBV1.0_COMPRESSED'" in detail(Said({"index_m3": "V"})("DDATA", 5, raw))


def test_a_running_number_beyond_255_is_refused() -> None:
    assert (
        detail(Said({"index_m3": "V"})("DDATA", 5, volume(None, 8, "V"), 256)) == "seq 256; expected 0 to 255"
    )


REBIRTH = [Metric("Node Control/Rebirth", None, BOOLEAN, value=True)]


def asked(decoded: Decoded, at: int) -> bool:
    """Tell whether a rebirth is asked for; what would be published must be its command."""
    assert all(
        ask == Ask("spBv1.0/G/NCMD/E", payload(REBIRTH, at_ms=at // 1000, seq=None)) for ask in decoded.asks
    )
    return bool(decoded.asks)


def test_a_missing_birth_is_asked_for_where_the_route_allows_it() -> None:
    assert not Said({"index_m3": "V"})("DDATA", 5000, volume(1, 8)).asks
    say = Said({"index_m3": "V"}, rebirth=True)
    assert asked(say("DDATA", 5000, volume(1, 8)), 5000)
    assert not asked(say("DDATA", 5000, volume(1, 8)), 5000), "read once more"
    assert not asked(say("DDATA", 299 * SECOND, volume(1, 8)), 0), "asked already"
    assert asked(say("DDATA", 301 * SECOND, volume(1, 8)), 301 * SECOND)


def test_lost_messages_ask_for_a_birth_and_cost_nothing_else() -> None:
    say = Said({"index_m3": "V"}, rebirth=True)
    assert not asked(say("NBIRTH", 5, [], 0), 5)
    assert not asked(say("DBIRTH", 10, volume(1, 7, "V"), 1), 10)
    lost = say("DDATA", 2000, volume(1, 8), 3)
    assert asked(lost, 2000)
    assert len(lost.records) == 1


def test_what_is_replayed_asks_for_nothing() -> None:
    decode = DECODER.set({"fields": {"index_m3": "V"}, "rebirth": True}).decode
    raw = payload(volume(1, 8), at_ms=1, seq=1)
    assert not decode(RawMessage(topic("G", "DDATA", "E", "D"), raw, 5, redelivered=True)).asks


def test_the_bytes_of_each_metric_are_explained() -> None:
    parts = DECODER.parts(RawMessage("spBv1.0/G/DDATA/E/D", TAHU, 0))
    assert [(part.begin, part.end, part.value) for part in parts] == [
        (0, 7, None),
        (7, 28, "locked"),
        (28, 30, None),
    ]
    assert parts[1].meaning == "metric '', alias 1, datatype 12"
    assert DECODER.parts(RawMessage("t", TAHU[:20], 0))[-1].end == 7


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, "fields: None; expected our key = metric"),
        ({"fields": {"index_m3": {"path": "V", "unit": "bar"}}}, "unit 'bar'"),
        ({"fields": {"pressure_kpa": "P"}}, "no register"),
        ({"fields": {"index_m3": "V"}, "kind": "event"}, "expected one of reading, pressure"),
        ({"fields": {"index_m3": "V"}, "aliases": True}, "expected one of stable"),
        ({"fields": {"index_m3": "V"}, "rebirth": "yes"}, "rebirth: 'yes'; expected true or false"),
        ({"fields": {"index_m3": "V"}, "nodes": 1}, "nodes: 1; expected true or false"),
    ],
)
def test_a_wrong_setting_is_refused(settings: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        DECODER.set({"names": "device"} | settings)


@pytest.mark.parametrize(
    "wrong", ["spAv1.0/G/DDATA/E/D", "spBv1.0/G/DDATA/E", "spBv1.0/G/NDATA/E/D", "spBv1.0", "a//b"]
)
def test_a_topic_of_another_shape_is_refused(wrong: str) -> None:
    with pytest.raises(DecodeError, match="unknown_topic"):
        DECODER.set({"fields": {"index_m3": "V"}}).decode(RawMessage(wrong, TAHU, 0))
