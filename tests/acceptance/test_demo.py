"""``citygas demo`` as a newcomer runs it: what was injected arrives, is counted and rings."""

import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.platform_process import citygas, proportional_set_size

FIGURES = ("received", "committed", "duplicates", "refused", "alarms")
MEMORY_LIMIT = 600 * 1024 * 1024


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="citygas-demo-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "data"


def demo(data_dir: Path, seconds: int, largest: list[int] | None = None, **environment: str) -> str:
    """Run a demo to its end; note the most memory that all its processes took together."""
    arguments = ["demo", "--for", str(seconds), "--http-port", "0", "--mqtt-port", "0"]
    with subprocess.Popen(
        [*citygas(*arguments), "--data-dir", str(data_dir)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={"PATH": "/usr/bin:/bin:/usr/sbin", **environment},
    ) as process:
        while process.poll() is None:
            if largest is not None:
                largest.append(proportional_set_size(everything(process.pid, data_dir)))
            time.sleep(0.5)
        said = process.stdout.read() if process.stdout else ""
    assert process.returncode == 0, said
    return said


def everything(pid: int, data_dir: Path) -> list[psutil.Process]:
    """Return the process tree and the database's, which is a tree of its own."""
    try:
        tree = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        lock = data_dir / "postgres" / "data" / "postmaster.pid"
        postmaster = psutil.Process(int(lock.read_text().split()[0]))
        return list({one.pid: one for one in (*tree, postmaster, *postmaster.children())}.values())
    except (psutil.NoSuchProcess, OSError, IndexError, ValueError):
        return []


def figures(said: str) -> dict[str, tuple[int, int]]:
    rows = re.findall(r"^(\w+) +(\d+) +(\d+)", said, re.MULTILINE)
    return {name: (int(injected), int(arrived)) for name, injected, arrived in rows if name in FIGURES}


@pytest.mark.mosquitto
def test_what_is_injected_arrives_and_rings_within_the_memory(data_dir: Path) -> None:
    largest: list[int] = []
    said = demo(data_dir, 45, largest)
    found = figures(said)
    assert set(found) == set(FIGURES), said
    assert all(injected == arrived > 0 for injected, arrived in found.values()), said
    identity = re.search(
        r"received (\d+) = committed (\d+) \+ duplicate (\d+) \+ refused (\d+) \+ in flight (\d+)", said
    )
    assert identity is not None
    received, *parts = map(int, identity.groups())
    assert received == sum(parts) == found["received"][0]
    assert 0 < max(largest) < MEMORY_LIMIT

    again = figures(demo(data_dir, 20))
    assert all(injected == arrived for injected, arrived in again.values()), again


def test_a_first_look_without_mosquitto(data_dir: Path) -> None:
    said = demo(data_dir, 40, CITYGAS_MQTT__EMBEDDED="amqtt")
    assert "for a first look" in said
    assert all(injected == arrived > 0 for injected, arrived in figures(said).values()), said
