"""The embedded PostgreSQL starts anywhere, is shared, survives crashes and says why when it cannot start."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from citygas.embedded.postgres import EmbeddedPostgres, wheel_binaries
from telemetry.errors import CitygasError

OTHER_COMMAND = """
import sys
from pathlib import Path
import psycopg
from citygas.embedded.postgres import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1])) as server, psycopg.connect(server.dsn) as connection:
    print(connection.execute("SELECT sum(id) FROM kept").fetchone()[0])
"""


@pytest.fixture
def data_dir(server_folder: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    folder = server_folder / request.node.name
    yield folder
    EmbeddedPostgres(folder).stop()


def keep(server: EmbeddedPostgres, number: int) -> None:
    with psycopg.connect(server.dsn) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (id int)")
        connection.execute("INSERT INTO kept VALUES (%s)", [number])


def kept(server: EmbeddedPostgres) -> list[int]:
    with psycopg.connect(server.dsn) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM kept ORDER BY id")]


def setting(server: EmbeddedPostgres, name: str) -> str:
    with psycopg.connect(server.dsn) as connection:
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert row is not None
    return str(row[0])


def postmaster(server: EmbeddedPostgres) -> int:
    return int((server.cluster / "postmaster.pid").read_text().splitlines()[0])


def test_what_was_written_is_there_after_a_clean_stop(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as server:
        keep(server, 1)
    assert not server.running
    with EmbeddedPostgres(data_dir) as server:
        assert kept(server) == [1]


def test_it_is_durable_and_needs_no_network_or_locale(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as server:
        assert setting(server, "fsync") == "on"
        assert setting(server, "synchronous_commit") == "on"
        assert setting(server, "listen_addresses") == ""
        assert setting(server, "server_encoding") == "UTF8"
        assert setting(server, "TimeZone") == "UTC"
        assert server.home.resolve().stat().st_mode & 0o077 == 0
        with psycopg.connect(server.dsn) as connection:
            row = connection.execute(
                "SELECT datcollate FROM pg_database WHERE datname = 'citygas'"
            ).fetchone()
        assert row == ("C",)


def test_another_process_adopts_it_and_leaves_it_running(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as server:
        keep(server, 41)
        before = postmaster(server)
        command = [sys.executable, "-c", OTHER_COMMAND, str(data_dir)]
        answer = subprocess.run(command, capture_output=True, text=True, check=True)
        assert answer.stdout.strip() == "41"
        assert postmaster(server) == before


def test_the_last_one_out_stops_it_even_after_its_starter_has_gone(data_dir: Path) -> None:
    first, second = EmbeddedPostgres(data_dir), EmbeddedPostgres(data_dir)
    first.start()
    second.start()
    first.stop()
    assert second.running
    second.stop()
    assert not second.running


def test_a_crashed_server_is_recovered_with_everything_committed(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as server:
        keep(server, 1)
        os.kill(postmaster(server), signal.SIGKILL)
        server.start()
        assert kept(server) == [1]


def test_a_stale_pid_file_that_names_a_stranger_is_no_obstacle(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as server:
        keep(server, 1)
        remembered = (server.cluster / "postmaster.pid").read_text().splitlines()
    (server.cluster / "postmaster.pid").write_text("\n".join([str(os.getpid()), *remembered[1:]]) + "\n")
    with server:
        assert kept(server) == [1]
    os.kill(os.getpid(), 0)


def test_a_long_path_gets_a_short_socket(data_dir: Path) -> None:
    deep = data_dir / ("a" * 60) / ("b" * 60)
    with EmbeddedPostgres(deep) as server:
        folder = Path(str(conninfo_to_dict(server.dsn)["host"]))
        assert len(str(folder)) < 90
        keep(server, 1)
    assert not folder.exists()
    with EmbeddedPostgres(deep) as server:
        assert kept(server) == [1]


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user's server runs as that user")
def test_under_a_closed_folder_root_keeps_the_data_where_the_server_can_reach_it(data_dir: Path) -> None:
    data_dir.mkdir(mode=0o700)
    with EmbeddedPostgres(data_dir / "within") as server:
        keep(server, 1)
    assert data_dir.stat().st_mode & 0o777 == 0o700
    with EmbeddedPostgres(data_dir / "within") as server:
        assert kept(server) == [1]
    assert server.home.is_symlink()
    shutil.rmtree(server.home.resolve())


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user's server runs as that user")
def test_binaries_under_a_closed_folder_are_linked_to_where_the_server_can_execute_them(
    data_dir: Path, server_folder: Path
) -> None:
    installed = wheel_binaries().parent
    package = installed.parent
    closed = server_folder / "closed"
    for folder in (installed, package.with_name(f"{package.name}.libs")):
        shutil.copytree(folder, closed / folder.relative_to(package.parent))
    closed.chmod(0o700)
    with EmbeddedPostgres(data_dir, bin_dir=closed / package.name / installed.name / "bin") as server:
        keep(server, 1)
        assert kept(server) == [1]


def test_a_start_that_fails_says_what_the_log_says(data_dir: Path) -> None:
    with pytest.raises(CitygasError, match="no_such_setting"):
        EmbeddedPostgres(data_dir, settings={"no_such_setting": "1"}).start()
