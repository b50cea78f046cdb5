"""Fixtures for every test; the servers' own stand in `tests.servers`."""

pytest_plugins = ["tests.servers"]
