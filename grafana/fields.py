"""How a column or a series is shown: name, unit, colour, thresholds, links."""

from collections.abc import Mapping, Sequence

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models.dashboard import (
    DynamicConfigValue,
    FieldColorModeId,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMapping,
    ValueMappingResult,
)

from grafana import palette

Properties = list[DynamicConfigValue]


def fixed(colour: str) -> dashboard.FieldColor:
    """Return one colour whatever the value."""
    return dashboard.FieldColor().mode(FieldColorModeId.FIXED).fixed_color(colour)


def by_threshold() -> dashboard.FieldColor:
    """Return the colour of the threshold that the value has reached."""
    return dashboard.FieldColor().mode(FieldColorModeId.THRESHOLDS)


def steps(below: str, *above: tuple[float, str]) -> dashboard.ThresholdsConfig:
    """Return thresholds: a colour below all of them, then from each value on its own."""
    found = [Threshold(color=below), *(Threshold(value=value, color=colour) for value, colour in above)]
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(found)


def greater_is_worse(limit: float) -> dashboard.ThresholdsConfig:
    """Return thresholds of a figure that deserves attention from a limit on."""
    return steps(palette.TEXT, (limit, palette.ATTENTION))


def words(meaning: Mapping[str, str], colours: Mapping[str, str] | None = None) -> ValueMapping:
    """Return a mapping of stored words to words for people, with their colours where they have one."""
    return ValueMap(
        options={
            stored: ValueMappingResult(text=text, color=(colours or {}).get(stored), index=index)
            for index, (stored, text) in enumerate(meaning.items())
        }
    )


def named(
    title: str, unit: str | None = None, *, decimals: int | None = None, width: int | None = None
) -> Properties:
    """Return how a column is headed and its figures written."""
    given = {"displayName": title, "unit": unit, "decimals": decimals, "custom.width": width}
    return [DynamicConfigValue(key, value) for key, value in given.items() if value is not None]


def hidden() -> Properties:
    """Return a column that is there for links only."""
    return [DynamicConfigValue("custom.hidden", True)]


def drawn(title: str, colour: str, *, width: int = 2, dashed: bool = False, fill: int = 0) -> Properties:
    """Return how one series is drawn."""
    found = [
        DynamicConfigValue("displayName", title),
        DynamicConfigValue("color", fixed(colour).build()),
        DynamicConfigValue("custom.lineWidth", width),
        DynamicConfigValue("custom.fillOpacity", fill),
    ]
    if dashed:
        found.append(DynamicConfigValue("custom.lineStyle", {"fill": "dash", "dash": [8, 8]}))
    return found


def on_the_right() -> Properties:
    """Return a series that has the right axis for itself."""
    return [DynamicConfigValue("custom.axisPlacement", "right")]


def mapped(meaning: Mapping[str, str]) -> Properties:
    """Return a column of words in plain text."""
    return [DynamicConfigValue("mappings", [words(meaning)])]


def thresholds(given: dashboard.ThresholdsConfig) -> Properties:
    """Return a column with thresholds of its own."""
    return [DynamicConfigValue("thresholds", given.build())]


def limits(below: str, *above: tuple[float, str]) -> Properties:
    """Return a column that changes colour from each value on."""
    return thresholds(steps(below, *above))


def bar(reach: float) -> Properties:
    """Return a column of bars around zero, grey between -100 and 100 and coloured beyond."""
    return [
        DynamicConfigValue(
            "custom.cellOptions", {"type": "gauge", "mode": "basic", "valueDisplayMode": "text"}
        ),
        DynamicConfigValue("min", -reach),
        DynamicConfigValue("max", reach),
        DynamicConfigValue("color", by_threshold().build()),
        *limits(palette.HIGH, (-100, palette.QUIET), (100, palette.HIGH)),
    ]


def coloured_text(mapping: ValueMapping) -> Properties:
    """Return a column whose words carry their colour."""
    return [
        DynamicConfigValue("mappings", [mapping]),
        DynamicConfigValue("custom.cellOptions", {"type": "color-text"}),
    ]


def linked(title: str, url: str, *, new_tab: bool = False) -> Properties:
    """Return a column that leads somewhere."""
    return [DynamicConfigValue("links", [{"title": title, "url": url, "targetBlank": new_tab}])]


def together(*parts: Sequence[DynamicConfigValue]) -> Properties:
    """Return several properties of one column."""
    return [one for part in parts for one in part]
