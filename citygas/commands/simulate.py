"""``citygas simulate``: publish a simulated city to any broker."""

import signal
import threading
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from telemetry.errors import CitygasError, ConfigurationError


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("simulate", help="Publish a simulated city to any broker.")(_simulate)


def _simulate(
    broker: Annotated[str, typer.Option(help="mqtt://[user:password@]host[:port] or mqtts://…")],
    scenario: Annotated[Path | None, typer.Option(help="TOML; default: the city in the package.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed is another city.")] = 1,
    for_s: Annotated[float | None, typer.Option("--for", help="Seconds of life after its past.")] = None,
    speed: Annotated[float | None, typer.Option(help="Instead of the scenario's.")] = None,
    registry_dir: Annotated[Path | None, typer.Option(help="Write the registry's CSV files here.")] = None,
    truth: Annotated[Path | None, typer.Option(help="Write what was injected here, as JSON.")] = None,
) -> None:
    from simulators.run import simulate  # noqa: PLC0415  # only here and in the demo
    from simulators.scenario import load_scenario  # noqa: PLC0415

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        chosen = load_scenario(scenario)
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"--scenario: {error}") from None
    if speed is not None:
        chosen = replace(chosen, speed=speed)
    try:
        injected = simulate(broker, chosen, seed, for_s, registry_dir, stop=stop)
    except (OSError, ValueError) as error:
        raise CitygasError(f"simulate: {error}") from error
    if truth is not None:
        truth.write_text(injected.to_json() + "\n", encoding="utf-8")
    typer.echo(injected.to_json())
