"""All dashboards, found by scanning: one file in ``grafana/dashboards`` is one dashboard."""

import json
import pkgutil
from importlib import import_module
from typing import Any, TypeAlias

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from grafana import dashboards
from grafana.normal import normal
from grafana.places import PAGE_URL

DashboardJson: TypeAlias = dict[str, Any]


def catalogue(page: str = PAGE_URL) -> dict[str, DashboardJson]:
    """Return every dashboard's normalised JSON by its uid, with links to the operator page at ``page``.

    Raises
    ------
    ValueError
        If two dashboards claim one uid.
    """
    found: dict[str, DashboardJson] = {}
    for module in sorted(pkgutil.iter_modules(dashboards.__path__), key=lambda one: one.name):
        made = import_module(f"{dashboards.__name__}.{module.name}").dashboard().build()
        content = normal(json.loads(json.dumps(made, cls=JSONEncoder)))
        if content["uid"] in found:
            raise ValueError(f"grafana/dashboards/{module.name}.py: uid {content['uid']} is taken")
        found[content["uid"]] = _leading_to(page, content)
    return found


def _leading_to(page: str, content: DashboardJson) -> DashboardJson:
    """Return a dashboard whose hidden variable ``page`` has an address."""
    variables = [
        {**one, "query": page.rstrip("/")} if one["name"] == "page" else one
        for one in content["templating"]["list"]
    ]
    return {**content, "templating": {"list": variables}}


def text(content: DashboardJson) -> str:
    """Return JSON as it is written to files: sorted, indented, Chinese as Chinese."""
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
