"""The whole platform in one process tree: ``up``, and ``demo`` with a simulated city."""

import logging
import signal
import threading
from typing import Annotated

import typer

from citygas.commands.options import Config, DataDir, settings
from citygas.roles import log_to_stderr
from citygas.supervisor import Platform

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


def _up(
    data_dir: DataDir = None,
    http_port: HttpPort = None,
    mqtt_port: MqttPort = None,
    host: Host = None,
    config: Config = None,
) -> None:
    chosen = settings(config, data_dir, http__port=http_port, http__host=host, mqtt__port=mqtt_port)
    stop = stop_on_signal()
    with Platform(chosen) as platform:
        platform.start_roles()
        announce(platform)
        while not stop.wait(_LOOK_EVERY_S):
            platform.revive()


def stop_on_signal() -> threading.Event:
    """Return an event that SIGTERM or SIGINT sets."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    log_to_stderr(logging.WARNING)
    return stop


def announce(platform: Platform) -> None:
    """Say where everything is, once all of it answers."""
    typer.echo(f"ready {platform.http_url} {platform.mqtt_url}")
    typer.echo(f"log-in (once, within a day): {platform.login_url()}")
    if platform.broker is not None and platform.broker.kind == "amqtt":
        typer.echo("broker: amqtt, for a first look only; install mosquitto to keep what is in flight")
