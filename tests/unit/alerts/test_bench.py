"""The bench of a tick, in small."""

import json
from pathlib import Path

import pytest

from bench import alarm_tick, report


def test_the_bench_writes_what_others_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "FOLDER", tmp_path)
    alarm_tick.run(points=1_000, stations=100, meters=100)
    written = json.loads((tmp_path / "alarm_tick.json").read_text())
    assert (written["name"], written["n"], written["baseline"]) == ("alarm_tick", 1_000, None)
    assert written["value"] > 0


def test_a_window_without_the_alarms_that_belong_there_gives_no_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "FOLDER", tmp_path)
    monkeypatch.setattr(alarm_tick, "catalogue", dict)
    with pytest.raises(RuntimeError, match="no figure"):
        alarm_tick.run(points=1_000, stations=100, meters=100)
    assert not list(tmp_path.iterdir())
