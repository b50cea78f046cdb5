"""``citygas decode`` and ``decoders``: what they say, and what they say is wrong."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from citygas.cli import app
from ingest.decoding import Part, decoder_named, decoders
from ingest.reasons import ADVICE
from telemetry.errors import ConfigurationError
from telemetry.model import RawMessage
from tests.unit.ingest.test_documentation import REASONS

TEXT = '{"sn":"A","ts":"2026-03-01 08:00:00","vm":12.5,"st":2}'
MAPPED = ("--decoder", "json_map", "--text", TEXT, "--set", "map=dtu_flat")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def test_records_have_words_and_local_times_no_offset() -> None:
    done = run("decode", *MAPPED)
    assert done.exit_code == 0
    assert json.loads(done.stdout) == [
        {
            "record": "Reading",
            "device": "A",
            "measured_at": "2026-03-01T08:00:00",
            "index_m3": 12.5,
            "flags": ["low_battery"],
        }
    ]


def test_a_zone_makes_utc_of_them() -> None:
    done = run("decode", *MAPPED, "--set", "time_zone=Asia/Shanghai")
    assert json.loads(done.stdout)[0]["measured_at"] == "2026-03-01T00:00:00+00:00"


def test_settings_come_from_a_file_and_the_command_line_amends_them(tmp_path: Path) -> None:
    file = tmp_path / "route.toml"
    file.write_text('device_level = 2\ntime = "t"\n[fields]\nindex_m3 = { path = "v", unit = "L" }\n')
    given = (
        "--decoder",
        "json_map",
        "--settings",
        str(file),
        "--text",
        '{"t":{"at":"1970-01-01T00:00:01Z"},"v":5}',
    )
    done = run("decode", *given, "--topic", "dtu/D-7/up", "--set", 'time={path="t.at"}')
    assert json.loads(done.stdout)[0] == {
        "record": "Reading",
        "device": "D-7",
        "measured_at": "1970-01-01T00:00:01+00:00",
        "index_m3": 0.005,
        "flags": [],
    }


def test_each_part_is_explained_before_the_records() -> None:
    done = run("decode", *MAPPED, "--explain")
    lines, _, rest = done.stdout.partition("\n\n")
    assert [line.split()[0] for line in lines.splitlines()] == ["sn", "ts", "vm", "st"]
    assert "index_m3 = 12.5" in lines
    assert json.loads(rest)


def test_bytes_are_explained_by_where_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [Part("start", begin=0, end=1), Part("volume, m³", 1.5, 1, 4)]
    monkeypatch.setitem(
        decoders(),
        "bytes",
        decoder_named("native").__class__(
            "bytes", decoder_named("native").decode, explain=lambda _message, _settings: parts
        ),
    )
    done = run("decode", "--decoder", "bytes", "--hex", "68 01 02 03", "--explain")
    assert [" ".join(line.split()) for line in done.stdout.splitlines()[:2]] == [
        "0 68 start",
        "1-3 01 02 03 volume, m³ = 1.5",
    ]


def test_a_refusal_is_a_failure_with_its_reason() -> None:
    done = run("decode", "--decoder", "native", "--text", '[{"measured_at":1}]')
    assert done.exit_code == 1
    assert json.loads(done.stdout) == []
    assert "refused: element 0: missing_field: index_m3 or base_index_m3" in done.stderr


@pytest.mark.parametrize(
    "wrong", [("--hex", "6"), ("--text", "a", "--hex", "00"), (), ("--text", "a", "--set", "map")]
)
def test_wrong_usage(wrong: tuple[str, ...]) -> None:
    assert run("decode", "--decoder", "native", *wrong).exit_code == 2


def test_wrong_settings_are_named(tmp_path: Path) -> None:
    done = run("decode", "--decoder", "native", "--text", "{}", "--set", "map=x")
    assert isinstance(done.exception, ConfigurationError)
    missing = run("decode", "--decoder", "native", "--text", "{}", "--settings", str(tmp_path / "nix.toml"))
    assert isinstance(missing.exception, ConfigurationError)


def test_every_family_is_listed_with_an_example_that_is_true() -> None:
    done = run("decoders", "--json")
    described = {one["decoder"]: one for one in json.loads(done.stdout)}
    assert described.keys() == decoders().keys()
    for name, one in described.items():
        assert one["about"]
        assert one["example"]["records"]
        assert one["takes"].keys() == decoder_named(name).takes.keys()
    text = run("decoders").stdout
    for name in decoders():
        assert f"\n{name}: " in f"\n{text}"
    assert "speaker_level" in text
    assert "json_map: " not in run("decoders", "native").stdout


def test_every_reason_has_its_advice() -> None:
    assert sorted(ADVICE) == sorted(REASONS)
    assert all(advice.en and advice.zh for advice in ADVICE.values())


def test_the_hook_is_what_is_shown() -> None:
    assert decoder_named("native").parts(RawMessage("", b"", 0)) == ()
