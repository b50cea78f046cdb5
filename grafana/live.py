"""A running Grafana, as far as we need it: folder, data source, dashboards."""

import logging
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

from grafana_client.api import GrafanaApi
from grafana_client.client import GrafanaClientError

from grafana.catalogue import DashboardJson
from grafana.places import FOLDER_TITLE, FOLDER_UID
from grafana.query import DATASOURCE_TYPE, DATASOURCE_UID
from telemetry.errors import CitygasError

log = logging.getLogger(__name__)

_TIMEOUT_S = 20.0
_NOT_FOUND = 404


class GrafanaError(CitygasError):
    """Grafana is not as the dashboards need it, or did not keep what it was given."""


class LiveGrafana:
    """One Grafana, spoken to with a service account's token."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        path = f"{parts.path.rstrip('/')}/" if parts.path.strip("/") else ""
        self._api = GrafanaApi.from_url(
            urlunsplit(parts._replace(path=path)), credential=token, timeout=_TIMEOUT_S
        )

    def ensure_folder(self) -> None:
        """Make the folder unless it is there."""
        if self._found(lambda: self._api.folder.get_folder(FOLDER_UID)) is None:
            self._api.folder.create_folder(FOLDER_TITLE, uid=FOLDER_UID)
            log.info("folder=%s made=true", FOLDER_UID)

    def check_datasource(self) -> None:
        """See that the data source the dashboards name is there and is PostgreSQL."""
        found = self._found(lambda: self._api.datasource.get_datasource_by_uid(DATASOURCE_UID))
        if found is None:
            raise GrafanaError(
                f"Grafana has no data source of uid {DATASOURCE_UID!r}: provision deploy/grafana, "
                f"or add one of type {DATASOURCE_TYPE} with that uid"
            )
        if found["type"] not in (DATASOURCE_TYPE, "postgres"):
            raise GrafanaError(f"data source {DATASOURCE_UID!r} is {found['type']}, not {DATASOURCE_TYPE}")

    def dashboard(self, uid: str) -> DashboardJson | None:
        """Return a dashboard as it stands there, None where there is none."""
        found = self._found(lambda: self._api.dashboard.get_dashboard(uid))
        return None if found is None else cast("DashboardJson", found["dashboard"])

    def save(self, content: DashboardJson, message: str) -> None:
        """Put a dashboard in the place of whatever has its uid."""
        self._api.dashboard.update_dashboard(
            {
                "dashboard": {**content, "id": None},
                "folderUid": FOLDER_UID,
                "message": message,
                "overwrite": True,
            }
        )

    def _found(self, ask: Callable[[], object]) -> dict[str, Any] | None:
        """Return an answer, None where there is no such thing."""
        try:
            return cast("dict[str, Any]", ask())
        except GrafanaClientError as error:
            if error.status_code == _NOT_FOUND:
                return None
            raise
