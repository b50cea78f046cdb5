"""docs/decoders-standards.md says what is true: its routes can be set, its lines to try decode."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from ingest.decoding import decoder_named
from ingest.options import Route
from ingest.router import Router

ROOT: Final = Path(__file__).parents[3]
PAGE: Final = (ROOT / "docs" / "decoders-standards.md").read_text("utf-8")
ROUTES: Final = [
    tomllib.loads(block)["ingest"]["route"][0]
    for block in re.findall(r"^```toml\n(.+?)^```", PAGE, re.MULTILINE | re.DOTALL)
]
COMMENTED: Final = re.findall(r"^# settings = (\{.+\})$", PAGE, re.MULTILINE)
LINES: Final = re.findall(r"^```sh\n(.+?)\n```", PAGE, re.MULTILINE | re.DOTALL)
FAMILIES: Final = [route["decoder"] for route in ROUTES]


@pytest.mark.parametrize("route", ROUTES, ids=FAMILIES)
def test_a_route_can_be_set(route: dict[str, Any]) -> None:
    assert Router([Route(**route)]).decoder(route["topic"].replace("+", "x").replace("#", "x"))


def test_the_settings_that_are_shown_as_comments_can_be_set_too() -> None:
    shown = [route for route in ROUTES if "settings" not in route]
    assert len(shown) == len(COMMENTED)
    for route, settings in zip(shown, COMMENTED, strict=True):
        Router([Route(**route, settings=tomllib.loads(f"settings = {settings}")["settings"])])


@pytest.mark.parametrize("line", LINES, ids=FAMILIES)
def test_a_line_to_try_decodes(line: str) -> None:
    cli = f"{sys.executable} -c 'from citygas.cli import main; main()'"
    ran = subprocess.run(
        ["bash", "-c", line.replace("citygas", cli, 1)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert '"record": "Reading"' in ran.stdout


@pytest.mark.parametrize("family", FAMILIES)
def test_every_setting_is_named(family: str) -> None:
    section = PAGE.split(f"## `{family}`")[1].split("\n## ")[0]
    assert [
        key for key in decoder_named(family).takes if f"`{key}`" not in section and key not in section
    ] == []
