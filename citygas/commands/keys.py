"""``citygas keys``: who may ask the API."""

from typing import Annotated

import typer

from citygas.commands.options import Config, DataDir, opened
from telemetry.store.keys import SCOPES, create_key, list_keys, revoke_key

app = typer.Typer(no_args_is_help=True)


@app.command("create")
def _create(
    name: Annotated[str, typer.Option(help="What people call it.")],
    scope: Annotated[list[str], typer.Option(help=f"Repeatable: {', '.join(SCOPES)}.")],
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Make a key and print it, this once."""
    with opened(config, data_dir, "keys") as (connection, *_):
        key = create_key(connection, name, scope)
    typer.echo(key)


@app.command("list")
def _list(data_dir: DataDir = None, config: Config = None) -> None:
    """List the keys: name, prefix, scopes, last use."""
    with opened(config, data_dir, "keys") as (connection, *_):
        for key in list_keys(connection):
            state = "revoked" if key.revoked_at else f"last used {key.last_used_at or 'never'}"
            typer.echo(f"{key.name}\t{key.prefix}…\t{' '.join(key.scopes)}\t{state}")


@app.command("revoke")
def _revoke(
    name: Annotated[str, typer.Option(help="The key's name.")],
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """End a key at once."""
    with opened(config, data_dir, "keys") as (connection, *_):
        revoke_key(connection, name)
