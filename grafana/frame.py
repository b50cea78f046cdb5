"""What all dashboards share: folder tag, time, refresh, notes of alarms on the time axis."""

from grafana_foundation_sdk.builders.dashboard import AnnotationQuery, Dashboard, TimePicker
from grafana_foundation_sdk.models.dashboard import DashboardCursorSync

from grafana import palette
from grafana.places import TAG
from grafana.query import DATASOURCE, table


def frame(title: str, uid: str, description: str, *, since: str, refresh: str) -> Dashboard:
    """Return an empty dashboard that nobody edits in the browser."""
    return (
        Dashboard(title)
        .uid(uid)
        .description(description)
        .tags([TAG])
        .readonly()
        .timezone("browser")
        .time(since, "now")
        .refresh(refresh)
        .timepicker(TimePicker().refresh_intervals(["10s", "30s", "1m", "5m", "15m"]))
        .tooltip(DashboardCursorSync.CROSSHAIR)
    )


def notes(name: str, query: str, colour: str = palette.CRITICAL) -> AnnotationQuery:
    """Return marks on the time axis: rows of ``time``, ``text`` and ``tags``."""
    return (
        AnnotationQuery()
        .name(name)
        .datasource(DATASOURCE)
        .enable(enable=True)
        .icon_color(colour)
        .target(table(query, ref_id="Anno"))
    )
