"""``citygas dashboards``: Grafana from code."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)

_FOLDER = Path("deploy/grafana/dashboards")

Url = Annotated[str, typer.Option(help="Where Grafana is.")]
Token = Annotated[str, typer.Option(help="A service account's token.", envvar="CITYGAS_GRAFANA_TOKEN")]


@app.command("build")
def _build(
    folder: Annotated[Path, typer.Argument(help="Where to write the JSON files.")] = Path(
        "deploy/grafana/dashboards"
    ),
) -> None:
    """Write the dashboards as JSON files."""
    from grafana.build import build  # noqa: PLC0415  # the SDK is large, and only needed here

    for path in build(folder):
        typer.echo(str(path))


@app.command("push")
def _push(url: Url, token: Token) -> None:
    """Bring a Grafana server's dashboards to this version."""
    from grafana.push import push  # noqa: PLC0415

    for line in push(url, token):
        typer.echo(str(line))


@app.command("diff")
def _diff(url: Url, token: Token) -> None:
    """Compare a server's dashboards with this version; exit 1 when they differ."""
    from grafana.diff import diff  # noqa: PLC0415

    found = list(diff(url, token))
    for line in found:
        typer.echo(str(line))
    if found:
        raise typer.Exit(1)
