"""Any JSON by a mapping: what it means, what of it is lost, and what is wrong of a mapping."""

import json
from typing import Any, Final

import pytest

from ingest.assembly import decode
from ingest.decoders._map_spec import MAPS
from ingest.decoding import Decoded, Part, Settings, decoder_named
from telemetry.errors import ConfigurationError
from telemetry.model import (
    CardState,
    CreditBasis,
    DeviceEvent,
    EventState,
    PressureSample,
    RawMessage,
    Reading,
    Stream,
    Switch,
    Valve,
)
from telemetry.quality import Flag

LEAST: Final[dict[str, Any]] = {"device": "id", "time": "at", "fields": {"index_m3": "v"}}
AT: Final = {"id": "D", "at": "1970-01-01T00:00:01Z"}


def decoded(payload: object, settings: Settings, topic: str = "a/b/c") -> Decoded:
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return decode(RawMessage(topic, raw, 0), decoder_named("json_map").set(settings))


def mapped(fields: dict[str, Any], **said: object) -> Reading:
    """Decode one element with these fields beside the register."""
    settings = LEAST | {"fields": {"index_m3": "v", **fields}}
    found = decoded(AT | {"v": 1} | said, settings)
    assert not found.refusals, found.refusals
    record = found.records[0][1]
    assert isinstance(record, Reading)
    return record


@pytest.mark.parametrize(
    ("spec", "said", "expected"),
    [
        ({"path": "x", "unit": "bar"}, 4, 400.0),
        ({"path": "x", "unit": "MPa"}, 0.25, 250.0),
        ({"path": "x", "unit": "psi"}, 14.5, 99.97398075094124),
        ({"path": "x", "factor": 0.01}, 20140, 201.4),
        ({"path": "x", "factor": 0.001, "unit": "MPa"}, 201.4, 201.4),
        ({"path": "x", "factor": 2, "offset": -1, "unit": "bar"}, 3, 500.0),
        ({"path": "x", "text": True}, "201.4", 201.4),
        ({"constant": 101.325}, 5, 101.325),
    ],
)
def test_numbers_are_brought_to_our_unit(spec: dict[str, Any], said: object, expected: float) -> None:
    assert mapped({"gauge_pressure_kpa": spec}, x=said).gauge_pressure_kpa == pytest.approx(
        expected, rel=1e-14
    )


@pytest.mark.parametrize(
    ("key", "unit", "said", "expected"),
    [
        ("temperature_degc", "degF", 59, 15.0),
        ("temperature_degc", "K", 288.15, 15.0),
        ("pressure_kpa", "bar(a)", 1, 100.0),
        ("base_index_m3", "L", 12345, 12.345),
        ("base_index_m3", "ft3", 100, 2.8316846592),
        ("flow_m3h", "L/min", 100, 6.0),
        ("battery_v", "mV", 3610, 3.61),
        ("battery_pct", "percent", 80, 80.0),
    ],
)
def test_units_of_every_quantity(key: str, unit: str, said: float, expected: float) -> None:
    assert getattr(mapped({key: {"path": "x", "unit": unit}}, x=said), key) == pytest.approx(
        expected, rel=1e-14
    )


@pytest.mark.parametrize(
    ("path", "payload"),
    [
        ("a.b", {"a": {"b": 7}}),
        ("a.1.b", {"a": [0, {"b": 7}]}),
        ("a.1", {"a": {"1": 7}}),
        ("a[n=T].v", {"a": [{"n": "P", "v": 1}, "x", {"n": "T", "v": 7}]}),
        ("a[n=2].v", {"a": [{"n": 2, "v": 7}]}),
        ("$.q", {"q": 7}),
    ],
)
def test_places(path: str, payload: dict[str, Any]) -> None:
    assert mapped({"flow_m3h": path}, **payload).flow_m3h == 7


@pytest.mark.parametrize("path", ["a.b", "a.5", "a[n=T].v", "$.a.b", "x.y.z"])
def test_where_nothing_stands_nothing_was_sent(path: str) -> None:
    for there in (None, 5, [], [1], {}, {"b": None}, "text"):
        found = mapped({"flow_m3h": path}, a=there)
        assert (found.flow_m3h, found.flags) == (None, 0)


@pytest.mark.parametrize(
    ("written", "said", "seconds", "local"),
    [
        ("rfc3339", "1970-01-01T08:00:01+08:00", 1, False),
        ("rfc3339", "1970-01-01T00:59:60Z", 3600, False),
        ("epoch_s", 1.5, 1.5, False),
        ("epoch_ms", 1500, 1.5, False),
        ("epoch_us", 1_500_000, 1.5, False),
        ("local", "1970-01-01 08:00:01", 28_801, True),
        ("%Y%m%d%H%M%S", "19700101080001", 28_801, True),
        ("%Y%m%d%H%M%S", 19700101080001, 28_801, True),
        ("%Y/%m/%d %H:%M", "1970/1/1 8:00", 28_800, True),
        ("%d.%m.%y %H:%M:%S", "01.01.70 08:00:01", 28_801, True),
        ("%Y-%m-%d %H:%M:%S %z", "1970-01-01 08:00:01 +0800", 1, False),
        ("%I:%M:%S %p %d %b %Y", "08:00:01 AM 01 Jan 1970", 28_801, True),
    ],
)
def test_times(written: str, said: object, seconds: float, local: bool) -> None:
    found = decoded({"id": "D", "t": said, "v": 1}, LEAST | {"time": {"path": "t", "as": written}})
    assert [record.measured_at for _, record in found.records] == [round(seconds * 1e6)]
    assert found.local_times is local


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("rfc3339", "1970-01-01T00:00:01"),
        ("rfc3339", 1),
        ("epoch_ms", "1500"),
        ("epoch_s", True),
        ("local", "1970-01-01T00:00:01Z"),
        ("local", "yesterday"),
        ("%Y-%m-%d %H:%M:%S", "1970-13-01 00:00:00"),
        ("%Y-%m-%d %H:%M:%S", "1970-01-01T00:00:00"),
        ("%Y%m%d%H%M%S", [1970]),
    ],
)
def test_a_time_that_is_written_otherwise_refuses_its_element_alone(written: str, said: object) -> None:
    settings = LEAST | {"time": {"path": "t", "as": written}}
    found = decoded([{"id": "D", "t": said, "v": 1}, {"id": "D", "v": 1}, {"id": "D", "t": None}], settings)
    assert [(one.element, one.reason) for one in found.refusals] == [
        (0, "wrong_type"),
        (1, "missing_field"),
        (2, "missing_field"),
    ]
    assert "measured_at" in found.refusals[0].detail


VALVE: Final = {"path": "s", "mask": 3, "words": {"0": "open", "1": "closed", "3": "fault"}}


@pytest.mark.parametrize(
    ("spec", "said", "valve", "dropped"),
    [
        (VALVE, 17, Valve.CLOSED, False),
        (VALVE, 16, Valve.OPEN, False),
        (VALVE, 2, None, True),
        (VALVE, "0", Valve.OPEN, False),
        (VALVE, [0], None, True),
        ({"path": "s", "words": {"开": "open", "true": "closed"}}, "开", Valve.OPEN, False),
        ({"path": "s", "words": {"true": "closed"}}, True, Valve.CLOSED, False),
        ({"path": "s", "words": {"1": "closed"}}, 1.0, Valve.CLOSED, False),
        ({"path": "s", "words": {"1": "closed"}}, True, None, True),
        ("s", "fault", Valve.FAULT, False),
        ("s", "ajar", None, True),
    ],
)
def test_words(spec: object, said: object, valve: Valve | None, dropped: bool) -> None:
    found = mapped({"valve": spec}, s=said)
    assert (found.valve, bool(found.flags & Flag.FIELD_DROPPED)) == (valve, dropped)


@pytest.mark.parametrize(
    ("spec", "said", "flags"),
    [
        (
            {"path": "s", "bits": {"0": "low_battery", "5": "case_open"}},
            33,
            Flag.LOW_BATTERY | Flag.CASE_OPEN,
        ),
        ({"path": "s", "bits": {"0": "low_battery"}}, 6, 0),
        ({"path": "s", "bits": {"0": "low_battery"}}, "1", Flag.FIELD_DROPPED),
        ({"path": "s", "words": {"LOWBAT": "low_battery", "OK": ""}}, "LOWBAT", Flag.LOW_BATTERY),
        ({"path": "s", "words": {"LOWBAT": "low_battery", "OK": ""}}, "OK", 0),
        (
            {"path": "s", "words": {"LOWBAT": "low_battery"}},
            ["LOWBAT", "?"],
            Flag.LOW_BATTERY | Flag.FIELD_DROPPED,
        ),
        ("s", ["case_open", "lock_open"], Flag.CASE_OPEN | Flag.LOCK_OPEN),
        (
            [{"path": "s.0", "bits": {"1": "clock_set"}}, {"path": "s.1", "words": {"1": "lock_open"}}],
            [2, 1],
            Flag.CLOCK_SET | Flag.LOCK_OPEN,
        ),
    ],
)
def test_flags(spec: object, said: object, flags: int) -> None:
    assert mapped({"flags": spec}, s=said).flags == flags


def test_an_optional_key_that_is_wrong_is_dropped_and_flagged() -> None:
    fields = {"flow_m3h": {"path": "q", "factor": 10}, "temperature_degc": "t", "seq": "n", "battery_v": "b"}
    found = mapped(fields, q="12", t=True, n=1.5, b=3.6)
    assert found == Reading(
        device="D", measured_at=1_000_000, index_m3=1.0, battery_v=3.6, flags=int(Flag.FIELD_DROPPED)
    )
    payload = json.dumps(AT | {"v": 1, "q": 5}).replace('"q": 5', '"q": 1e400').encode()
    settings = LEAST | {"fields": {"index_m3": "v", "flow_m3h": {"path": "q", "unit": "L/min"}}}
    assert [record.flags for _, record in decoded(payload, settings).records] == [Flag.NOT_FINITE]  # type: ignore[union-attr]


def test_a_register_that_is_wrong_or_missing_refuses_its_element_alone() -> None:
    found = decoded(
        [AT | {"v": "12"}, AT, AT | {"v": 1}, 5, {"at": AT["at"], "v": 1}, AT | {"id": [1]}], LEAST
    )
    assert [(one.element, one.reason, one.device) for one in found.refusals] == [
        (0, "wrong_type", "D"),
        (1, "missing_field", "D"),
        (3, "wrong_type", None),
        (4, "missing_field", None),
        (5, "wrong_type", None),
    ]
    assert [position for position, _ in found.records] == [2]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"\xff", "not_utf8"),
        (b"{", "not_json"),
        (b'{"v":NaN}', "not_json"),
        (b'{"v":' * 50_000 + b"1" + b"}" * 50_000, "not_json"),
        (b"[]", "missing_field"),
        ({"data": {}}, "missing_field"),
    ],
)
def test_what_refuses_the_whole(payload: object, reason: str) -> None:
    settings = LEAST if isinstance(payload, bytes) else LEAST | {"elements": "data.list"}
    found = decoded(payload, settings)
    assert [(one.element, one.reason) for one in found.refusals] == [(None, reason)]


def test_elements_inside_a_payload_and_what_is_said_once_for_all_of_them() -> None:
    settings = {
        "device": "$.head.sn",
        "elements": "body.rows",
        "time": {"path": "t", "as": "epoch_s"},
        "ignore": ["note"],
        "fields": {"index_m3": "v", "seq": "$.head.n"},
    }
    rows = [{"t": 1, "v": 1, "note": 0, "extra": 0}, {"t": 2, "v": 2}]
    found = decoded({"head": {"sn": 4711, "n": 9, "fw": "x"}, "body": {"rows": rows}, "crc": 1}, settings)
    assert [record for _, record in found.records] == [
        Reading(device="4711", measured_at=1_000_000, index_m3=1.0, seq=9),
        Reading(device="4711", measured_at=2_000_000, index_m3=2.0, seq=9),
    ]
    assert found.unknown_keys == {"extra", "head.fw", "crc"}
    assert found.speaker is None


def test_the_topic_may_name_the_device() -> None:
    settings = {"device_level": 2, "time": "at", "fields": {"index_m3": "v"}}
    found = decoded({"at": AT["at"], "v": 1}, settings, "dtu/EVC-9/up")
    assert [record.device for _, record in found.records] == ["EVC-9"]  # type: ignore[union-attr]
    assert found.speaker == "EVC-9"
    assert [one.reason for one in decoded({}, settings, "dtu").refusals] == ["unknown_topic"]


def test_a_card_s_credit() -> None:
    fields = {
        "credit": {
            "remaining_m3": "left",
            "basis": {"constant": "base"},
            "sequence": {"path": "n", "text": True},
        }
    }
    settings = LEAST | {"fields": {"index_m3": "v", **fields}}
    found = decoded(AT | {"v": 1, "left": 88.5, "n": "7"}, settings)
    assert [record for _, record in found.records][1:] == [
        CardState(device="D", measured_at=1_000_000, remaining_m3=88.5, basis=CreditBasis.BASE, sequence=7)
    ]


def test_a_station_of_two_streams() -> None:
    settings = {
        "kind": "pressure",
        "device": "id",
        "time": "at",
        "fields": {
            "cabinet_open": {"path": "door", "words": {"1": "true", "0": "false"}},
            "streams": {
                "A": {"outlet_gauge_pressure_kpa": {"path": "pa", "unit": "MPa"}},
                "B": {"outlet_gauge_pressure_kpa": {"path": "pb", "unit": "MPa"}, "relief": "rb"},
            },
        },
    }
    found = decoded(AT | {"pa": 0.3, "pb": 0.2, "rb": "open", "door": 1}, settings)
    said = {"station": "D", "measured_at": 1_000_000}
    assert [record for _, record in found.records] == [
        PressureSample(**said, cabinet_open=True),  # type: ignore[arg-type]
        PressureSample(**said, stream=Stream.A, outlet_gauge_pressure_kpa=300.0),  # type: ignore[arg-type]
        PressureSample(**said, stream=Stream.B, outlet_gauge_pressure_kpa=200.0, relief=Switch.OPEN),  # type: ignore[arg-type]
    ]


def test_an_event() -> None:
    fields = {"code": {"path": "a", "words": {"E1": "case_open"}}, "state": {"constant": "on"}, "text": "m"}
    settings = {"kind": "event", "device": "id", "time": "at", "fields": fields}
    found = decoded([AT | {"a": "E1", "m": "front"}, AT | {"a": "E2"}], settings)
    assert [record for _, record in found.records] == [
        DeviceEvent(device="D", measured_at=1_000_000, code="case_open", state=EventState.ON, text="front")
    ]
    assert [one.reason for one in found.refusals] == ["wrong_type"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"fields": None}, "fields: missing"),
        ({"time": None}, "time: missing; expected path of the time"),
        ({"device": None}, "device: expected either device"),
        ({"device_level": 2}, "device: expected either device"),
        ({"device": "a..b"}, "device: 'a..b'; expected a path"),
        ({"device": 5}, "device: Expected"),
        ({"elements": "a["}, "elements: 'a['; expected a path"),
        ({"ignore": ["."]}, "ignore: '.'; expected a path"),
        ({"kind": "meter"}, "kind: Invalid enum value 'meter'"),
        ({"map": "nix"}, "map: 'nix'; expected one of dtu_flat"),
        ({"mapp": "nix"}, "mapp: unknown setting; expected some of map, kind"),
        ({"time": {"path": "t", "as": "iso"}}, "time.as: 'iso'; expected one of rfc3339"),
        ({"time": {"path": "t", "as": "%H:%M"}}, "time.as: '%H:%M'; expected"),
        ({"time": {"path": "t", "format": "x"}}, "time: Object contains unknown field `format`"),
        ({"fields": {}}, "fields: no register"),
        ({"fields": {"flow_m3h": "q"}}, "fields: no register; expected index_m3 or base_index_m3"),
        ({"fields": {"index": "v"}}, "fields.index: unknown key; expected some of index_m3"),
        ({"fields": {"index_m3": {"path": "v", "unit": "Wh"}}}, "fields.index_m3.unit: unit 'Wh'"),
        ({"fields": {"index_m3": {"path": "v", "unit": "Nm3"}}}, "means base conditions"),
        (
            {"fields": {"index_m3": {"path": "v", "factor": 0}}},
            "fields.index_m3: × 0.0 +0.0; expected finite",
        ),
        (
            {"fields": {"index_m3": {"path": "v", "words": {}}}},
            "fields.index_m3: words; expected some of constant",
        ),
        (
            {"fields": {"index_m3": {"path": "v", "unitt": "L"}}},
            "fields.index_m3: Object contains unknown field",
        ),
        ({"fields": {"index_m3": {"unit": "L"}}}, "fields.index_m3: expected either path or constant"),
        ({"fields": {"index_m3": {"constant": "x"}}}, "fields.index_m3.constant: 'x'"),
        ({"fields": {"index_m3": 5}}, "fields.index_m3: Expected"),
        ({"fields": {"index_m3": "v", "gauge_pressure_kpa": {"path": "p", "unit": "bar(a)"}}}, "absolute"),
        (
            {"fields": {"index_m3": "v", "pressure_kpa": {"path": "p", "unit": "psig"}}},
            "fields.pressure_kpa.unit",
        ),
        (
            {"fields": {"index_m3": "v", "valve": {"path": "s", "words": {"0": "ajar"}}}},
            "fields.valve.words.0: 'ajar'",
        ),
        (
            {"fields": {"index_m3": "v", "flags": {"path": "s", "bits": {"0": "hot"}}}},
            "fields.flags.0: 'hot'; expected",
        ),
        (
            {"fields": {"index_m3": "v", "flags": {"path": "s", "bits": {"x": "case_open"}}}},
            "fields.flags.bits: x;",
        ),
        ({"fields": {"index_m3": "v", "flags": {"constant": "case_open"}}}, "fields.flags: constant"),
        ({"fields": {"index_m3": "v", "credit": "x"}}, "fields.credit: 'x'; expected a table"),
        ({"fields": {"index_m3": "v", "credit": {"left": "x"}}}, "fields.credit.left: unknown key"),
        (
            {"fields": {"index_m3": "v", "credit": {"remaining_money": {"path": "x", "unit": "m3"}}}},
            "has no unit",
        ),
        ({"kind": "event", "fields": {"code": "c"}}, "fields: state missing"),
        ({"kind": "pressure", "fields": {}}, "fields: empty"),
        ({"kind": "pressure", "fields": {"streams": {"C": {}}}}, "fields.streams: expected tables A and B"),
    ],
)
def test_a_mapping_that_is_wrong_stops_the_start_and_says_where(
    changes: dict[str, Any], sentence: str
) -> None:
    settings = {key: value for key, value in (LEAST | changes).items() if value is not None}
    with pytest.raises(ConfigurationError) as error:
        decoder_named("json_map").set(settings)
    assert sentence in str(error.value)


def test_without_a_mapping_nothing_is_lost_that_comes_before_it_is_written() -> None:
    found = decode(RawMessage("a", b"{}", 0), decoder_named("json_map"))
    assert [one.reason for one in found.refusals] == ["decode_error"]
    assert "needs settings" in found.refusals[0].detail


@pytest.mark.parametrize("path", sorted(path.name.removesuffix(".toml") for path in MAPS.iterdir()))
def test_every_mapping_of_the_package_decodes_the_example_it_shows(path: str) -> None:
    text = (MAPS / f"{path}.toml").read_text("utf-8")
    comments = "".join(line.removeprefix("#") for line in text.splitlines() if line.startswith("#"))
    example = comments[comments.index("{") : comments.index("}") + 1]
    found = decoded(example.encode(), {"map": path})
    assert not found.refusals
    assert not found.unknown_keys
    assert not getattr(found.records[0][1], "flags", 0) & (Flag.FIELD_DROPPED | Flag.NOT_FINITE)
    named = decoded(example.encode(), {"map": path, "device_level": 2}, "a/EVC-2")
    assert named.speaker == "EVC-2"


def test_half_a_character_costs_what_it_stands_in_and_nothing_else() -> None:
    good = '{"id":"D","at":"1970-01-01T00:00:01Z","v":1,"s":"open"}'
    bad = [
        good.replace("open", "\\ud800"),
        good.replace("00:01Z", "\\ud800"),
        good.replace('"D"', '"\\ud800"'),
    ]
    settings = LEAST | {"fields": {"index_m3": "v", "valve": "s"}}
    found = decoded(f"[{','.join([*bad, good])}]".encode(), settings)
    assert [(one.element, one.reason) for one in found.refusals] == [(1, "wrong_type")]
    flags = {position: getattr(record, "flags", 0) for position, record in found.records}
    assert flags == {0: Flag.FIELD_DROPPED, 2: 0, 3: 0}


def test_fields_beside_a_mapping_amend_its_own() -> None:
    settings = {"map": "dtu_flat", "fields": {"index_m3": {"path": "liters", "unit": "L"}, "seq": "n"}}
    said = {"sn": "D", "ts": "1970-01-01 00:00:01", "liters": 5, "vb": 7, "n": 3}
    assert [record for _, record in decoded(said, settings).records] == [
        Reading(device="D", measured_at=1_000_000, index_m3=0.005, base_index_m3=7.0, seq=3)
    ]


def test_each_place_is_explained() -> None:
    settings = LEAST | {"fields": {"index_m3": {"path": "v.x", "unit": "L"}, "flow_m3h": "q"}}
    decoder = decoder_named("json_map").set(settings)
    payload = json.dumps(AT | {"v": {"x": 1500}}).encode()
    assert decoder.parts(RawMessage("a", payload, 0)) == [
        Part("device", "D", path="id"),
        Part("measured_at, rfc3339", AT["at"], path="at"),
        Part("index_m3 from L, × 0.001 +0", 1.5, path="v.x"),
    ]
    assert [one.path for one in decoder.parts(RawMessage("a", b"[" + payload + b"]", 0))] == [
        "id",
        "at",
        "v.x",
    ]
    assert decoder.parts(RawMessage("a", b"{", 0))[0].meaning.startswith("not_json")
