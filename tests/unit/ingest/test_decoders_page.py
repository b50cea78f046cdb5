"""docs/decoders.md and docs/adding-a-decoder.md do what they say: routes start, families are found."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

import ingest.decoders
from citygas.roles import router
from citygas.settings import load
from ingest.assembly import decode
from ingest.decoding import decoder_named, decoders
from ingest.routed import TAKEN_BY_ALL, routed
from telemetry.model import RawMessage, Reading
from telemetry.quality import Flag

DOCS: Final = Path(__file__).parents[3] / "docs"
PAGE: Final = (DOCS / "decoders.md").read_text("utf-8")
ADDING: Final = (DOCS / "adding-a-decoder.md").read_text("utf-8")
TOML: Final = re.compile(r"^```toml\n(.+?)^```", re.MULTILINE | re.DOTALL)
EXAMPLE: Final = re.compile(
    r"^```toml\n(?P<toml>[^`]+?)^```(?:(?!^```).)*?"
    r"^Payload on `(?P<topic>[^`]+)`:\n\n```json\n(?P<payload>.+?)^```",
    re.MULTILINE | re.DOTALL,
)
EXAMPLES: Final = [(one["toml"], one["topic"], one["payload"]) for one in EXAMPLE.finditer(PAGE)]


@pytest.mark.parametrize("toml", TOML.findall(PAGE))
def test_every_configuration_of_the_page_starts(toml: str, tmp_path: Path) -> None:
    file = tmp_path / "citygas.toml"
    file.write_text(toml)
    router(load(file, {}))


@pytest.mark.parametrize(("toml", "topic", "payload"), EXAMPLES)
def test_every_payload_of_the_page_is_decoded_by_its_route(
    toml: str, topic: str, payload: str, tmp_path: Path
) -> None:
    file = tmp_path / "citygas.toml"
    file.write_text(toml)
    found = decode(RawMessage(topic, payload.encode(), 0), router(load(file, {})).decoder(topic))
    assert found.records
    assert not found.refusals
    assert not found.unknown_keys
    lost = Flag.FIELD_DROPPED | Flag.NOT_FINITE
    assert all(not getattr(record, "flags", 0) & lost for _, record in found.records)


def test_no_payload_of_the_page_is_passed_over() -> None:
    assert len(EXAMPLES) == PAGE.count("```json\n") == 3


def test_every_family_and_every_setting_is_named() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    assert [name for name in decoders() if not any(f"`{name}`" in row for row in rows)] == []
    for setting in (*TAKEN_BY_ALL, *decoder_named("json_map").takes):
        assert any(f"`{setting}`" in row for row in rows), setting


@pytest.fixture
def added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Save the page's family where the page says: beside the others, in a folder of this test's own."""
    (source,) = re.findall(r"^```python\n(.+?)^```", ADDING, re.MULTILINE | re.DOTALL)
    (name,) = re.findall(r"Save it as `ingest/decoders/(\w+)\.py`", ADDING)
    (tmp_path / f"{name}.py").write_text(source)
    monkeypatch.setattr(ingest.decoders, "__path__", [*ingest.decoders.__path__, str(tmp_path)])
    decoders.cache_clear()
    yield name
    decoders.cache_clear()
    sys.modules.pop(f"ingest.decoders.{name}", None)


def test_the_family_of_the_page_is_found_and_proves_itself(added: str) -> None:
    decoder = decoder_named(added)
    assert decoder.vectors
    for vector in decoder.vectors:
        message = RawMessage(vector.topic, vector.payload, 0)
        found = decode(message, decoder.set(vector.settings))
        assert [record for _, record in found.records] == list(vector.records)
        assert [refusal.reason for refusal in found.refusals] == list(vector.reasons)
        assert decoder.parts(message)


def test_the_command_and_the_route_of_the_page_work(added: str, tmp_path: Path) -> None:
    (text,) = re.findall(r"--text '([^']+)'", ADDING)
    found = decode(RawMessage("lines/gw-1", text.encode(), 0), decoder_named(added))
    assert found.records == [(0, Reading(device="EVC-7", measured_at=1_772_323_200_000_000, index_m3=12.5))]
    (toml,) = TOML.findall(ADDING)
    (tmp_path / "citygas.toml").write_text(toml)
    chosen = router(load(tmp_path / "citygas.toml", {})).decoder("lines/gw-1")
    assert decode(RawMessage("lines/gw-1", text.encode(), 0), chosen).speaker == "gw-1"


@pytest.mark.parametrize("payload", [b"", b"\xff;;", b"a;b", b"a;1e400;1", b"a;nan;1", b";;\n;;"])
def test_the_family_of_the_page_takes_anything(added: str, payload: bytes) -> None:
    found = decode(RawMessage("t", payload, 0), routed(added, {}))
    assert found.refusals
    assert all(one.reason != "decode_error" for one in found.refusals)
