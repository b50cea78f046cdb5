"""Settings as they are written for a backtest, and what is wrong with some."""

import pytest
from typer.testing import CliRunner

from alerts.replay.what_if import chosen_rules, in_place, settings_of
from citygas.cli import app
from telemetry.errors import ConfigurationError

SPAN = ("backtest", "--from", "2026-07-01T00:00:00Z", "--to", "2026-07-02T00:00:00Z")


def test_a_setting_takes_the_place_of_the_one_for_the_same_subject() -> None:
    stored = settings_of(["outlet_pressure_low.on_delay_s=30", "outlet_pressure_low.on_delay_s@zone:Z=90"])
    others = settings_of(["outlet_pressure_low.on_delay_s@zone:Z=10"])
    found = {(one.scope, one.id): one.value for one in in_place(stored, others)}
    assert found == {("all", "*"): "30", ("zone", "Z"): "10"}


def test_each_rule_once() -> None:
    assert [rule.name for rule in chosen_rules(["device_silent", "device_silent"])] == ["device_silent"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("nothing.on_delay_s=1", "nothing: there is no such rule"),
        ("outlet_pressure_low.colour=1", "outlet_pressure_low has deadband_pct, on_delay_s"),
        ("outlet_pressure_low.deadband_pct=soon", "expected a number"),
        ("outlet_pressure_low.deadband_pct@town:X=1", "expected one of all, zone"),
        ("outlet_pressure_low.priority=9", "expected one of critical"),
        ("outlet_pressure_low=1", "expected rule.parameter=value"),
    ],
)
def test_what_is_no_setting_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        settings_of([text])


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((*SPAN, "--rule", "nothing"), "there is no such rule"),
        ((*SPAN, "--step-s", "0"), "longer than nothing"),
        ((*SPAN[:3], "--to", "2026-06-01T00:00:00Z"), "must lie before"),
    ],
)
def test_the_command_says_what_is_wrong_before_it_opens_anything(
    arguments: tuple[str, ...], complaint: str
) -> None:
    done = CliRunner().invoke(app, arguments)
    assert complaint in str(done.exception)
