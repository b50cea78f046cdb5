"""``citygas rules``: what is watched, with which limits, and tests of it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from alerts.catalogue import catalogue
from alerts.overrides import Overrides
from alerts.rule import Parameter, Rule
from alerts.rule_tests.check import Outcome, check_rules
from citygas.commands.options import AsJson, Config, DataDir, opened
from telemetry.model import moment
from telemetry.registry import RuleSetting
from telemetry.store.registry_tables import load_registry

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def _list(as_json: AsJson = False, data_dir: DataDir = None, config: Config = None) -> None:
    """List every rule with its delays, parameters and what is set differently for whom."""
    with opened(config, data_dir, "rules") as (connection, *_):
        overrides = Overrides(load_registry(connection))
    if as_json:
        typer.echo(json.dumps([_as_json(one, overrides) for one in catalogue().values()], ensure_ascii=False))
        return
    for rule in catalogue().values():
        for line in _lines(rule, overrides):
            typer.echo(line)
    for one in overrides.unknown(catalogue()):
        typer.echo(f"rule_settings.csv: no rule goes by {one.rule} {one.parameter}", err=True)


@app.command("check")
def _check(files: Annotated[list[Path], typer.Argument(help="TOML files of rule tests.")]) -> None:
    """Run rule tests, and say what does not hold; exit 1 when anything does not."""
    outcomes = [(file, outcome) for file in files for outcome in check_rules(file)]
    failed = [(file, outcome) for file, outcome in outcomes if outcome.failures]
    for file, outcome in failed:
        _print_failures(file, outcome)
    typer.echo(f"{len(outcomes)} tests in {len(files)} files: {len(failed)} failed")
    if failed:
        raise typer.Exit(1)


def _print_failures(file: Path, outcome: Outcome) -> None:
    typer.echo(f"{file}: {outcome.test}")
    for failure in outcome.failures:
        for line in failure.splitlines():
            typer.echo(f"    {line}")


def _lines(rule: Rule, overrides: Overrides) -> Iterator[str]:
    """Yield a rule as people read it."""
    delays = f"on {rule.delays.on_s:g} s, off {rule.delays.off_s:g} s"
    yield f"{rule.name}  {rule.title.en} {rule.title.zh}  [{rule.priority}; {delays}]"
    yield f"    {rule.trigger.en}"
    for figure in rule.figures:
        yield f"    {figure.name} = {figure.default:g} {figure.unit}: {figure.meaning.en}"
    for one in overrides.of(rule.name):
        since = moment(one.valid_from).isoformat()
        yield f"    {one.parameter} = {_value(one)} for {_subject(one)} from {since}"


def _value(one: RuleSetting) -> str:
    return "no longer set" if one.value is None else one.value


def _subject(one: RuleSetting) -> str:
    return "all" if one.scope == "all" else f"{one.scope} {one.id}"


def _as_json(rule: Rule, overrides: Overrides) -> dict[str, Any]:
    return {
        "rule": rule.name,
        "priority": rule.priority,
        "on_delay_s": rule.delays.on_s,
        "off_delay_s": rule.delays.off_s,
        "parameters": [_parameter(one) for one in rule.figures],
        "overrides": [_override(one) for one in overrides.of(rule.name)],
    }


def _parameter(one: Parameter) -> dict[str, Any]:
    return {"name": one.name, "default": one.default, "unit": one.unit, "meaning": one.meaning.en}


def _override(one: RuleSetting) -> dict[str, Any]:
    return {
        "parameter": one.parameter,
        "value": one.value,
        "scope": one.scope,
        "id": one.id,
        "valid_from": moment(one.valid_from).isoformat(),
        "reason": one.reason,
        "set_by": one.set_by,
    }
