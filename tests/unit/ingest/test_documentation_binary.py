"""docs/decoders-binary.md says what is true: its routes can be set, and its payloads decode by them."""

import re
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest
from paho.mqtt.client import topic_matches_sub

from ingest.decoding import decoder_named
from telemetry.model import RawMessage
from telemetry.quality import Flag

PAGE: Final = (Path(__file__).parents[3] / "docs" / "decoders-binary.md").read_text("utf-8")
ROUTES: Final = re.compile(
    r"^```toml\n(?P<route>.+?)^```\n(?P<told>.*?)(?=^```toml|\Z)", re.MULTILINE | re.DOTALL
)
PAYLOAD: Final = re.compile(
    r"^Payload on `(?P<topic>[^`]+)`[^\n]*\n(?:[^\n]+\n)*\n```(?P<form>hex|json)\n(?P<payload>.+?)\n```",
    re.MULTILINE | re.DOTALL,
)
EXAMPLES: Final = [
    (tomllib.loads(told["route"])["ingest"]["route"][0], sent["topic"], sent["payload"])
    for told in ROUTES.finditer(PAGE)
    for sent in PAYLOAD.finditer(told["told"])
]


@pytest.mark.parametrize(("route", "topic", "payload"), EXAMPLES)
def test_an_example_decodes_by_its_route(route: dict[str, Any], topic: str, payload: str) -> None:
    assert topic_matches_sub(route["topic"], topic)
    decoder = decoder_named(route["decoder"]).set(route["settings"])
    found = decoder.decode(RawMessage(topic, payload.encode(), 0))
    assert found.records
    assert not found.refusals
    dropped = Flag.FIELD_DROPPED | Flag.NOT_FINITE
    assert not any(getattr(record, "flags", 0) & dropped for _, record in found.records)


def test_every_route_and_every_payload_is_tried() -> None:
    assert PAGE.count("```hex\n") + PAGE.count("```json\n") == len(EXAMPLES)
    assert PAGE.count("```toml\n") == len(list(ROUTES.finditer(PAGE)))


def test_every_setting_is_named() -> None:
    for name in ("modbus", "cjt188", "chirpstack", "ttn"):
        assert [key for key in decoder_named(name).takes if f"`{key}`" not in PAGE] == []
