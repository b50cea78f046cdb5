"""The documentation says what the rules do."""

import re
from pathlib import Path

import pytest

from alerts.catalogue import catalogue
from alerts.lifecycle import TRANSITIONS, State
from alerts.people.causes import CAUSES
from alerts.reports.kpi import FIGURES
from alerts.reports.reference import (
    causes_table,
    figures_table,
    inhibitions_table,
    parameters_table,
    permits_table,
    rules_table,
)
from alerts.rule import FRESH
from alerts.track import STANDS
from alerts.windows.pressure_limits import DEFAULT_ACCURACY_PCT, DEFAULT_LOCKUP_PCT
from telemetry.model import HOUR, MINUTE

DOCS = Path(__file__).parents[3] / "docs"
PAGE = "\n".join(
    (DOCS / name).read_text("utf-8") for name in ("alarms.md", "alarm-rules.md", "alarm-conditions.md")
)


def marked(name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n(.*)\n<!-- /{name} -->", PAGE, re.DOTALL)
    assert found
    return found[1].strip()


def test_the_tables_are_those_of_the_rules() -> None:
    assert marked("rules") == rules_table(catalogue().values())
    assert marked("figures") == figures_table(definition for definition, _ in FIGURES)
    assert marked("inhibitions") == inhibitions_table(catalogue().values())
    assert marked("permits") == permits_table(catalogue().values())
    assert marked("causes") == causes_table(CAUSES)
    assert marked("parameters") == parameters_table(catalogue().values())


@pytest.mark.parametrize("state", State)
def test_the_lifecycle_is_the_one_that_runs(state: State) -> None:
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| {state} |"))
    cells = [cell.strip() for cell in row.strip("|").split("|")[1:]]
    signals = ("PRESENT", "HELD", "ABSENT", "GONE", "ACK")
    found = {signal: cell for signal, cell in zip(signals, cells, strict=True) if cell}
    assert found == {str(signal): str(to) for (one, signal), to in TRANSITIONS.items() if one is state}


def test_the_figures_in_the_text_are_those_that_run() -> None:
    assert f"older than {FRESH // MINUTE} minutes" in PAGE
    assert f"at most {STANDS // MINUTE} minutes" in PAGE
    assert f"accepts {catalogue()['register_regression'].max_age // HOUR} hours" in PAGE
    assert f"taken as {DEFAULT_ACCURACY_PCT:g} % and {DEFAULT_LOCKUP_PCT:g} %" in PAGE
