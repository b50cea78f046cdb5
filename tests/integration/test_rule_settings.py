"""Settings of rules: from a file, by HTTP and by the command."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from citygas.cli import app
from telemetry.model import DAY
from telemetry.store.pool import connect
from telemetry.work.registry_import import import_registry
from tests.api_access import calling
from tests.integration.watching import build_city

ROWS = """rule,parameter,scope,id,valid_from,value,reason,set_by
outlet_pressure_high,on_delay_s,station,ST-1,2026-01-01T00:00:00+08:00,120,pulsating load,network
outlet_pressure_high,priority,all,*,2026-01-01T00:00:00+08:00,low,,
no_such_rule,x,all,*,2026-01-01T00:00:00+08:00,1,,
"""
SHOWN: list[dict[str, Any]] = [
    {
        "parameter": "on_delay_s",
        "value": 120.0,
        "scope": "station",
        "id": "ST-1",
        "valid_from": "2025-12-31T16:00:00Z",
        "reason": "pulsating load",
        "set_by": "network",
    },
    {
        "parameter": "priority",
        "value": "low",
        "scope": "all",
        "id": "*",
        "valid_from": "2025-12-31T16:00:00Z",
        "reason": None,
        "set_by": None,
    },
]


def test_settings_from_a_file_are_shown_with_the_rule(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_city(database)
    (tmp_path / "rule_settings.csv").write_text(ROWS)
    with connect(database, "test") as connection:
        assert (
            import_registry(connection, tmp_path, now=20_000 * DAY).files["rule_settings.csv"].inserted == 3
        )
        assert import_registry(connection, tmp_path, now=20_000 * DAY).changed is False
    with calling(database) as caller:
        rules = {one["rule"]: one for one in caller.get("/rules", limit=1000).json()["items"]}
    assert rules["outlet_pressure_high"]["overrides"] == SHOWN
    assert rules["outlet_pressure_low"]["overrides"] == []
    monkeypatch.setenv("CITYGAS_DATABASE__DSN", database)
    listed = CliRunner().invoke(app, ["rules", "list", "--json", "--data-dir", str(tmp_path / "data")])
    (high,) = (one for one in json.loads(listed.output) if one["rule"] == "outlet_pressure_high")
    assert [one["value"] for one in high["overrides"]] == ["120", "low"]
    told = CliRunner().invoke(app, ["rules", "list", "--data-dir", str(tmp_path / "data")])
    assert "on_delay_s = 120 for station ST-1 from 2025-12-31T16:00:00+00:00" in told.stdout
    assert "no rule goes by no_such_rule x" in told.stderr
