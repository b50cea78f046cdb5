"""Write the dashboards' JSON into a folder: ``python -m grafana.build DIR``."""

import logging
import sys
from pathlib import Path

from grafana.catalogue import catalogue, text
from grafana.places import PAGE_URL

log = logging.getLogger(__name__)


def build(folder: Path, page: str = PAGE_URL) -> list[Path]:
    """Write one file a dashboard, named by its uid, and return them."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for uid, content in catalogue(page).items():
        path = folder / f"{uid}.json"
        path.write_text(text(content), encoding="utf-8")
        log.info("dashboard=%s file=%s", uid, path)
        written.append(path)
    return written


if __name__ == "__main__":
    build(Path(sys.argv[1]))
