"""Put the dashboards into a running Grafana, and see that it kept them."""

import logging

from grafana.catalogue import catalogue
from grafana.diff import compare
from grafana.live import GrafanaError, LiveGrafana
from grafana.places import PAGE_URL

log = logging.getLogger(__name__)


def push(
    url: str, token: str, *, message: str = "citygas dashboards push", page: str = PAGE_URL
) -> list[str]:
    """Overwrite the dashboards of a Grafana, read them back, and return their uids.

    Raises
    ------
    GrafanaError
        If the data source is missing, or Grafana gives back something else than it was given.
    """
    there = LiveGrafana(url, token)
    there.check_datasource()
    there.ensure_folder()
    pushed = []
    for uid, content in catalogue(page).items():
        there.save(content, message)
        if changed := compare(uid, content, there.dashboard(uid)):
            raise GrafanaError(f"Grafana gave back another dashboard than it was given: {changed[0]}")
        log.info("dashboard=%s pushed=true", uid)
        pushed.append(uid)
    return pushed
