"""One role each, for a machine of its own, and ``migrate``."""

from pathlib import Path
from typing import Annotated

import typer

from citygas.commands.options import Config, DataDir, opened, settings
from citygas.roles import ROLES, Orders, serve
from citygas.supervisor import Database
from telemetry.store.migrate import migrate, pending
from telemetry.store.pool import connect


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("collect", help="Broker to committed rows.")(_collect)
    app.command("watch", help="Evaluate the alarm rules.")(_watch)
    app.command("api", help="Serve the API and the operator page.")(_api)
    app.command("migrate", help="Bring the database to this version.")(_migrate)


def run_role(role: str, config: Path | None, data_dir: Path | None, **overrides: object) -> None:
    """Run one role until it is told to stop."""
    chosen = settings(config, data_dir, **overrides)
    with Database(chosen) as dsn:
        serve(ROLES[role](), Orders(dsn=dsn, settings=chosen))


def _collect(data_dir: DataDir = None, config: Config = None) -> None:
    run_role("collect", config, data_dir)


def _watch(data_dir: DataDir = None, config: Config = None) -> None:
    run_role("watch", config, data_dir)


def _api(
    data_dir: DataDir = None,
    config: Config = None,
    http_port: Annotated[int | None, typer.Option(help="Port of the API and the pages.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
) -> None:
    run_role("api", config, data_dir, http__port=http_port, http__host=host)


def _migrate(
    data_dir: DataDir = None,
    config: Config = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
) -> None:
    if dry_run:
        with Database(settings(config, data_dir)) as dsn, connect(dsn, "migrate") as connection:
            todo = pending(connection)
            connection.rollback()
    else:
        with opened(config, data_dir, "migrate") as (connection, *_):
            todo = migrate(connection)
    for one in todo:
        typer.echo(f"{one.number:04d} {one.name}")
    if not todo:
        typer.echo("nothing to do")
