"""A private MQTT broker under the data directory: mosquitto when present, else amqtt for a first look."""

import fcntl
import importlib.resources
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, Self

from citygas.embedded import ports
from telemetry.errors import CitygasError

log = logging.getLogger(__name__)

DEFAULT_PORT = 1883
START_TIMEOUT_S = 30
STOP_TIMEOUT_S = 60
"""A clean stop writes every queued message to disk."""
LOG_LIMIT = 1_000_000
Kind = Literal["mosquitto", "amqtt"]


def find_mosquitto() -> str | None:
    """Find mosquitto, also where Debian keeps it outside an ordinary user's PATH."""
    return shutil.which(
        "mosquitto", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    )


def durability() -> str:
    """Return the shipped settings that keep mosquitto from losing what it acknowledged."""
    return (importlib.resources.files(__package__ or "") / "mosquitto.durability.conf").read_text()


class EmbeddedBroker:
    """One broker per data directory; one left behind by a killed process is taken over."""

    def __init__(
        self, data_dir: Path, port: int | None = None, host: str = "127.0.0.1", *, kind: Kind | None = None
    ) -> None:
        """Prepare; `port` None means 1883 or the next free one, 0 any free one."""
        self.home = data_dir.absolute() / "broker"
        self.host = host
        self._wanted_port = port
        self._port = 0
        self._program = find_mosquitto()
        self.kind: Kind = kind or ("mosquitto" if self._program else "amqtt")
        self._process: subprocess.Popen[bytes] | None = None
        self._pid = 0
        self._lock: IO[bytes] | None = None

    def __enter__(self) -> Self:
        """Start the broker."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the broker."""
        self.stop()

    @property
    def port(self) -> int:
        """The port it listens on, kept across stops; known once it was started."""
        if not self._port:
            raise CitygasError("the embedded broker was not started")
        return self._port

    @property
    def pid(self) -> int:
        """The broker's process, 0 when it is not started."""
        return self._pid

    @property
    def url(self) -> str:
        """The address that clients use."""
        return f"mqtt://{self.host}:{self.port}"

    @property
    def running(self) -> bool:
        """Whether our broker's process is alive."""
        if self._process is not None:
            return self._process.poll() is None
        return self._pid != 0 and self._is_ours(self._pid)

    def start(self) -> None:
        """Start the broker, or take over one left behind; after a crash start again on the same port."""
        if self.running:
            return
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._take_lock()
        try:
            if not self._take_over():
                self._launch_somewhere()
            (self.home / "address").write_text(f"{self._pid} {self.kind} {self.host} {self._port}\n")
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the broker cleanly, so that it saves its sessions, and wait for it."""
        if self.running:
            os.kill(self._pid, signal.SIGTERM)
            self._wait_until_gone()
        (self.home / "address").unlink(missing_ok=True)
        self._process, self._pid = None, 0
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def kill(self) -> None:
        """Crash the broker at once, as a power cut would; for tests of durability."""
        if self.running:
            os.kill(self._pid, signal.SIGKILL)
            self._wait_until_gone()

    def _take_lock(self) -> None:
        """Keep a second broker off these files; the kernel frees the lock when its holder is killed."""
        if self._lock is not None:
            return
        lock = (self.home / "lock").open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise CitygasError(f"a broker already runs in {self.home}, started by another citygas") from None
        self._lock = lock

    def _is_ours(self, pid: int) -> bool:
        """Whether a process is a broker started from this folder."""
        try:
            return str(self.home).encode() in Path("/proc", str(pid), "cmdline").read_bytes()
        except OSError:
            return False

    def _take_over(self) -> bool:
        """Use the broker that a killed process left behind, when it is of our kind and on our port."""
        try:
            pid, kind, host, port = (self.home / "address").read_text().split()
        except (FileNotFoundError, ValueError):
            return False
        if not self._is_ours(int(pid)):
            return False
        self._pid = int(pid)
        if kind == self.kind and host == self.host and self._wanted_port in {None, 0, int(port)}:
            self._port = int(port)
            log.info("broker taken over", extra={"pid": self._pid, "port": self._port})
            return ports.speaks_mqtt(self.host, self._port)
        os.kill(self._pid, signal.SIGTERM)
        self._wait_until_gone()
        return False

    def _launch_somewhere(self) -> None:
        """Start on the port that was asked for, else on the first free one, also when another is quicker."""
        if self._wanted_port:
            if not ports.is_free(self.host, self._wanted_port):
                raise CitygasError(
                    f"port {self._wanted_port} on {self.host} is taken; choose another --mqtt-port"
                )
            self._launch(self._wanted_port)
            return
        if self._port and ports.is_free(self.host, self._port):
            self._launch(self._port)
            return
        wanted = DEFAULT_PORT
        for _ in range(10):
            port = (
                ports.any_free(self.host) if self._wanted_port == 0 else ports.first_free(self.host, wanted)
            )
            try:
                self._launch(port)
            except CitygasError:
                if ports.is_free(self.host, port):
                    raise
                wanted = port + 1
            else:
                return
        raise CitygasError(f"no free port for the embedded broker on {self.host} from {DEFAULT_PORT} on")

    def _launch(self, port: int) -> None:
        """Start the broker's process and wait until this very process answers."""
        path = self.home / "broker.log"
        if path.exists() and path.stat().st_size > LOG_LIMIT:
            path.unlink()
        with path.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 -- our own argument list, no shell
                self._command(port),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.home,
                start_new_session=True,  # Ctrl-C in a terminal is ours to pass on, in order
            )
        self._pid, self._port = self._process.pid, port
        deadline = time.monotonic() + START_TIMEOUT_S
        while not (ports.listens(self._pid, port) and ports.speaks_mqtt(self.host, port)):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise CitygasError(f"{self.kind} did not start on {self.host}:{port}\n{self._log_tail()}")
            time.sleep(0.02)

    def _command(self, port: int) -> list[str]:
        """Return the command line; it names our folder, by which a left-behind broker is known again."""
        if self.kind == "amqtt":
            module = ["-m", "citygas.embedded.amqtt_broker"]
            return [
                sys.executable,
                *module,
                "--host",
                self.host,
                "--port",
                str(port),
                "--home",
                str(self.home),
            ]
        if self._program is None:
            raise CitygasError("mosquitto is not on this machine")
        configuration = self.home / "mosquitto.conf"
        configuration.write_text(self._mosquitto_conf(port))
        return [self._program, "-c", str(configuration)]

    def _mosquitto_conf(self, port: int) -> str:
        """Return the shipped durability settings and what is private to this folder."""
        own = [
            f"listener {port} {self.host}",
            "allow_anonymous true",
            f"persistence_location {self.home}/",
            "log_dest stderr",
            "log_type error",
            "log_type warning",
        ]
        if os.geteuid() == 0:
            own.append("user root")  # else it becomes a user that cannot write this private folder
        return durability() + "\n" + "\n".join(own) + "\n"

    def _wait_until_gone(self) -> None:
        """Wait for the broker's process to end, be it our child or taken over."""
        if self._process is not None:
            self._process.wait(STOP_TIMEOUT_S)
            return
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while self._is_ours(self._pid):
            if time.monotonic() > deadline:
                raise CitygasError(f"the broker (pid {self._pid}) does not end")
            time.sleep(0.05)

    def _log_tail(self) -> str:
        """Return the last lines of the broker's log."""
        return "\n".join((self.home / "broker.log").read_text(errors="replace").splitlines()[-15:])
