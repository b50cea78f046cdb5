"""The set-up does its work once, says what it goes without, and asks apt only where it may."""

import os
import shutil
from pathlib import Path

import pytest

from deploy.bootstrap import debian, environment


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout without an environment, whose installation is only noted."""
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_text("pip==25.3  \n")
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environment, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(environment, "PYPROJECT", tmp_path / "pyproject.toml")
    monkeypatch.setattr(environment, "CONSTRAINTS", tmp_path / "constraints.txt")
    return tmp_path


@pytest.fixture
def installed(bare: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was installed."""
    done: list[str] = []

    def make_venv() -> None:
        (bare / ".venv" / "bin").mkdir(parents=True, exist_ok=True)
        (bare / ".venv" / "bin" / "python").touch()

    monkeypatch.setattr(environment, "_make_venv", make_venv)
    monkeypatch.setattr(environment, "_ensure_pip", lambda: None)
    monkeypatch.setattr(environment, "_install", done.append)
    return done


def test_a_second_start_installs_nothing(installed: list[str]) -> None:
    environment.ensure("runtime")
    environment.ensure("runtime")
    assert installed == ["runtime"]


def test_what_is_for_development_holds_what_is_needed_to_run(installed: list[str]) -> None:
    environment.ensure("dev")
    environment.ensure("runtime")
    assert installed == ["dev"]


def test_a_changed_dependency_or_a_lost_interpreter_installs_again(installed: list[str]) -> None:
    environment.ensure("runtime")
    environment.CONSTRAINTS.write_text("pip==26.3\n")
    environment.ensure("runtime")
    environment.PYTHON.unlink()
    environment.ensure("runtime")
    assert installed == ["runtime"] * 3


@pytest.mark.usefixtures("bare")
def test_the_version_of_pip_comes_from_the_constraints() -> None:
    assert environment._pinned("pip") == "25.3"
    assert environment._pinned("pi") is None


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """A Debian machine of root's without mosquitto; notes what apt is asked for, which always fails."""
    asked: list[list[str]] = []

    def install(packages: list[str]) -> bool:
        asked.append(packages)
        return False

    monkeypatch.setattr(debian, "_present", lambda _package: False)
    monkeypatch.setattr(debian, "_install", install)
    monkeypatch.setattr(debian, "REFUSED", tmp_path / "refused")
    monkeypatch.setattr(shutil, "which", lambda _name: "/usr/bin/apt-get")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return asked


def test_root_asks_apt_once_and_goes_on_without(
    machine: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    debian.ensure(["mosquitto"])
    debian.ensure(["mosquitto"])
    assert machine == [["mosquitto"]]
    assert capsys.readouterr().err.count("without Debian's package mosquitto: the demo runs on amqtt") == 2


def test_an_ordinary_user_is_told_in_one_line_for_each(
    machine: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    debian.ensure(["mosquitto", "chromium"])
    assert machine == []
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_nothing_is_said_of_what_is_there(
    machine: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(debian, "_present", lambda _package: True)
    debian.ensure(["mosquitto"])
    assert (machine, capsys.readouterr().err) == ([], "")
