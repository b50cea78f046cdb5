"""What each station says of itself, and how often."""

from datetime import timedelta
from typing import Final, NamedTuple

from psycopg import Connection

from telemetry.store.statements import statements

_LATELY: Final = timedelta(days=1)
_SAMPLES: Final = 200


class StationSignals(NamedTuple):
    """The keys that a station sent within a day, and the median time between two of its statements [s]."""

    signals: frozenset[str]
    interval_s: float | None


def station_signals(connection: Connection) -> dict[str, StationSignals]:
    """Return what each station said in its latest statements of the last day, by its name."""
    values = {"lately": _LATELY, "samples": _SAMPLES}
    rows = connection.execute(statements("stations")["signals"], values).fetchall()
    return {station: StationSignals(frozenset(signals), interval_s) for station, signals, interval_s in rows}
