"""``citygas explain`` and ``citygas verify`` as a person runs them."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from citygas.cli import app
from telemetry.errors import ConfigurationError, NotFoundError
from telemetry.model import HOUR
from telemetry.store.migrate import migrate
from telemetry.store.pool import connect
from telemetry.work.derive import derive_pending
from tests.integration.test_derive import REGISTRY, START, say

AT = "2026-07-01T03:17:00+08:00"
DAY = ("--from", "2026-07-01T00:00:00+08:00", "--to", "2026-07-02T00:00:00+08:00")


@pytest.fixture
def config(plain_database: str, tmp_path: Path) -> str:
    with connect(plain_database, "test", autocommit=True) as connection:
        migrate(connection)
        connection.execute(REGISTRY)
        say(connection, 1, START + np.arange(25) * HOUR, 100 + np.arange(25.0))
        derive_pending(connection)
    file = tmp_path / "citygas.toml"
    file.write_text(f'[database]\ndsn = "{plain_database}"\n')
    return str(file)


def test_explain_prints_a_page_or_data(config: str) -> None:
    def said(*options: str) -> str:
        result = CliRunner().invoke(app, ["explain", "M1", "--at", AT, "--config", config, *options])
        assert result.exit_code == 0, result.output
        return result.stdout

    assert "Hour: 2026-07-01 03:00:00+08:00" in said()
    assert "agrees with what is stored" in said()
    assert "时段：2026-07-01 03:00:00+08:00" in said("--language", "zh")
    data = json.loads(said("--json"))
    assert (data["agrees"], data["stored"]["base_volume_um3"]) == (True, 2_010_000)
    assert CliRunner().invoke(app, ["explain", "M1", "--at", AT, "--language", "fr"]).exit_code == 2


def test_verify_exits_0_only_when_all_agrees(config: str, plain_database: str) -> None:
    verify = ["verify", "--meter", "M1", *DAY, "--config", config]
    result = CliRunner().invoke(app, verify)
    assert (result.exit_code, result.stdout) == (0, "M1: 24 hours, base volume 48.240000 m³: all agree\n")
    with connect(plain_database, "test") as connection:
        connection.execute("UPDATE volume_hour SET base_volume_um3 = base_volume_um3 + 1 WHERE revision = 1")
    result = CliRunner().invoke(app, verify)
    assert result.exit_code == 1
    assert "24 DIFFERENCES" in result.stdout
    assert "base_volume_um3 stored 2010001, comes out as 2010000" in result.stdout
    data = json.loads(CliRunner().invoke(app, [*verify, "--json"]).stdout)
    assert len(data["differences"]) == 24


def test_what_is_not_there_is_an_error(config: str) -> None:
    asked = ["explain", "M9", "--at", AT, "--config", config]
    assert isinstance(CliRunner().invoke(app, asked).exception, NotFoundError)
    asked = ["explain", "M1", "--at", "yesterday", "--config", config]
    assert isinstance(CliRunner().invoke(app, asked).exception, ConfigurationError)
