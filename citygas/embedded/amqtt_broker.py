"""A pure-Python MQTT 3.1.1 broker for a first look where mosquitto is missing: `python -m` this module."""

import argparse
import asyncio
import logging
import signal

from amqtt.broker import Broker

PLUGINS = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}


async def serve(host: str, port: int) -> None:
    """Run the broker until SIGTERM or SIGINT."""
    config = {"listeners": {"default": {"type": "tcp", "bind": f"{host}:{port}"}}, "plugins": PLUGINS}
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    broker = Broker(config, loop=loop)
    await broker.start()
    await ended.wait()
    await broker.shutdown()


def main() -> None:
    """Read the address from the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", required=True, type=int)
    parser.add_argument("--home", help="not read: marks whose broker this process is")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(serve(arguments.host, arguments.port))


if __name__ == "__main__":
    main()
