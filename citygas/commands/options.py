"""Options that many commands share, and what they open."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NamedTuple, TypeAlias

import typer
from psycopg import Connection

from citygas.settings import Settings, load
from citygas.supervisor import Database
from telemetry.store.migrate import migrate
from telemetry.store.pool import connect

DataDir: TypeAlias = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Where the embedded platform lives.", show_default="./citygas-data"),
]
Config: TypeAlias = Annotated[
    Path | None, typer.Option("--config", help="Settings file.", show_default="citygas.toml")
]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def settings(config: Path | None, data_dir: Path | None, **overrides: object) -> Settings:
    """Read the settings, the command line's word last."""
    return load(config, overrides={"data_dir": data_dir, **overrides})


class Opened(NamedTuple):
    """A connection to the platform's database, how others reach it, and the settings."""

    connection: Connection
    dsn: str
    settings: Settings


@contextmanager
def opened(config: Path | None, data_dir: Path | None, name: str) -> Iterator[Opened]:
    """Open the platform's database, brought to this version; what is done in it commits at the end."""
    chosen = settings(config, data_dir)
    with Database(chosen) as dsn, connect(dsn, name) as connection:
        migrate(connection)
        yield Opened(connection, dsn, chosen)
