"""The virtual environment in .venv: made once, checked against a fingerprint in milliseconds ever after."""

import fcntl
import hashlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
import tomllib
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.bootstrap import pip_wheel
from deploy.bootstrap.says import SetupError, say, show

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PYPROJECT = ROOT / "pyproject.toml"
CONSTRAINTS = ROOT / "constraints.txt"
KINDS = ("runtime", "dev")
"""What may be installed: citygas alone, or with the dependency group `dev`."""


def ensure(kind: str) -> None:
    """Make the environment and install into it, unless its fingerprint says that this was done."""
    wanted = _fingerprint()
    if _is_done(kind, wanted):
        return
    with _turn():
        if not _is_done(kind, wanted):
            began = time.monotonic()
            _make_venv()
            _ensure_pip()
            _install(kind)
            for done in KINDS[: KINDS.index(kind) + 1]:  # dev holds runtime
                _stamp(done).write_text(wanted)
            say(f"environment ready in {VENV.name} after {time.monotonic() - began:.0f} s")


def _fingerprint() -> str:
    """Hash what the environment follows from; its place too, since scripts and links name it."""
    digest = hashlib.sha256(str(ROOT).encode())
    for path in (PYPROJECT, CONSTRAINTS):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _stamp(kind: str) -> Path:
    """Return the file that holds the fingerprint of what was installed last."""
    return VENV / f".citygas-{kind}"


def _is_done(kind: str, wanted: str) -> bool:
    """Whether this kind was installed from the files as they are, into an environment that still works."""
    stamp = _stamp(kind)
    return PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted


@contextmanager
def _turn() -> Iterator[None]:
    """Let one `make` at a time install."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _make_venv() -> None:
    """Make the environment, anew when its interpreter is gone or it was moved."""
    place = VENV / ".citygas-place"
    moved = place.exists() and place.read_text() != str(VENV)
    if moved or not _runs("import sys; sys.exit(sys.version_info < (3, 11))"):
        show(f"making {VENV} …")
        venv.EnvBuilder(clear=True, symlinks=True, with_pip=False).create(VENV)
    place.write_text(str(VENV))


def _runs(code: str) -> bool:
    """Whether the environment's interpreter exists and this code succeeds there."""
    if not PYTHON.exists():
        return False
    done = subprocess.run(  # noqa: S603 -- our interpreter
        [PYTHON, "-c", code], capture_output=True, check=False
    )
    return done.returncode == 0


def _ensure_pip() -> None:
    """Put pip into the environment: Python's own copy where there is one, else the index's wheel."""
    if _runs("import pip"):
        return
    if importlib.util.find_spec("ensurepip") is not None:
        show("installing pip …")
        done = subprocess.run(  # noqa: S603 -- our interpreter
            [PYTHON, "-m", "ensurepip", "--default-pip"], capture_output=True, check=False
        )
        if done.returncode == 0 and _runs("import pip"):
            return
    with tempfile.TemporaryDirectory() as folder:
        show("fetching pip from the package index …")
        wheel = pip_wheel.fetch(Path(folder), wanted=_pinned("pip"))
        _pip("install", "--no-index", "--no-deps", str(wheel), python_path=str(wheel))


def _pinned(name: str) -> str | None:
    """Return the version that the constraints ask for."""
    for line in CONSTRAINTS.read_text().splitlines():
        if line.startswith(f"{name}=="):
            return line.split("==")[1].split(";")[0].strip()
    return None


def _install(kind: str) -> None:
    """Install the project in place, and the dependency group for development when asked to."""
    say(f"installing citygas{' and what its tests need' if kind == 'dev' else ''} into {VENV} …")
    groups = tomllib.loads(PYPROJECT.read_text())["dependency-groups"]
    extra: list[str] = groups["dev"] if kind == "dev" else []
    _pip("install", "--constraint", str(CONSTRAINTS), "--editable", str(ROOT), *extra)


def _pip(*arguments: str, python_path: str | None = None) -> None:
    """Run pip in the environment, showing its last line; on failure show all that it said."""
    environment = {**os.environ, "PIP_USER": "0", "PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    environment.pop("PYTHONPATH", None)
    if python_path is not None:
        environment["PYTHONPATH"] = python_path
    said: list[str] = []
    with subprocess.Popen(  # noqa: S603 -- our interpreter
        [PYTHON, "-m", "pip", *arguments],
        env=environment,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout or ():
            said.append(line)
            show(f"  {line.strip()}")
    show("")
    if process.returncode != 0:
        raise SetupError(
            f"pip {arguments[0]} ended with {process.returncode} on {sys.platform}\n{''.join(said[-40:])}"
        )
