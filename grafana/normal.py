"""The part of a dashboard's JSON that somebody decided, without what Grafana keeps for itself."""

from typing import Any, Final

_NUMBERED_BY_GRAFANA: Final = ("id", "version", "iteration")
_RAISED_BY_GRAFANA: Final = "schemaVersion"
_NOTED_BY_GRAFANA: Final = "pluginVersion"


def normal(content: dict[str, Any]) -> dict[str, Any]:
    """Return a dashboard's JSON without numbers of one Grafana, its panels numbered in order."""
    found = {key: value for key, value in content.items() if key not in _NUMBERED_BY_GRAFANA}
    panels = [
        {**panel, "id": panel.get("id") or number} for number, panel in enumerate(found.get("panels", []), 1)
    ]
    return {**found, "panels": panels}


def comparable(content: dict[str, Any]) -> dict[str, Any]:
    """Return a dashboard's JSON without what a newer Grafana writes anew when it reads it."""
    found = {key: value for key, value in normal(content).items() if key != _RAISED_BY_GRAFANA}
    panels = [
        {key: value for key, value in panel.items() if key != _NOTED_BY_GRAFANA} for panel in found["panels"]
    ]
    return {**found, "panels": panels}
