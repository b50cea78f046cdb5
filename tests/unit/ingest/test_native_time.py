"""When something was measured: RFC 3339 with an offset, or seconds since 1970."""

import pytest

from tests.unit.ingest.payloads import reading, reasons

NEW_YEAR = 1_767_225_600_000_000


def at(text: str) -> int:
    return reading(f'{{"measured_at":{text},"index_m3":1}}').measured_at


@pytest.mark.parametrize(
    "text",
    [
        '"2026-01-01T00:00:00Z"',
        '"2026-01-01t00:00:00z"',
        '"2026-01-01 00:00:00Z"',
        '"2026-01-01T08:00:00+08:00"',
        '"2026-01-01T08:00:00+0800"',
        '"2025-12-31T17:30:00.000-06:30"',
        '"2025-12-31T23:59:60Z"',
        '"2026-01-01T07:59:60+08:00"',
        '"2025-12-31T23:59:59.9999999Z"',
        "1767225600",
        "1767225600.0",
        "1.7672256e9",
    ],
)
def test_the_same_instant_in_every_way_of_writing_it(text: str) -> None:
    assert at(text) == NEW_YEAR


def test_microseconds_are_kept() -> None:
    assert at('"2026-01-01T00:00:00.123456Z"') == at("1767225600.123456") == NEW_YEAR + 123_456
    assert at('"2025-12-31T23:59:60.5Z"') == NEW_YEAR + 500_000


@pytest.mark.parametrize(
    "text",
    [
        '"2026-01-01T00:00:00"',
        '"2025-12-31T23:59:60"',
        '"2026-01-01"',
        '"2026-02-30T00:00:00Z"',
        '"2026-01-01T24:00:00Z"',
        '"2026-01-01T00:00:61Z"',
        '"2026-01-01T00:30:60Z"',
        '"9999-12-31T23:59:60Z"',
        '"0000-01-01T00:00:00Z"',
        '"1767225600"',
        '""',
        "false",
        "{}",
    ],
)
def test_no_instant_is_guessed(text: str) -> None:
    assert reasons(f'{{"measured_at":{text},"index_m3":1}}') == [(0, "wrong_type")]
