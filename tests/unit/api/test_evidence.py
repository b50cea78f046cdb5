"""An operator sees figures with units, not what the engine keeps for itself."""

from typing import Any

import pytest

from api.console.evidence import Figure, figures
from api.console.findings import Findings, findings
from api.console.languages import Language, translator
from api.console.rendering import NOTHING


def test_figures_are_named_in_the_language_and_the_rest_stays_out() -> None:
    evidence = {
        "outlet_gauge_pressure_kpa": 231.40000000000003,
        "flow_m3h": 0,
        "flow_by_pressure_h": 14.0,
        "odd_thing_degc": 12.5,
        "judged_at": "2026-07-01T00:00:00Z",
        "standing_on": ["SINGLE"],
        "seen_s": True,
        "nothing_kpa": None,
    }
    assert list(figures(evidence, translator("zh"))) == [
        Figure("出口压力", "231.4", "kPa"),
        Figure("流量", "0", "m³/h"),
        Figure("压力示有流量", "14", "h"),
        Figure("odd thing", "12.5", "°C"),
    ]


SUSPECTED: Any = {
    "evidences": {
        "hydraulic": {"sigmas": 9.3, "share_pct": 31.0, "days": 4.0, "unmetered_base_m3": 1520.4},
        "zone": {"sigmas": 3.1, "share_pct": 28.0, "days": 4.0},
    },
    "states": ["unlocked"],
    "unmetered_estimate": {"days": 4.0, "base_volume_m3": 1520.4, "low": 900.0, "high": 2100.0},
}


def test_each_evidence_of_gas_around_a_meter_is_listed_with_its_figures() -> None:
    found = findings(SUSPECTED, translator("en"))
    assert found is not None
    assert [one.figures for one in found.rows] == [("9.3", "31", "4", "1520.4"), ("3.1", "28", "4", NOTHING)]
    assert found.states == ("Its bypass is not locked",)
    assert found.estimate.startswith("About 1520.4 m³ (base, 900 to 2100) in 4 days")


def test_other_alarms_list_no_evidences_and_one_by_its_state_alone_no_figures() -> None:
    assert findings({"outlet_gauge_pressure_kpa": 231.4}, translator("en")) is None
    alone = findings({"evidences": {}, "states": ["bypass_valve_open"]}, translator("zh"))
    assert alone == Findings((), ("旁通阀显示打开",), "")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_evidence_and_state_has_its_words(language: Language) -> None:
    names = ("hydraulic", "opening", "steps", "usage", "zone", "check_meter", "warmth")
    states = ["unlocked", "bypass_valve_open", "check_meter_alone"]
    found = findings({"evidences": {name: {} for name in names}, "states": states}, translator(language))
    assert found is not None
    assert all(one.title and not one.title.startswith("finding_") for one in found.rows)
    assert all(one and not one.startswith("state_") for one in found.states)
