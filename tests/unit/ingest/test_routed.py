"""What every route may set, whatever its family; and what is pushed finds its way back."""

import json

import pytest

from ingest.assembly import decode
from ingest.decoding import Decoded, decoder_named
from ingest.options import PushSource, Route
from ingest.pushed import Pushes, pushed_topic
from ingest.routed import routed
from ingest.router import Router
from telemetry.errors import ConfigurationError
from telemetry.model import RawMessage

PAYLOAD = json.dumps({"messages": [{"device": "D-1", "kind": "reading", "measured_at": 1, "index_m3": 2}]})
BATCH = "citygas/v1/north/GW/batch"


def said(router: Router, topic: str) -> Decoded:
    return decode(RawMessage(topic, PAYLOAD.encode(), 0), router.decoder(topic))


def test_a_route_that_sets_nothing_has_the_family_s_own_decoder() -> None:
    assert routed("native", {}) is decoder_named("native")


def test_a_level_of_the_topic_says_who_speaks() -> None:
    decoder = routed("native", {"speaker_level": 3})
    assert decode(RawMessage(BATCH, PAYLOAD.encode(), 0), decoder).speaker == "north"
    short = decode(RawMessage("a/b", PAYLOAD.encode(), 0), decoder)
    assert [one.reason for one in short.refusals] == ["unknown_topic"]


def test_a_zone_is_handed_on_to_who_knows_the_sites() -> None:
    zone = decode(
        RawMessage(BATCH, PAYLOAD.encode(), 0), routed("native", {"time_zone": "Asia/Shanghai"})
    ).zone
    assert zone is not None
    assert zone.key == "Asia/Shanghai"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"speaker_level": 0}, "speaker_level: 0; expected the number of a topic level"),
        ({"speaker_level": "2"}, "speaker_level: '2'"),
        ({"time_zone": "Mars/Base"}, "time_zone: 'Mars/Base'; expected an IANA time zone"),
        ({"time_zone": 8}, "time_zone: 8;"),
        ({"time_zone": "../../etc"}, "time_zone"),
        ({"map": "x"}, "takes no settings, got map"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_names_the_route(
    settings: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ConfigurationError) as error:
        Router([Route("dtu/+/up", "native", settings)])
    assert str(error.value).startswith("ingest.route dtu/+/up: ")
    assert sentence in str(error.value)
    with pytest.raises(ConfigurationError, match=r"ingest\.push east: "):
        Router(pushes=[PushSource("east", "native", settings)])


EAST, WEST = PushSource("east", "native", {}), PushSource("west", "native", {"time_zone": "Asia/Urumqi"})


def test_what_is_pushed_is_decoded_by_its_source_and_stands_for_it() -> None:
    router = Router(pushes=[EAST, WEST])
    east, west, other = (
        said(router, pushed_topic("native", source, None)) for source in ("east", "west", "gone")
    )
    assert [one.speaker for one in (east, west, other)] == ["east", "west", "http"]
    assert [one.zone is None for one in (east, west, other)] == [True, False, True]
    assert [len(one.records) for one in (east, west, other)] == [1, 1, 1]


def test_a_pushed_payload_stands_under_the_topic_that_the_request_named() -> None:
    topic = pushed_topic("native", "", "citygas/v1/north/D-2/batch")
    assert said(Router(), topic).speaker == "D-2"
    assert said(Router(), pushed_topic("native", "", "elsewhere")).refusals[0].reason == "unknown_topic"


@pytest.mark.parametrize("topic", ["$http", "$http/native", "$http/nix/x/y", "http/native//"])
def test_no_other_topic_is_taken_for_a_pushed_one(topic: str) -> None:
    assert Router([Route("#", "native")]).decoder(topic) is not None or topic.startswith("$")
    assert Router().decoder(topic) is None


def test_which_source_is_meant() -> None:
    assert Pushes().source("native", None) == ""
    assert Pushes([EAST]).source("native", None) == "east"
    assert Pushes([EAST, WEST]).source("native", "west") == "west"


@pytest.mark.parametrize(
    ("sources", "family", "asked", "sentence"),
    [
        ([EAST, WEST], "native", None, "source: not given; expected one of east, west"),
        ([EAST], "native", "north", "source: north; expected one of east"),
        ([], "native", "north", "source: north; expected none"),
        ([], "nix", None, "there is no decoder 'nix'"),
    ],
)
def test_a_source_that_is_not_there(
    sources: list[PushSource], family: str, asked: str | None, sentence: str
) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        Pushes(sources).source(family, asked)


def test_a_source_is_named_once() -> None:
    with pytest.raises(ConfigurationError, match=r"ingest\.push: east of native is given twice"):
        Pushes([EAST, EAST])
