"""``citygas explain``: where the volume of one hour comes from."""

from enum import StrEnum
from typing import Annotated

import msgspec
import typer

from api.explanation.page import page
from citygas.commands.options import AsJson, Config, DataDir, opened
from citygas.commands.times import parse_moment
from telemetry.model import moment
from telemetry.work.explain import explain


class Language(StrEnum):
    """The languages of the page."""

    ZH = "zh"
    EN = "en"


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("explain", help="Say where the volume of an hour comes from.")(_explain)


def _explain(
    meter: Annotated[str, typer.Argument(help="The meter.")],
    at: Annotated[str, typer.Option(help="A time within the hour, with offset, RFC 3339.")],
    as_json: AsJson = False,
    language: Annotated[Language, typer.Option(help="Of the page.")] = Language.EN,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    with opened(config, data_dir, "explain") as (connection, *_):
        connection.commit()
        found = explain(connection, meter, moment(parse_moment(at)))
    if as_json:
        typer.echo(msgspec.json.encode(found).decode())
    else:
        typer.echo(page(found, language.value), nl=False)
