"""``citygas simulate``: publish a simulated city to any broker."""

import typer


def add_to(app: typer.Typer) -> None:
    """Register the command."""
