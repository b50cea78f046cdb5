"""The table of views in docs/dashboards.md, from their comments: ``python -m grafana.documentation DSN``."""

import sys
from dataclasses import dataclass
from typing import Final

from psycopg import Connection

from telemetry.store.pool import connect
from telemetry.store.statements import statements


@dataclass(frozen=True)
class Column:
    """One column and what it means."""

    name: str
    type: str
    comment: str


@dataclass(frozen=True)
class View:
    """One view and what it is for."""

    comment: str
    columns: tuple[Column, ...]


def described_views(connection: Connection) -> dict[str, View]:
    """Return the views of schema ``grafana`` by name."""
    found: dict[str, View] = {}
    for view, comment, name, kind, meaning in connection.execute(statements("grafana_schema")["views"]):
        known = found.get(view, View(comment or "", ()))
        found[view] = View(
            known.comment, (*known.columns, Column(name, _TYPES.get(kind) or kind, meaning or ""))
        )
    return found


def views_table(connection: Connection) -> str:
    """Return the Markdown that docs/dashboards.md holds."""
    parts = []
    for name, view in described_views(connection).items():
        parts += [
            f"### `grafana.{name}`",
            "",
            f"{view.comment}.",
            "",
            "| column | type | meaning |",
            "|---|---|---|",
        ]
        parts += [f"| `{one.name}` | {one.type} | {one.comment} |" for one in view.columns]
        parts.append("")
    return "\n".join(parts)


_TYPES: Final = {"timestamp with time zone": "timestamptz", "double precision": "float8"}

if __name__ == "__main__":
    with connect(sys.argv[1], "documentation") as here:
        sys.stdout.write(views_table(here))
