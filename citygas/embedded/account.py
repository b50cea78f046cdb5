"""Where an embedded server may keep its files, and as whom it runs: PostgreSQL refuses to be root."""

import logging
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from telemetry.errors import CitygasError

log = logging.getLogger(__name__)

ACCOUNTS = ("postgres", "nobody")
"""Existing unprivileged accounts, in order of preference, that root lends the server to."""


@dataclass(frozen=True)
class Account:
    """An operating-system user; without a `uid` the one we already are."""

    uid: int | None = None
    gid: int | None = None

    def run(self, *command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run a command as this account and wait; standard input closed, output captured."""
        return subprocess.run(  # noqa: S603 -- our own argument lists, no shell
            command,
            cwd=cwd,
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
            env={"PATH": os.defpath, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def may(self, right: str, path: Path) -> bool:
        """Whether this account has `-w`, `-x` or `-r` on a path, every parent included."""
        return self.uid is None or self.run("test", right, str(path), cwd=Path("/")).returncode == 0

    def own(self, path: Path) -> None:
        """Hand a folder that we made to this account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


@dataclass(frozen=True)
class Home:
    """A private folder, the account it belongs to, and binaries which that account can execute."""

    path: Path
    account: Account
    bin_dir: Path


def open_home(wanted: Path, bin_dir: Path) -> Home:
    """Find or make the server's folder and make sure that its account reaches the binaries."""
    wanted.parent.mkdir(parents=True, exist_ok=True)
    account = _account(wanted)
    path = wanted.resolve() if wanted.exists() else _make(wanted, account)
    if not account.may("-w", path):
        raise CitygasError(
            f"{path} cannot be written by the user that PostgreSQL runs as; make its parents searchable"
        )
    return Home(path, account, _reachable_binaries(bin_dir, path, account))


def _account(home: Path) -> Account:
    """Ourselves; for root the owner of an existing home, else an unprivileged account of the system."""
    if os.geteuid() != 0:
        if home.exists() and home.stat().st_uid != os.geteuid():
            raise CitygasError(
                f"{home} belongs to another user; start as that user or choose another --data-dir"
            )
        return Account()
    if home.exists():
        owner = home.stat()
        if owner.st_uid == 0:
            raise CitygasError(
                f"{home} belongs to root, as whom PostgreSQL refuses to run: choose another --data-dir"
            )
        return Account(owner.st_uid, owner.st_gid)
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise CitygasError(
        f"PostgreSQL refuses to run as root and none of these users exists: {', '.join(ACCOUNTS)}"
    )


def _make(wanted: Path, account: Account) -> Path:
    """Make the home where it is wanted, else a stand-in that the account can reach, linked from there."""
    fresh = Path(tempfile.mkdtemp(prefix="postgres-", dir=wanted.parent))  # 0700
    account.own(fresh)
    if account.may("-w", fresh):
        fresh.rename(wanted)
        return wanted.resolve()
    fresh.rmdir()
    stand_in = Path(tempfile.mkdtemp(prefix="citygas-postgres-", dir=_shelf(wanted)))
    account.own(stand_in)
    wanted.unlink(missing_ok=True)  # a link left dangling
    wanted.symlink_to(stand_in)
    log.warning(
        "database kept elsewhere: its user cannot enter the data directory",
        extra={"wanted": str(wanted), "path": str(stand_in)},
    )
    return stand_in


def _shelf(wanted: Path) -> Path:
    """Choose a folder that everyone may enter: throw-away data stays with throw-away data."""
    temporary = Path(tempfile.gettempdir()).resolve()
    return temporary if wanted.parent.resolve().is_relative_to(temporary) else Path("/var/lib")


def _reachable_binaries(bin_dir: Path, home: Path, account: Account) -> Path:
    """Return `bin_dir`, or hard links to its installation inside the home when its parents are closed."""
    program = bin_dir / "postgres"
    if account.may("-x", program):
        return bin_dir
    stamp = program.stat()
    linked = home / f"server-{stamp.st_size}-{stamp.st_mtime_ns}"
    package = bin_dir.parents[1]
    if not linked.exists():
        half = Path(tempfile.mkdtemp(prefix="half-", dir=home))
        for folder in (
            bin_dir.parent,
            package.with_name(f"{package.name}.libs"),
        ):  # a wheel's libraries lie beside it
            if folder.exists():
                target = half / folder.relative_to(package.parent)
                shutil.copytree(folder, target, symlinks=True, copy_function=_link_or_copy)
        half.chmod(0o755)
        half.rename(linked)
    return linked / bin_dir.relative_to(package.parent)


def _link_or_copy(source: str, target: str) -> None:
    """Hard-link a file, or copy it when it lies on another file system."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
