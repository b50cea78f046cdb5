"""What each stream of a station carried hour by hour, kept longer than its samples."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, NamedTuple

from psycopg import Connection

from telemetry.model import DAY, HOUR, MINUTE, Instant, moment
from telemetry.store.statements import statements

_LATE: Final[Instant] = 10 * MINUTE
_CATCH_UP: Final = timedelta(hours=3)
REMEMBERED: Final[Instant] = 60 * DAY
"""How far back a clean filter is looked for."""

LATELY: Final[Instant] = 14 * DAY
"""A filter that fills up does so in as many days: what it was is older."""

FEWEST_DAYS: Final = 7
"""How many days must tell of a filter."""


class StreamRecord(NamedTuple):
    """When a stream last carried gas, and what its filter is when it is clean.

    ``resistance`` [Pa/(m³/h)²] is what it resists; ``filter_peak_pa`` the highest differential of two to
    eight weeks ago, which the last days' dirt has no part in.
    """

    station_id: int
    stream: int
    carried_at: Instant | None
    resistance: float | None
    filter_peak_pa: float | None


def last_hour(now: Instant) -> Instant:
    """Return where the last hour ends of which everything has arrived that is worth waiting for."""
    return (now - _LATE) // HOUR * HOUR


def roll_stream_hours(connection: Connection, now: Instant) -> None:
    """Keep the hours that are over, of the last three: a watch that was away longer leaves a gap."""
    end = moment(last_hour(now))
    connection.execute(statements("stream_hours")["roll"], {"from": end - _CATCH_UP, "to": end})


def stream_records(connection: Connection, now: Instant, carrying_m3h: float) -> list[StreamRecord]:
    """Return what the hours say of each stream; a filter needs a week of days."""
    values = {
        "carrying_m3h": carrying_m3h,
        "since": moment(now - REMEMBERED),
        "before": moment(now - LATELY),
        "days": FEWEST_DAYS,
    }
    rows = connection.execute(statements("stream_hours")["records"], values).fetchall()
    return [StreamRecord(*row) for row in rows]


def outlet_hours(
    connection: Connection, after: Mapping[int, Instant]
) -> list[tuple[int, Instant, float, int]]:
    """Return (station, hour, sum of outlet pressures [Pa gauge], samples) of stations after an hour each."""
    values = {"stations": list(after), "after": [moment(hour) for hour in after.values()]}
    return connection.execute(statements("stream_hours")["outlets"], values).fetchall()
