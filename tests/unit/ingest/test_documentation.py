"""docs/payloads.md says what is true: its examples decode, its tables name every key and reason."""

import re
from pathlib import Path
from typing import Final, get_args

import msgspec
import pytest

from ingest.decoders._wire import EventCode, FlagWord, WireCredit, WireEvent, WirePressure, WireReading
from telemetry.quality import Flag
from tests.unit.ingest.payloads import decoded

PAGE: Final = (Path(__file__).parents[3] / "docs" / "payloads.md").read_text("utf-8")
EXAMPLE: Final = re.compile(
    r"(?:^Refused as `(?P<reason>\w+)`[^\n]*\n\n)?"
    r"^Topic `(?P<topic>[^`]+)`\n\n```json\n(?P<payload>.+?)\n```",
    re.MULTILINE | re.DOTALL,
)
EXAMPLES: Final = [(one["topic"], one["payload"], one["reason"]) for one in EXAMPLE.finditer(PAGE)]
REASONS: Final = [
    "not_utf8",
    "not_json",
    "too_large",
    "missing_field",
    "wrong_type",
    "not_finite",
    "unknown_device",
    "identity_mismatch",
    "unknown_topic",
    "clock",
    "decode_error",
]


@pytest.mark.parametrize(("topic", "payload", "reason"), EXAMPLES)
def test_an_example_decodes_as_the_page_says(topic: str, payload: str, reason: str | None) -> None:
    found = decoded(payload, topic)
    assert [one.reason for one in found.refusals] == ([reason] if reason else [])
    assert not found.unknown_keys
    dropped = Flag.FIELD_DROPPED | Flag.NOT_FINITE
    assert all(not getattr(record, "flags", 0) & dropped for _, record in found.records)


def test_every_block_of_json_is_an_example() -> None:
    assert len(EXAMPLES) == PAGE.count("```json\n")
    assert sum(reason is not None for *_, reason in EXAMPLES) == PAGE.count("Refused as `")


@pytest.mark.parametrize("wire", [WireReading, WirePressure, WireEvent, WireCredit])
def test_every_key_is_named(wire: type[msgspec.Struct]) -> None:
    assert [
        name for name in wire.__struct_fields__ if f"`{name}`" not in PAGE and f'"{name}"' not in PAGE
    ] == []


def test_every_word_and_every_reason_is_named() -> None:
    words = {word for part in get_args(EventCode) for word in (get_args(part) or (part,))} | {
        *get_args(FlagWord)
    }
    assert [word for word in sorted(words) if word not in PAGE] == []
    assert [reason for reason in REASONS if f"\n| `{reason}` |" not in PAGE] == []


def test_the_examples_use_every_key_of_a_reading_and_of_a_pressure() -> None:
    said = "".join(payload for _, payload, reason in EXAMPLES if not reason)
    keys = {*WireReading.__struct_fields__, *WirePressure.__struct_fields__, *WireCredit.__struct_fields__}
    assert [key for key in sorted(keys - {"gauge_pressure_kpa"}) if f'"{key}"' not in said] == []
