"""The whole platform in one process tree: ``up``, and ``demo`` with a simulated city."""

import logging
import signal
import threading
from typing import TYPE_CHECKING, Annotated

import typer

from citygas.commands.options import Config, DataDir, settings
from citygas.progress import Progression
from citygas.roles import log_to_stderr, router
from citygas.supervisor import Platform

if TYPE_CHECKING:
    from citygas.demo import Comparison

HttpPort = Annotated[
    int | None, typer.Option(help="Of the API and the pages.", show_default="8080 or the next free")
]
MqttPort = Annotated[
    int | None, typer.Option(help="Of the embedded broker.", show_default="1883 or the next free")
]
Host = Annotated[str | None, typer.Option(help="Address that HTTP listens on.", show_default="127.0.0.1")]

_LOOK_EVERY_S = 0.5


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("up", help="Run the whole platform until SIGTERM.")(_up)
    app.command("demo", help="The same with a simulated city.")(_demo)


def _up(
    data_dir: DataDir = None,
    http_port: HttpPort = None,
    mqtt_port: MqttPort = None,
    host: Host = None,
    config: Config = None,
) -> None:
    chosen = settings(config, data_dir, http__port=http_port, http__host=host, mqtt__port=mqtt_port)
    router(chosen)  # what is wrong of a route stops the start, not one role again and again
    stop = stop_on_signal()
    with Platform(chosen) as platform:
        platform.start_roles()
        announce(platform)
        while not stop.wait(_LOOK_EVERY_S):
            platform.revive()


def _demo(
    for_s: Annotated[float | None, typer.Option("--for", help="Stop so many seconds after ready.")] = None,
    speed: Annotated[float, typer.Option(help="How much faster the city lives.", min=0.1)] = 1.0,
    data_dir: DataDir = None,
    http_port: HttpPort = None,
    mqtt_port: MqttPort = None,
    host: Host = None,
    config: Config = None,
) -> None:
    from citygas.demo import Demo, with_routes  # noqa: PLC0415  # only the demo needs the simulators

    given = settings(config, data_dir, http__port=http_port, http__host=host, mqtt__port=mqtt_port)
    chosen = with_routes(given)
    router(chosen)  # what is wrong of a route stops the start, not one role again and again
    stop = stop_on_signal()
    with Platform(chosen) as platform:
        demo = Demo(platform, speed, stop)
        demo.register()
        platform.start_roles()
        with Progression("history") as past:
            comparison = demo.run(for_s, past.show, lambda: _begin_life(past, platform))
        summarise(comparison)
    if not comparison.equal:
        raise typer.Exit(1)


def stop_on_signal() -> threading.Event:
    """Return an event that SIGTERM or SIGINT sets."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    log_to_stderr(logging.WARNING)
    return stop


def _begin_life(past: Progression, platform: Platform) -> None:
    past.close()
    announce(platform)


def announce(platform: Platform) -> None:
    """Say where everything is, once all of it answers."""
    typer.echo(f"ready {platform.http_url} {platform.mqtt_url}")
    typer.echo(f"log-in (once, within a day): {platform.login_url()}")
    if platform.broker is not None and platform.broker.kind == "amqtt":
        typer.echo("broker: amqtt, for a first look only; install mosquitto to keep what is in flight")


def summarise(comparison: "Comparison") -> None:
    """Print what was injected beside what the platform counted."""
    typer.echo(f"{'':12}{'injected':>12}{'platform':>12}")
    for name, (injected, arrived) in comparison.figures.items():
        mark = "" if injected == arrived else "  differs"
        typer.echo(f"{name:12}{injected:>12}{arrived:>12}{mark}")
    now, held = comparison.after.counts_since(comparison.before), comparison.after.in_flight
    parts = (
        f"committed {now.committed} + duplicate {now.duplicate} + refused {now.refused} + in flight {held}"
    )
    typer.echo(f"received {now.received + held} = {parts}")
    typer.echo(f"hourly volumes {comparison.after.hours}")
    for rule, target in sorted(comparison.injected.alarms ^ comparison.raised):
        side = "not raised" if (rule, target) in comparison.injected.alarms else "not injected"
        typer.echo(f"alarm {rule} {target}: {side}")
