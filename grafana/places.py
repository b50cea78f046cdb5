"""Where dashboards lie, and the links between them, variables and time kept."""

from typing import Final

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models.dashboard import DashboardLinkType

FOLDER_UID: Final = "citygas"
FOLDER_TITLE: Final = "城市燃气 City gas"
TAG: Final = "citygas"
CONTROL_ROOM_UID: Final = "citygas-control-room"
METER_UID: Final = "citygas-meter"

PAGE_URL: Final = "http://localhost:8080"
"""Where the operator page answers unless a dashboard's hidden variable ``page`` is told otherwise."""

METER_OF_ROW: Final = (
    f"/d/{METER_UID}?var-meter=${{__data.fields.meter}}&${{zone:queryparam}}&${{__url_time_range}}"
)
ALARM_OF_ROW: Final = "${page}/alarms/${__data.fields.alarm_id}"


def link(title: str, uid: str) -> dashboard.DashboardLink:
    """Return a link to another dashboard that keeps time and variables."""
    return (
        dashboard.DashboardLink(title)
        .type(DashboardLinkType.LINK)
        .icon("dashboard")
        .tooltip(title)
        .url(f"/d/{uid}")
        .include_vars(include_vars=True)
        .keep_time(keep_time=True)
    )
