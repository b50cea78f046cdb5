"""Detection in small: one little city of a seed to tune on, from what is said to what is found."""

import json
from pathlib import Path

import pytest

from bench import detection, report
from bench.detection import Size, figures, scored
from telemetry.model import MINUTE

SIZE = Size(meters=16, stations=8, days=5, density=8.0)


def test_a_little_city_is_judged_from_end_to_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scores = scored(3, SIZE, step=30 * MINUTE)
    written = figures(scores, SIZE.meter_days)
    rules = written["rules"]
    assert written["faults"] > 10
    for rule in ("outlet_pressure_high_high", "outlet_pressure_low_low", "slam_shut_tripped"):
        assert rules[rule]["faults"] > 0
        assert rules[rule]["recall"] == 1.0
        assert rules[rule]["median_delay_s"] < 600
    monkeypatch.setattr(report, "FOLDER", tmp_path)
    monkeypatch.setattr(detection, "scored", lambda *_: scores)
    detection.report_on([detection.REPORTED_SEEDS[0]], SIZE)
    result = json.loads((tmp_path / "detection.json").read_text("utf-8"))
    assert result["rules"] == rules
    assert (result["name"], result["baseline"], result["n"]) == ("detection", None, written["faults"])
