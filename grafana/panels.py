"""Panels with the house's looks: grey, sparse, readable from across the room."""

from typing import Final

from grafana_foundation_sdk.builders import barchart, common, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.builders.barchart import Panel as Barchart
from grafana_foundation_sdk.builders.statetimeline import Panel as Statetimeline
from grafana_foundation_sdk.builders.table import Panel as Table
from grafana_foundation_sdk.builders.timeseries import Panel as Timeseries
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    BigValueGraphMode,
    BigValueTextMode,
    LegendDisplayMode,
    LegendPlacement,
    TableCellHeight,
    TooltipDisplayMode,
    VisibilityMode,
)
from grafana_foundation_sdk.models.dashboard import GridPos

from grafana import fields, palette
from grafana.query import DATASOURCE, Sql

STATION_GAP_MS: Final = 3 * 3_600_000
METER_GAP_MS: Final = 26 * 3_600_000
"""Lines bridge what is missing up to here; a longer silence must be seen. A meter may speak once a day."""

MOST_POINTS: Final = 1000
"""Asked of Grafana, which rounds the interval it makes of it; the SQL never gives more than 2,000."""

NOTHING: Final = "—"


def place(x: int, y: int, w: int, h: int) -> GridPos:
    """Return where a panel stands on the grid of 24 columns."""
    return GridPos(x=x, y=y, w=w, h=h)


def figures(title: str, description: str, unit: str, query: Sql, at: GridPos) -> stat.Panel:
    """Return large figures, one for each column of the only row."""
    return (
        stat.Panel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .with_target(query)
        .grid_pos(at)
        .unit(unit)
        .no_value(NOTHING)
        .graph_mode(BigValueGraphMode.NONE)
        .color_mode(BigValueColorMode.VALUE)
        .text_mode(BigValueTextMode.AUTO)
        .color_scheme(fields.by_threshold())
        .thresholds(fields.steps(palette.TEXT))
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]).values(values=False))
    )


def curves(
    title: str, description: str, unit: str, query: Sql, at: GridPos, *, gap_ms: int = METER_GAP_MS
) -> Timeseries:
    """Return thin grey lines over time that break where nothing was heard for longer than a gap."""
    return (
        timeseries.Panel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .with_target(query)
        .grid_pos(at)
        .unit(unit)
        .no_value(NOTHING)
        .max_data_points(MOST_POINTS)
        .color_scheme(fields.fixed(palette.LINE))
        .thresholds(fields.steps(palette.TEXT))
        .line_width(1)
        .fill_opacity(0)
        .show_points(VisibilityMode.AUTO)
        .span_nulls(gap_ms)
        .insert_nulls(gap_ms)
        .tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI))
        .legend(legend(shown=False))
    )


def rows(title: str, description: str, unit: str, query: Sql, at: GridPos) -> Table:
    """Return a table with dense rows and no filter icons."""
    return (
        table.Panel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .with_target(query)
        .grid_pos(at)
        .unit(unit)
        .no_value(NOTHING)
        .color_scheme(fields.fixed(palette.TEXT))
        .thresholds(fields.steps(palette.TEXT))
        .cell_height(TableCellHeight.SM)
        .show_header(show_header=True)
    )


def states(title: str, description: str, query: Sql, at: GridPos) -> Statetimeline:
    """Return a strip of words over time."""
    return (
        statetimeline.Panel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .with_target(query)
        .grid_pos(at)
        .unit("none")
        .no_value(NOTHING)
        .max_data_points(MOST_POINTS)
        .color_scheme(fields.by_threshold())
        .thresholds(fields.steps(palette.FAINT))
        .show_value(VisibilityMode.AUTO)
        .merge_values(merge_values=True)
        .fill_opacity(90)
        .line_width(0)
        .row_height(0.9)
        .legend(legend(shown=False))
    )


def bars_by_name(title: str, description: str, unit: str, query: Sql, at: GridPos, *, name: str) -> Barchart:
    """Return bars over names, for what no time axis of Grafana can count: gas days."""
    return (
        barchart.Panel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .with_target(query)
        .grid_pos(at)
        .unit(unit)
        .color_scheme(fields.fixed(palette.LINE))
        .thresholds(fields.steps(palette.TEXT))
        .x_field(name)
        .x_tick_label_spacing(100)
        .legend(legend(shown=True))
    )


def legend(*, shown: bool) -> common.VizLegendOptions:
    """Return a legend below, or none."""
    return (
        common.VizLegendOptions()
        .display_mode(LegendDisplayMode.LIST)
        .placement(LegendPlacement.BOTTOM)
        .show_legend(show_legend=shown)
        .calcs([])
    )
