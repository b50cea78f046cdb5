"""Volumes: the role ``derive``, and the same work on demand."""

import json
from collections.abc import Iterable
from typing import Annotated

import typer

from citygas.commands.options import AsJson, Config, DataDir, opened
from citygas.commands.roles import run_role
from citygas.commands.times import parse_moment
from telemetry.store.volume_writing import Delta
from telemetry.work.derive import deltas, derive_span
from telemetry.work.deriver import Derived


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("derive", help="Turn readings into hourly volumes; --all recomputes a span.")(_derive)


def _derive(
    everything: Annotated[bool, typer.Option("--all", help="Recompute a span, then stop.")] = False,
    begin: Annotated[str | None, typer.Option("--from", help="Time with offset, RFC 3339.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Time with offset, RFC 3339.")] = None,
    meter: Annotated[list[str] | None, typer.Option(help="Repeatable; default: every meter.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only the deltas.")] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    if not everything:
        run_role("derive", config, data_dir)
        return
    if begin is None or end is None:
        raise typer.BadParameter("--all needs --from and --to")
    span = parse_moment(begin), parse_moment(end)
    with opened(config, data_dir, "derive") as (connection, *_):
        connection.commit()
        connection.autocommit = True
        if dry_run:
            _print_deltas(deltas(connection, meter, *span), as_json=as_json)
        else:
            done = derive_span(connection, meter, *span)
            typer.echo(json.dumps(done._asdict()) if as_json else _sentence(done))


def _print_deltas(found: Iterable[Delta], *, as_json: bool) -> None:
    """Print what would change, an hour a line."""
    for one in found:
        if as_json:
            typer.echo(json.dumps(one._asdict() | {"interval_start": one.interval_start.isoformat()}))
        else:
            stored = (
                "none" if one.stored_base_volume_um3 is None else f"{one.stored_base_volume_um3 / 1e6:.6f}"
            )
            base = f"{one.base_volume_um3 / 1e6:.6f}"
            typer.echo(f"{one.meter} {one.interval_start.isoformat()} base volume {stored} -> {base} m³")


def _sentence(done: Derived) -> str:
    return f"{done.hours} hours worked out: {done.added} new, {done.revised} revised"
