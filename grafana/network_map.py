"""A map that needs no tile server: points on a blank ground."""

from typing import Final

from grafana_foundation_sdk.builders import common, geomap
from grafana_foundation_sdk.models.common import FrameGeometrySourceMode
from grafana_foundation_sdk.models.dashboard import GridPos
from grafana_foundation_sdk.models.geomap import TooltipMode

from grafana import fields, palette
from grafana.panels import NOTHING
from grafana.query import DATASOURCE, Sql

_BLANK_TILE: Final = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
"""One transparent pixel in the place of a tile server's address: nothing leaves the control room."""

_MARK: Final = {
    "color": {"field": "band_position_pct", "fixed": palette.QUIET},
    "opacity": 0.9,
    "rotation": {"fixed": 0, "max": 360, "min": -360, "mode": "mod"},
    "size": {"fixed": 8, "max": 15, "min": 2},
    "symbol": {"fixed": "img/icons/marker/circle.svg", "mode": "fixed"},
    "symbolAlign": {"horizontal": "center", "vertical": "center"},
    "text": {"field": "label", "fixed": "", "mode": "field"},
    "textConfig": {
        "fontSize": 12,
        "offsetX": 0,
        "offsetY": 14,
        "textAlign": "center",
        "textBaseline": "middle",
    },
}


def network_map(title: str, description: str, unit: str, query: Sql, at: GridPos) -> geomap.Panel:
    """Return points from ``latitude`` and ``longitude``, grey until ``band_position_pct`` leaves ±100."""
    ground = (
        common.MapLayerOptions()
        .type("xyz")
        .name("空白 Blank")
        .config({"url": _BLANK_TILE, "attribution": ""})
    )
    where = (
        common.FrameGeometrySource()
        .mode(FrameGeometrySourceMode.COORDS)
        .latitude("latitude")
        .longitude("longitude")
    )
    points = (
        common.MapLayerOptions()
        .type("markers")
        .name("站 Stations")
        .config({"showLegend": False, "style": _MARK})
        .location(where)
        .tooltip(tooltip=True)
    )
    return (
        geomap.Panel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .with_target(query)
        .grid_pos(at)
        .unit(unit)
        .no_value(NOTHING)
        .color_scheme(fields.by_threshold())
        .thresholds(fields.steps(palette.HIGH, (-100, palette.QUIET), (100, palette.HIGH)))
        .basemap(ground)
        .layers([points])
        .view(geomap.MapViewConfig().id("fit").all_layers(all_layers=True).padding(20).max_zoom(15))
        .controls(
            geomap.ControlsOptions().show_zoom(show_zoom=False).show_attribution(show_attribution=False)
        )
        .tooltip(geomap.TooltipOptions().mode(TooltipMode.DETAILS))
    )
