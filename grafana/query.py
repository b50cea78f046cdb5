"""The query class that the SDK lacks: SQL for Grafana's PostgreSQL data source."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final, Literal, Self, TypeAlias

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.common import DataSourceRef

from telemetry.store.statements import named

Format: TypeAlias = Literal["time_series", "table"]

DATASOURCE_TYPE: Final = "grafana-postgresql-datasource"
DATASOURCE_UID: Final = "citygas"
DATASOURCE: Final = DataSourceRef(type_val=DATASOURCE_TYPE, uid=DATASOURCE_UID)


class Sql(Dataquery, Builder[Dataquery]):
    """One SELECT of a panel; its columns ``time`` and ``metric`` mean what Grafana says they do."""

    def __init__(self, text: str, *, format_as: Format = "table", ref_id: str = "A") -> None:
        self.text = text
        self.format_as = format_as
        self.ref_id = ref_id

    def build(self) -> Self:
        """Return itself: there is nothing to assemble."""
        return self

    def to_json(self) -> dict[str, object]:
        """Return what Grafana stores of a query."""
        return {
            "datasource": {"type": DATASOURCE_TYPE, "uid": DATASOURCE_UID},
            "editorMode": "code",
            "format": self.format_as,
            "rawQuery": True,
            "rawSql": self.text,
            "refId": self.ref_id,
        }


def series(text: str, ref_id: str = "A") -> Sql:
    """Return a query whose rows are time series: ``time`` ascending, numbers, at most one ``metric``."""
    return Sql(text, format_as="time_series", ref_id=ref_id)


def table(text: str, ref_id: str = "A") -> Sql:
    """Return a query whose rows are rows."""
    return Sql(text, format_as="table", ref_id=ref_id)


@cache
def queries(board: str) -> Mapping[str, str]:
    """Return the queries of one dashboard, which stand by name in the ``.sql`` file beside it."""
    text = (files("grafana.dashboards") / f"{board}.sql").read_text("utf-8")
    return named(text, f"grafana/dashboards/{board}.sql")
