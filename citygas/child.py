"""One process of the platform: started with its settings, started again when it falls, stopped cleanly."""

import contextlib
import logging
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

log: Final = logging.getLogger(__name__)

_STOP_TIMEOUT_S: Final = 20
_LONGEST_BACKOFF_S: Final = 30.0
_STEADY_S: Final = 60.0
"""A process that ran this long has recovered: its next fall is a first one."""


class Child:
    """A Python module in a process of its own, its log in a file."""

    def __init__(self, name: str, arguments: list[str], log_file: Path) -> None:
        """Prepare; nothing is started yet."""
        self.name = name
        self._arguments = [sys.executable, "-m", *arguments]
        self._given: bytes | None = None
        self._log_file = log_file
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._backoff = 0.5
        self._again_at = 0.0

    @property
    def pid(self) -> int:
        """Process id, 0 before the first start."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start it: it loads what it needs, then waits on standard input for what it is given."""
        with self._log_file.open("ab") as sink:
            self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
                self._arguments, stdin=subprocess.PIPE, stdout=sink, stderr=sink
            )
        self._started = time.monotonic()
        if self._given is not None:
            self.give(self._given)

    def give(self, given: bytes) -> None:
        """Hand it what it waits for, now and at each later start."""
        self._given = given
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):  # it has fallen: `revive` says so
                self._process.stdin.write(given)
                self._process.stdin.close()

    def revive(self, now: float) -> None:
        """Start it again if it has fallen, more slowly each time it falls soon."""
        if self._process is None or self._process.poll() is None:
            return
        if not self._again_at:
            if now - self._started > _STEADY_S:
                self._backoff = 0.5
            self._again_at = now + self._backoff
            self._backoff = min(2 * self._backoff, _LONGEST_BACKOFF_S)
            log.error("fallen process=%s status=%s %s", self.name, self._process.returncode, self.tail())
        elif now >= self._again_at:
            self._again_at = 0.0
            self.start()

    def stop(self) -> None:
        """Ask it to end; kill it only when it does not."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            log.warning("killed process=%s", self.name)
            self._process.kill()
            self._process.wait()

    def tail(self) -> str:
        """Return the last line it logged."""
        lines = self._log_file.read_text("utf-8", "replace").splitlines() if self._log_file.exists() else []
        return lines[-1] if lines else ""
