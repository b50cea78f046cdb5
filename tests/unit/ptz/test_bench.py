"""The bench of the correction, in small."""

import json
from pathlib import Path

import pytest

from bench import correction, report

NAMES = ["name", "value", "unit", "baseline", "baseline_value", "ratio", "n", "machine", "at"]


def test_the_bench_writes_what_others_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "FOLDER", tmp_path / "results")
    correction.run(readings=5_000)
    written = json.loads((tmp_path / "results" / "correction.json").read_text())
    assert list(written) == NAMES
    assert written["n"] == 5_000
    assert written["ratio"] == pytest.approx(written["value"] / written["baseline_value"])


def test_a_result_without_baseline_has_no_ratio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "FOLDER", tmp_path)
    assert report.write("alarm_tick", 2.0, "points/s", None, None, 1)["ratio"] is None


def test_a_bench_whose_sides_disagree_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "FOLDER", tmp_path)
    monkeypatch.setattr(correction, "_loop", lambda pressure, _temperature: pressure)
    with pytest.raises(RuntimeError, match="the figures mean nothing"):
        correction.run(readings=1_000)
    assert not list(tmp_path.iterdir())
