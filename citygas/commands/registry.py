"""``citygas registry``: the CSV files in and out."""

import time
from pathlib import Path
from typing import Annotated

import typer

from citygas.commands.options import Config, DataDir, opened
from citygas.roles import router
from ingest.replay import replay_refused
from telemetry.work.registry_export import export_registry
from telemetry.work.registry_import import import_registry

app = typer.Typer(no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(help="The folder of the CSV files.")]


@app.command("import")
def _import(folder: Folder, data_dir: DataDir = None, config: Config = None) -> None:
    """Upsert the files of a folder, all or nothing; never deletes."""
    with opened(config, data_dir, "registry") as (connection, dsn, chosen):
        done = import_registry(connection, folder, now=time.time_ns() // 1000)
        connection.commit()
        if done.names_touched:
            mended = replay_refused(
                dsn,
                reason="unknown_device",
                devices=sorted(done.names_touched),
                router=router(chosen),
            )
            typer.echo(f"refused before as unknown, stored now: {mended.committed}")
    for name, file in done.files.items():
        typer.echo(f"{name}: {file.inserted} new, {file.updated} changed, {file.unchanged} as they were")
    for name in done.skipped:
        typer.echo(f"{name}: not a registry file, left alone")
    typer.echo(f"registry version {done.version}")


@app.command("export")
def _export(folder: Folder, data_dir: DataDir = None, config: Config = None) -> None:
    """Write the registry as the same files."""
    with opened(config, data_dir, "registry") as (connection, *_):
        for name, rows in export_registry(connection, folder).items():
            typer.echo(f"{name}: {rows} rows")
