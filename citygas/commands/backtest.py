"""``citygas backtest``: what alarm rules would have told, over stored history and with other settings."""

import json
from collections.abc import Iterable, Iterator
from typing import Annotated

import typer
from psycopg import Connection

from alerts.overrides import Overrides
from alerts.replay.backtest import STEP, Told, backtest
from alerts.replay.looks import Variant
from alerts.replay.said import Said
from alerts.replay.stored_history import PART, Order, said_before, said_in
from alerts.replay.what_if import chosen_rules, in_place, settings_of
from alerts.ringing.situation import planned_jobs
from citygas.commands.options import AsJson, Config, DataDir, opened
from citygas.commands.times import parse_moment
from citygas.progress import Progression
from telemetry.errors import ConfigurationError
from telemetry.model import SECOND, Instant
from telemetry.store.registry_tables import load_registry

_WIDTH = 30
_HEAD = (
    f"{'rule':{_WIDTH}}{'raised':>8}{'muted':>8}{'median s':>10}{'standing':>10}"
    f"{'/1,000 target-days':>20}  most often"
)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("backtest", help="Say what alarm rules would have told over history.")(_backtest)


def _backtest(  # noqa: PLR0917  # one option each, given by name
    begin: Annotated[str, typer.Option("--from", help="Time with offset, RFC 3339.")],
    end: Annotated[str, typer.Option("--to", help="Time with offset, RFC 3339.")],
    rule: Annotated[list[str] | None, typer.Option(help="Repeatable; default: every rule.")] = None,
    change: Annotated[
        list[str] | None,
        typer.Option("--set", help="rule.parameter=value or rule.parameter@station:ST-1=value; repeatable."),
    ] = None,
    order: Annotated[
        Order, typer.Option(help="As each was measured, or as each arrived and was judged.")
    ] = Order.MEASURED,
    step_s: Annotated[float, typer.Option(help="How often the rules are asked, s.")] = STEP / SECOND,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    span = parse_moment(begin), parse_moment(end)
    if span[0] >= span[1] or step_s <= 0:
        raise ConfigurationError("--from must lie before --to, and a step must be longer than nothing")
    rules, others, step = chosen_rules(rule or ()), settings_of(change or ()), round(step_s * SECOND)
    with opened(config, data_dir, "backtest") as (connection, *_):
        registry = load_registry(connection)
        variants = [Variant(rules, Overrides(registry))]
        if others:
            changed = in_place(registry.rule_settings, others)
            variants.append(Variant(rules, Overrides(registry, changed)))
        before = said_before(connection, span[0], order)
        parts = _shown(connection, span, order, quiet=as_json)
        jobs = planned_jobs(connection, *span)
        told = backtest(registry, before, parts, span[0], variants, step, jobs)
    if as_json:
        typer.echo(json.dumps(_as_json(told), ensure_ascii=False))
    else:
        for line in _lines(told):
            typer.echo(line)


def _shown(
    connection: Connection, span: tuple[Instant, Instant], order: Order, *, quiet: bool
) -> Iterator[tuple[Instant, Said]]:
    """Yield the parts of the past, with a bar that shows how many are done."""
    total = -(-(span[1] - span[0]) // PART)
    with Progression("backtest", quiet=quiet) as progress:
        for done, part in enumerate(said_in(connection, *span, order)):
            progress.show(done, total)
            yield part


def _as_json(told: list[Told]) -> dict[str, object]:
    """Return what the last variant told, and what the settings of today tell beside others."""
    return told[-1].to_json() | ({"as_set_today": told[0].to_json()} if len(told) > 1 else {})


def _lines(told: list[Told]) -> Iterator[str]:
    """Yield a line for each rule that rang: as set today, then with other settings."""
    rang = [name for name in told[0].tallies if any(one.tallies[name].raised for one in told)]
    for title, one in zip(("", "with --set:"), told, strict=False):
        if title:
            yield title
        yield _HEAD
        yield from (_line(one, name) for name in rang)
    quiet = sorted(told[0].tallies.keys() - set(rang))
    yield f"{len(quiet)} rules told nothing: {', '.join(quiet)}"


def _line(told: Told, name: str) -> str:
    tally = told.tallies[name]
    median = "-" if tally.median_duration_s is None else f"{tally.median_duration_s:g}"
    share = "-" if tally.per_1000_target_days is None else f"{tally.per_1000_target_days:g}"
    top = _named(tally.top_targets)
    return (
        f"{name:{_WIDTH}}{tally.raised:>8}{tally.muted:>8}{median:>10}{tally.standing:>10}{share:>20}  {top}"
    )


def _named(targets: Iterable[dict[str, object]]) -> str:
    return ", ".join(f"{one['id']} {one['raised']}" for one in targets)
