"""Where the valve in a meter's bypass stood, as its device said."""

from datetime import datetime, timedelta
from typing import Final

from psycopg import Connection

from telemetry.store.statements import statements

_BEFORE: Final = timedelta(days=2)


def bypass_positions(
    connection: Connection, meter_id: int, begin: datetime, end: datetime
) -> list[tuple[datetime, int]]:
    """Return (time, 1 open or 0 closed) of a span in order, with the last word before it."""
    values = {"meter": meter_id, "begin": begin, "end": end, "before": begin - _BEFORE}
    return connection.execute(statements("bypass_positions")["positions"], values).fetchall()
