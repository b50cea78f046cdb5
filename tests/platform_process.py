"""``citygas up`` or ``demo`` in a process of its own, as a user starts it."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import psutil
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

READY_WITHIN_S = 120
"""Generous: the machine may be busy with anything."""


class PlatformProcess:
    """A running platform: its addresses, its commands, its end."""

    def __init__(self, data_dir: Path, *arguments: str) -> None:
        self.data_dir = data_dir
        self._log = data_dir.parent / f"{data_dir.name}.out"
        command = [*citygas("up"), "--data-dir", str(data_dir), "--http-port", "0", "--mqtt-port", "0"]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen([*command, *arguments], stdout=log, stderr=subprocess.STDOUT)
        found = self._wait_for(r"^ready (http://\S+) mqtt://([^:\s]+):(\d+)")
        self.http, self.mqtt_host, self.mqtt_port = found[1], found[2], int(found[3])
        self.login = self._wait_for(r"^log-in .*?(http://\S+)")[1]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> int:
        """End it as an init system does; return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def command(self, *arguments: str) -> str:
        """Run another citygas command on the same data directory."""
        return run_citygas(*arguments, "--data-dir", str(self.data_dir))

    def role(self, name: str) -> psutil.Process:
        """Return the process of one role."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        return next(one for one in children if one.cmdline()[1:4] == ["-m", "citygas.roles", name])

    def publish(self, topic: str, payload: object) -> None:
        """Publish one message at QoS 1 and see it acknowledged."""
        with publisher(self.mqtt_host, self.mqtt_port) as client:
            client.publish(topic, json.dumps(payload).encode(), 1).wait_for_publish(30)

    def _wait_for(self, pattern: str) -> re.Match[str]:
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline:
            if match := re.search(pattern, self._log.read_text("utf-8"), re.MULTILINE):
                return match
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"{pattern} not said: {self._log.read_text('utf-8')}")


def citygas(*arguments: str) -> list[str]:
    """Return the command line of the installed command."""
    return [str(Path(sys.executable).with_name("citygas")), *arguments]


def run_citygas(*arguments: str) -> str:
    """Run a command to its end and return what it printed; a failure shows all it said."""
    done = subprocess.run(citygas(*arguments), capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{arguments}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@contextmanager
def publisher(host: str, port: int) -> Iterator[Client]:
    """Connect a publisher."""
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect(host, port)
    client.loop_start()
    yield client
    client.disconnect()
    client.loop_stop()


def proportional_set_size(processes: list[psutil.Process]) -> int:
    """Return the bytes that these processes take together, shared pages counted once."""
    return sum(_pss(one.pid) for one in processes)


def _pss(pid: int) -> int:
    try:
        lines = Path("/proc", str(pid), "smaps_rollup").read_text().splitlines()
    except (OSError, ValueError):
        return 0  # it has ended meanwhile
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
