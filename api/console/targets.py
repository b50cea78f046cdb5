"""What alarms and jobs are about, as people call it, with the page that shows it."""

from collections.abc import Iterable
from dataclasses import dataclass

from psycopg import Connection

from telemetry.store.console import TargetName, target_names


@dataclass(frozen=True)
class ShownTarget:
    """A meter, station, device, zone or account."""

    kind: str
    id: str
    name: str | None
    page: str | None


def shown_targets(
    connection: Connection, wanted: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], ShownTarget]:
    """Return how each kind and identifier is shown."""
    wanted = set(wanted)
    names = target_names(connection, {name for _, name in wanted})
    return {one: _shown(*one, names.get(one)) for one in wanted}


def _shown(kind: str, name: str, found: TargetName | None) -> ShownTarget:
    return ShownTarget(kind, name, found.name if found else None, page_of(found))


def page_of(found: TargetName | None) -> str | None:
    """Return the page that shows a thing, None where none does."""
    return f"/{found.page_kind}s/{found.page_id}" if found and found.page_kind else None
