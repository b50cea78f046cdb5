"""``citygas rules``: what is watched, and with which limits."""

import json
from collections.abc import Iterator
from typing import Any

import typer

from alerts.catalogue import catalogue
from alerts.overrides import Overrides
from alerts.rule import Parameter, Rule
from citygas.commands.options import AsJson, Config, DataDir, opened
from telemetry.model import moment
from telemetry.registry import RuleSetting
from telemetry.store.registry_tables import load_registry

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _family() -> None:
    """Keep `list` a command of its own, whatever others there are."""


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
