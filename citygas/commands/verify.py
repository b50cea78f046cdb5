"""``citygas verify``: whether stored volumes come out of the raw data again, to the last unit."""

from typing import Annotated

import msgspec
import typer

from citygas.commands.options import AsJson, Config, DataDir, opened
from citygas.commands.times import parse_moment
from citygas.explanation_text import cubic_metres
from telemetry.work.verify import Difference, Verified, verify

_SHOWN = 50


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("verify", help="Work stored volumes out again from raw data; exit 0 only if all agree.")(
        _verify
    )


def _verify(
    meter: Annotated[list[str], typer.Option(help="Repeatable.")],
    begin: Annotated[str, typer.Option("--from", help="Time with offset, RFC 3339.")],
    end: Annotated[str, typer.Option("--to", help="Time with offset, RFC 3339.")],
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    span = parse_moment(begin), parse_moment(end)
    with opened(config, data_dir, "verify") as (connection, *_):
        connection.commit()
        results = [verify(connection, name, *span) for name in meter]
    for one in results:
        if as_json:
            typer.echo(msgspec.json.encode(one).decode())
        else:
            _print(one)
    if not all(one.agrees for one in results):
        raise typer.Exit(1)


def _print(one: Verified) -> None:
    verdict = "all agree" if one.agrees else f"{len(one.differences)} DIFFERENCES"
    typer.echo(f"{one.meter}: {one.hours} hours, base volume {cubic_metres(one.base_volume_um3)}: {verdict}")
    for difference in one.differences[:_SHOWN]:
        typer.echo(f"  {_sentence(difference)}")
    if len(one.differences) > _SHOWN:
        typer.echo(f"  … and {len(one.differences) - _SHOWN} more")


def _sentence(one: Difference) -> str:
    at = one.interval_start.isoformat()
    if one.what == "calculation":
        return f"{at} was worked out by calculation {one.stored}, this version has {one.recomputed}"
    return f"{at} {one.what} stored {one.stored}, comes out as {one.recomputed}"
