"""Debian packages that the demo and the tests are better with: installed where we may, else named."""

import os
import shutil
import subprocess
from pathlib import Path

from deploy.bootstrap.environment import VENV
from deploy.bootstrap.says import say

WITHOUT = {
    "mosquitto": "the demo runs on amqtt instead (MQTT 3.1.1, a first look only), broker tests are left out",
    "chromium": "the tests of the pages in a browser are left out",
    "openssl": "the tests of TLS are left out",
}
"""What is missing without each package; every package brings a program of its own name."""

APT = (
    "apt-get",
    "-qq",
    "-o=Acquire::Retries=1",
    "-o=Acquire::http::Timeout=30",
    "-o=Dpkg::Use-Pty=0",
    "-o=DPkg::Lock::Timeout=120",
)
REFUSED = VENV / ".citygas-apt-failed"
"""Holds what could not be installed, so that only the first start waits for a network that is not there."""


def ensure(packages: list[str]) -> None:
    """Install what is missing if this is root on Debian; otherwise say in one line each what goes without."""
    missing = [package for package in packages if not _present(package)]
    if missing and os.geteuid() == 0 and shutil.which("apt-get") and not _refused(missing):
        say(f"installing Debian's {', '.join(missing)} …")
        if not _install(missing):
            REFUSED.write_text("\n".join(missing))
        missing = [package for package in missing if not _present(package)]
    for package in missing:
        say(f"without Debian's package {package}: {WITHOUT.get(package, 'something may be left out')}")


def _present(package: str) -> bool:
    """Whether the package's program is on the machine, also where an ordinary user's PATH does not look."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])
    return shutil.which(package, path=path) is not None


def _refused(packages: list[str]) -> bool:
    """Whether apt could not install these packages before."""
    return REFUSED.exists() and set(packages) <= set(Path(REFUSED).read_text().split())


def _install(packages: list[str]) -> bool:
    """Install packages without a question; services that they start are left alone."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    commands = ([*APT, "update"], [*APT, "install", "--yes", "--no-install-recommends", *packages])
    for command in commands:
        done = subprocess.run(  # noqa: S603 -- our own argument lists, no shell
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if done.returncode != 0 and command is commands[-1]:
            reason = (done.stderr.strip() or done.stdout.strip()).splitlines()
            say(f"apt-get did not install them: {reason[-1] if reason else done.returncode}")
            return False
    return True
