"""``citygas verify``: whether volumes and statements come out of the raw data again, to the last unit."""

from typing import Annotated

import msgspec
import typer

from api.explanation.text import cubic_metres
from citygas.commands.options import AsJson, Config, DataDir, opened
from citygas.commands.times import parse_moment
from telemetry.work.verify import Difference, Verified, verify
from telemetry.work.verify_statement import Disagreement, StatementVerified, verify_statement

_SHOWN = 50
_ANY = "2000-01-01T00:00:00Z"
"""Stands where no span is asked for."""


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(
        "verify", help="Work stored volumes or a statement out again from raw data; exit 0 only if all agree."
    )(_verify)


def _verify(
    meter: Annotated[list[str] | None, typer.Option(help="Repeatable; needs --from and --to.")] = None,
    begin: Annotated[str | None, typer.Option("--from", help="Time with offset, RFC 3339.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Time with offset, RFC 3339.")] = None,
    statement: Annotated[list[int] | None, typer.Option(help="A statement's number; repeatable.")] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    if bool(meter) == bool(statement):
        raise typer.BadParameter("expected --meter with --from and --to, or --statement")
    if meter and (begin is None or end is None):
        raise typer.BadParameter("--meter needs --from and --to")
    span = parse_moment(begin or _ANY), parse_moment(end or _ANY)
    with opened(config, data_dir, "verify") as (connection, *_):
        connection.commit()
        connection.autocommit = True
        results: list[Verified | StatementVerified] = [
            verify(connection, name, *span) for name in meter or ()
        ]
        results += [verify_statement(connection, number) for number in statement or ()]
    for one in results:
        if as_json:
            typer.echo(msgspec.json.encode(one).decode())
        else:
            _print(one)
    if not all(one.agrees for one in results):
        raise typer.Exit(1)


def _print(one: Verified | StatementVerified) -> None:
    verdict = "all agree" if one.agrees else f"{len(one.differences)} DIFFERENCES"
    typer.echo(
        f"{_named(one)}: {one.hours} hours, base volume {cubic_metres(one.base_volume_um3)}: {verdict}"
    )
    for difference in one.differences[:_SHOWN]:
        typer.echo(f"  {_sentence(difference)}")
    if len(one.differences) > _SHOWN:
        typer.echo(f"  … and {len(one.differences) - _SHOWN} more")


def _named(one: Verified | StatementVerified) -> str:
    if isinstance(one, Verified):
        return one.meter
    return f"statement {one.statement} ({one.period}, {one.status})"


def _sentence(one: Difference | Disagreement) -> str:
    meter = one.meter if isinstance(one, Disagreement) else None
    at = one.interval_start.isoformat() if one.interval_start else None
    where = " ".join(part for part in (meter, at) if part) or "the whole"
    if one.what == "calculation":
        return f"{where} was worked out by calculation {one.stored}, this version has {one.recomputed}"
    return f"{where} {one.what} stored {one.stored}, comes out as {one.recomputed}"
