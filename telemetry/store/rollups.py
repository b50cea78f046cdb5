"""Whether the roll-ups of station pressures survive the retention that somebody chose."""

from psycopg import Connection

from telemetry.store.migrate import profile_of
from telemetry.store.statements import statements


def unsafe_rollups(connection: Connection) -> list[str]:
    """Return a sentence for each roll-up that its own refresh would empty; none in the plain profile."""
    if profile_of(connection) == "plain":
        return []
    rows = connection.execute(statements("rollups")["unsafe"]).fetchall()
    return [
        f"{view}: its refresh reaches back {reach or 'for ever'}, but raw samples are dropped after {kept}: "
        "keep raw samples longer, or shorten the refresh"
        for view, reach, kept in rows
    ]
