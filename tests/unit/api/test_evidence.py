"""An operator sees figures with units, not what the engine keeps for itself."""

from api.console.evidence import Figure, figures
from api.console.languages import translator


def test_figures_are_named_in_the_language_and_the_rest_stays_out() -> None:
    evidence = {
        "outlet_gauge_pressure_kpa": 231.40000000000003,
        "flow_m3h": 0,
        "odd_thing_degc": 12.5,
        "judged_at": "2026-07-01T00:00:00Z",
        "standing_on": ["SINGLE"],
        "seen_s": True,
        "nothing_kpa": None,
    }
    assert list(figures(evidence, translator("zh"))) == [
        Figure("出口压力", "231.4", "kPa"),
        Figure("流量", "0", "m³/h"),
        Figure("odd thing", "12.5", "°C"),
    ]
