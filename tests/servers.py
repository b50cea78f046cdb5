"""Fixtures that start real servers in private folders, off the usual ports, and prove whose they are."""

import os
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from citygas.embedded.broker import EmbeddedBroker, find_mosquitto
from citygas.embedded.postgres import EmbeddedPostgres
from telemetry.store.migrate import migrate

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
TEST_SETTINGS: Mapping[str, str] = {"fsync": "off", "full_page_writes": "off", "max_connections": "60"}
"""No test cuts the machine's power, and killed processes need no fsync; everything else is as shipped."""
TIMESCALE_SETTINGS: Mapping[str, str] = {
    **TEST_SETTINGS,
    "shared_preload_libraries": "timescaledb",
    "timescaledb.telemetry_level": "off",
    "max_worker_processes": "24",
}
_ROOMY = 6 << 30
"""Two processes with two servers each, whose write-ahead logs may grow to a GiB. [bytes]"""
MARKED_BY_FIXTURE = {
    "timescale_server": "timescale",
    "mosquitto": "mosquitto",
    "browser": "browser",
    "chromium": "browser",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by the servers they ask for, so that `-m 'not browser'` needs no bookkeeping."""
    for item in items:
        for fixture in getattr(item, "fixturenames", ()):
            if marker := MARKED_BY_FIXTURE.get(fixture):
                item.add_marker(marker)


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """A folder for servers' files that PostgreSQL's user may enter when the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix="citygas-test-", dir=_memory()))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _memory() -> Path | None:
    """Return the folder that Linux keeps in memory, where it is roomy: a database is 900 small files."""
    folder = Path("/dev/shm")
    roomy = folder.is_dir() and shutil.disk_usage(folder).free >= _ROOMY
    return folder if roomy and os.access(folder, os.W_OK) else None


@pytest.fixture(scope="session")
def postgres_server(server_folder: Path) -> Iterator[EmbeddedPostgres]:
    """The embedded PostgreSQL 18, as it is shipped: the plain profile."""
    with EmbeddedPostgres(server_folder / "plain", settings=TEST_SETTINGS) as server:
        assert server.running, "another server answers on this socket"
        yield server


@pytest.fixture(scope="session")
def timescale_server(server_folder: Path) -> Iterator[EmbeddedPostgres]:
    """A server of the system that can load TimescaleDB: the timescale profile."""
    bin_dir = timescale_binaries()
    if bin_dir is None:
        pytest.skip("no PostgreSQL under /usr/lib/postgresql has TimescaleDB: its profile is not tested")
    with EmbeddedPostgres(
        server_folder / "timescale", bin_dir=bin_dir, settings=TIMESCALE_SETTINGS
    ) as server:
        assert server.running, "another server answers on this socket"
        yield server


def timescale_binaries() -> Path | None:
    """Find the newest PostgreSQL of the system that has TimescaleDB's library."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/lib/timescaledb.so"), key=lambda path: int(path.parts[-3])
    )
    return found[-1].parent.parent / "bin" if found else None


@pytest.fixture(scope="session")
def postgres_dsn(postgres_server: EmbeddedPostgres) -> str:
    """Connection string of the plain server's own database `citygas`."""
    return postgres_server.dsn


@pytest.fixture(scope="session")
def timescale_dsn(timescale_server: EmbeddedPostgres) -> str:
    """Connection string of the TimescaleDB server's own database `citygas`."""
    return timescale_server.dsn


@pytest.fixture(params=["plain", pytest.param("timescale", marks=pytest.mark.timescale)])
def profile(request: pytest.FixtureRequest) -> str:
    """Each storage profile in turn; TimescaleDB's is skipped where no server has it."""
    return str(request.param)


@pytest.fixture
def profile_dsn(request: pytest.FixtureRequest, profile: str) -> str:
    """Connection string of the profile's server."""
    return str(request.getfixturevalue({"plain": "postgres_dsn", "timescale": "timescale_dsn"}[profile]))


@pytest.fixture
def database(profile_dsn: str, migrated_template: Callable[[str], str]) -> Iterator[str]:
    """Connection string of a fresh, migrated database, once for each profile; dropped afterwards."""
    dsn = create_database(profile_dsn, template=migrated_template(profile_dsn))
    yield dsn
    drop_database(dsn)


@pytest.fixture
def plain_database(postgres_dsn: str, migrated_template: Callable[[str], str]) -> Iterator[str]:
    """Connection string of a fresh, migrated database of the plain profile alone."""
    dsn = create_database(postgres_dsn, template=migrated_template(postgres_dsn))
    yield dsn
    drop_database(dsn)


@pytest.fixture
def empty_database(profile_dsn: str) -> Iterator[str]:
    """Connection string of a database that nothing was done to, once for each profile."""
    dsn = create_database(profile_dsn)
    yield dsn
    drop_database(dsn)


@pytest.fixture(scope="session")
def migrated_template() -> Callable[[str], str]:
    """Give the name of a server's migrated database; a copy takes a tenth of the time of migrating."""
    return cache(_migrated)


def _migrated(server_dsn: str) -> str:
    dsn = create_database(server_dsn)
    with psycopg.connect(dsn, autocommit=True) as connection:
        migrate(connection)
    return made_template(dsn)


def made_template(dsn: str) -> str:
    """Keep everybody out of a database, TimescaleDB's workers too: only then can it be copied."""
    name = str(conninfo_to_dict(dsn)["dbname"])
    with psycopg.connect(make_conninfo(dsn, dbname="postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(name)))
        connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s", [name]
        )
    return name


def create_database(server_dsn: str, *, template: str = "template0") -> str:
    """Create a database under a new name, from a template if one is named; return its connection string."""
    name = f"test_{secrets.token_hex(6)}"
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
        sql.Identifier(name), sql.Identifier(template)
    )
    with psycopg.connect(server_dsn, autocommit=True) as connection:
        connection.execute(statement)
    return make_conninfo(server_dsn, dbname=name)


def drop_database(dsn: str) -> None:
    """Drop a database, ending sessions that a test left open."""
    name = str(conninfo_to_dict(dsn)["dbname"])
    with psycopg.connect(make_conninfo(dsn, dbname="postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def mosquitto(server_folder: Path) -> Iterator[EmbeddedBroker]:
    """A fresh mosquitto on a free port with the shipped durability settings."""
    if find_mosquitto() is None:
        pytest.skip("mosquitto is not on this machine: install Debian's package `mosquitto`")
    home = Path(tempfile.mkdtemp(prefix="broker-", dir=server_folder))
    with EmbeddedBroker(home, 0, kind="mosquitto") as broker:
        yield broker
    shutil.rmtree(home)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium that starts."""
    path = next(
        (
            found
            for name in ("chromium", "chromium-browser", "google-chrome")
            if (found := shutil.which(name))
        ),
        None,
    )
    if path is None:
        pytest.skip("no Chromium on this machine: install Debian's package `chromium`")
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False, timeout=60)
    if not re.search(r"\d+\.\d+", said.stdout):
        pytest.skip(f"{path} does not start: {said.stderr.strip()[-200:]}")
    return path


@pytest.fixture
def browser(chromium: str) -> Iterator["Browser"]:
    """A headless browser of the system; one per test, since playwright's event loop must not outlive it."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- slow to import, needed by few tests

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_ARGUMENTS))
        yield opened
        opened.close()
