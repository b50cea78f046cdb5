"""The command ``citygas``: one file in `citygas.commands` for each family of sub-commands."""

import sys
from typing import Final

import typer

from citygas.commands import (
    backtest,
    correct,
    dashboards,
    dead_letters,
    decode,
    doctor,
    explain,
    keys,
    readings,
    registry,
    roles,
    rules,
    settle,
    simulate,
    up,
    verify,
    volumes,
)
from telemetry.errors import CitygasError

app = typer.Typer(
    name="citygas",
    help="Gas metering for a city's industrial and commercial customers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_FAMILIES: Final = (
    up,
    roles,
    volumes,
    settle,
    explain,
    verify,
    readings,
    decode,
    correct,
    backtest,
    simulate,
    doctor,
)
for family in _FAMILIES:
    family.add_to(app)
app.add_typer(registry.app, name="registry", help="The registry's CSV files.")
app.add_typer(dead_letters.app, name="dead-letters", help="What was refused: list, show, mend, replay.")
app.add_typer(keys.app, name="keys", help="API keys.")
app.add_typer(rules.app, name="rules", help="Alarm rules, and tests of them.")
app.add_typer(dashboards.app, name="dashboards", help="Grafana dashboards as code.")


def main() -> None:
    """Run one command; exit 0 done, 1 failed, 2 wrong usage."""
    try:
        app()
    except CitygasError as error:
        print(f"citygas: {error}", file=sys.stderr)  # noqa: T201  # the command's own voice
        sys.exit(1)
