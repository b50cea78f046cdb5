"""Rule tests in files: those that are shipped, what does not hold, and what cannot be understood."""

from pathlib import Path
from typing import Final

import pytest
from typer.testing import CliRunner

from alerts.catalogue import catalogue
from alerts.rule_tests.check import check_rules
from citygas.cli import app
from telemetry.errors import ConfigurationError

SHIPPED: Final = sorted((Path(__file__).parents[2] / "rules").glob("*.toml"))
CITY: Final = """
rules = ["outlet_pressure_high", "slam_shut_tripped", "register_regression"]
interval = "30s"
[registry]
zones = [{ zone = "Z", name = "Zone" }]
sites = [{ site = "SITE", zone = "Z", time_zone = "Asia/Shanghai" }]
stations = [{ station = "ST-1", zone = "Z", high_kpa = 320 }]
meters = [{ meter = "M-1", type = "rotary", kind = "smart", qmax_m3h = 100, digits = 6, correction = "ptz" }]
installations = [
  { meter = "M-1", site = "SITE", device = "D-1", valid_from = 2026-01-01T00:00:00Z, index_m3 = 0 }
]
"""
HIGH: Final = '[[test]]\nname = "t"\nseries = [{ station = "ST-1", outlet_gauge_pressure_kpa = "330x6" }]\n'
RINGS: Final = 'at = "1m", rule = "outlet_pressure_high", target = "ST-1", state = "active"'


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_what_is_shipped_holds(path: Path) -> None:
    outcomes = check_rules(path)
    assert {one.test: one.failures for one in outcomes if one.failures} == {}
    assert len(outcomes) > 2


def test_every_file_is_named_after_its_rule() -> None:
    assert {path.stem for path in SHIPPED} <= set(catalogue())


def failures(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "rules.toml"
    path.write_text(CITY + text, "utf-8")
    (outcome,) = check_rules(path)
    return list(outcome.failures)


def test_what_holds_is_silent(tmp_path: Path) -> None:
    assert failures(tmp_path, f"{HIGH} expect = [{{ {RINGS}, value = 330, limit = 320 }}]") == []
    at = RINGS.replace('"1m"', "2026-07-01T08:01:00+08:00")
    assert failures(tmp_path, f"{HIGH} expect = [{{ {at} }}]") == []


@pytest.mark.parametrize(
    ("expect", "failure"),
    [
        ("", "expected nothing\nhappened 2026-07-01T00:01:00+00:00 (start + 60 s) outlet_pressure_high"),
        (
            f"{{ {RINGS}, value = 331 }}",
            "active value 331\nhappened 2026-07-01T00:01:00+00:00 (start + 60 s)",
        ),
        (f"{{ {RINGS}, limit = 321 }}", "active limit 321\nhappened"),
        (f"{{ {RINGS.replace('1m', '2m')} }}", "(start + 120 s) outlet_pressure_high ST-1 active\nhappened"),
        (
            f"{{ {RINGS} }}, {{ at = 90, rule = 'slam_shut_tripped', target = 'ST-1', state = 'active' }}",
            "slam_shut_tripped ST-1 active\nhappened nothing",
        ),
        (f"{{ {RINGS} }}, {{ {RINGS} }}", "ST-1 active\nhappened nothing"),
    ],
)
def test_what_does_not_hold_is_said_once(tmp_path: Path, expect: str, failure: str) -> None:
    (said,) = failures(tmp_path, f"{HIGH} expect = [{expect}]")
    assert failure in said


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("test = = 3", r"line \d+, column 8"),
        ('[[test]]\nname = "t"', "test\\[0\\]: Object missing required field `expect`"),
        (f"{HIGH} expect = []\nintervall = 3", "test\\[0\\]: Object contains unknown field `intervall`"),
        (f"{HIGH} expect = [{{ {RINGS.replace('active', 'loud')} }}]", "test\\[0\\].expect\\[0\\].state"),
        (f"{HIGH} expect = [{{ {RINGS.replace('high', 'heigh')} }}]", "outlet_pressure_heigh is not a rule"),
        (f"{HIGH} expect = [{{ {RINGS.replace('1m', '1 minute')} }}]", "'1 minute': expected a duration"),
        (f"{HIGH} rules = ['nothing']\nexpect = []", "there is no rule 'nothing'"),
        (
            f"{HIGH} expect = []\nregistry = {{ stations = [{{ station = 'ST-2' }}] }}",
            r"registry.stations\[1\].zone: expected a text",
        ),
        (
            f"{HIGH} expect = []\nevent = [{{ at = 1, device = 'ST-1', code = 'rain', state = 'on' }}]",
            "code: exp",
        ),
        (f"{HIGH} expect = []\nregistry = {{ houses = [{{ a = 1 }}] }}", "houses.csv: expected one of"),
    ],
)
def test_what_cannot_be_understood_names_its_line_or_key(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        failures(tmp_path, text)


@pytest.mark.parametrize(
    ("series", "complaint"),
    [
        ('station = "ST-1", outlet_kpa = "1"', r"series\[0\].outlet_kpa: expected one of inlet_gauge"),
        ('station = "ST-1", outlet_gauge_pressure_kpa = "30O"', "outlet_gauge_pressure_kpa: '30O'"),
        ('station = "ST-1", slam_shut = "shut"', "slam_shut: expected one of open, tripped, found 'shut'"),
        ('device = "D-1", index_m3 = "nan"', "index_m3: expected a number, found 'nan'"),
        ('device = "D-1", index_m3 = { first = 3 }', "index_m3: expected a series, or first and by; no 'by'"),
        ('device = "D-9", index_m3 = "1 2"', "device: D-9 is not in the registry"),
        ('index_m3 = "1 2"', "expected either station or device"),
        ('station = "ST-1", stream = "C", flow_m3h = "1"', "stream: expected A or B, found 'C'"),
        ('device = "D-1", interval = 0, index_m3 = "1 2"', "interval: expected more than nothing"),
    ],
)
def test_a_series_that_says_nothing_known(tmp_path: Path, series: str, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        failures(tmp_path, f'[[test]]\nname = "t"\nseries = [{{ {series} }}]\nexpect = []')


def test_a_register_by_what_it_advances(tmp_path: Path) -> None:
    text = """
    [[test]]
    name = "by"
    series = [{ device = "D-1", interval = "1h", index_m3 = { first = 500, by = "(1x3 _)x2 -4" } }]
    expect = [{ at = "9h", rule = "register_regression", target = "M-1", state = "active", value = 4 }]
    """
    assert failures(tmp_path, text) == []


def test_the_command_says_what_failed_and_exits_1(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(f"{CITY}{HIGH} expect = []", "utf-8")
    done = CliRunner().invoke(app, ["rules", "check", str(path)])
    assert done.exit_code == 1
    assert "outlet_pressure_high ST-1 active" in done.output
    assert "1 tests in 1 files: 1 failed" in done.output
    path.write_text(f"{CITY}{HIGH} expect = [{{ {RINGS} }}]", "utf-8")
    assert CliRunner().invoke(app, ["rules", "check", str(path)]).exit_code == 0
