"""A figure is held against its target, and against what is still manageable."""

import pytest

from alerts.reports.kpi import FIGURES, Figure
from api.console.figures_page import judged

KNOWN = {definition.name: definition for definition, _ in FIGURES}


@pytest.mark.parametrize(
    ("name", "value", "how"),
    [
        ("annunciated_alarms_per_hour", 6.0, "good"),
        ("annunciated_alarms_per_hour", 12.0, "manageable"),
        ("annunciated_alarms_per_hour", 12.1, "beyond"),
        ("chattering_alarms", 1.0, "beyond"),
        ("low_share_pct", 85.0, "good"),
        ("low_share_pct", 40.0, "beyond"),
        ("top_10_share_pct", None, None),
        ("median_time_to_acknowledge_s", 12.0, None),
    ],
)
def test_a_figure_is_judged(name: str, value: float | None, how: str | None) -> None:
    assert judged(Figure(KNOWN[name], value)) == how
