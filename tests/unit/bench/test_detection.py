"""Detection in small: one little city of a seed to tune on, from what is said to what is found."""

import json
from pathlib import Path

import pytest

from bench import detection, report
from bench.detection import figures, scored
from telemetry.model import MINUTE


def test_a_little_city_is_judged_from_end_to_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scores = scored(3, meters=16, stations=8, days=5, density=8.0, step=30 * MINUTE)
    written = figures(scores, 16 * 5)
    rules = written["rules"]
    assert written["faults"] > 10
    for rule in ("outlet_pressure_high_high", "outlet_pressure_low_low", "slam_shut_tripped"):
        assert rules[rule]["faults"] > 0
        assert rules[rule]["recall"] == 1.0
        assert rules[rule]["median_delay_s"] < 600
    monkeypatch.setattr(report, "FOLDER", tmp_path)
    monkeypatch.setattr(detection, "scored", lambda *_args, **_size: scores)
    detection.report_on([detection.REPORTED_SEEDS[0]], meters=16, stations=8, days=5)
    result = json.loads((tmp_path / "detection.json").read_text("utf-8"))
    assert result["rules"] == rules
    assert (result["name"], result["baseline"], result["n"]) == ("detection", None, written["faults"])
