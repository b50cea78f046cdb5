"""Fixtures for every test; those that start servers stand in `tests.servers`."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from tests.effort import examples

pytest_plugins = ["tests.servers"]

GOLDEN = Path(__file__).parent / "golden"

# A deadline would measure the machine, not the code.
settings.register_profile("citygas", max_examples=examples(100), deadline=None)
settings.load_profile("citygas")


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker of what takes minutes and runs in `make soak` alone."""
    config.addinivalue_line("markers", "soak: takes minutes; runs in `make soak` alone")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave long checks out of the ordinary run."""
    if os.environ.get("CITYGAS_SOAK"):
        return
    for item in items:
        if item.get_closest_marker("soak"):
            item.add_marker(pytest.mark.skip(reason="takes minutes: make soak"))


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compare a text with the file of that name under tests/golden; `make golden` writes it instead."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if os.environ.get("CITYGAS_WRITE_GOLDEN"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        assert path.exists(), f"{path} is missing: make golden"
        assert text == path.read_text(), f"{name} changed: look, then `make golden`"

    return compare
