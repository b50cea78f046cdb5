"""The alarms that have not come back to normal, read again only where somebody changed them."""

from collections.abc import Container

from psycopg import Connection

from alerts.alarm import Alarm
from alerts.records import restored
from telemetry.store.alarms import open_alarms, open_versions


class OpenAlarms:
    """What is known of open alarms; in a storm there are thousands, and few of them change at a time."""

    def __init__(self, connection: Connection, rules: Container[str]) -> None:
        self._connection = connection
        self._rules = rules
        self._known: dict[int, Alarm] = {}

    def read(self) -> list[Alarm]:
        """Return every open alarm of a rule that there is, as it stands now."""
        versions = open_versions(self._connection)
        known = {number: one for number, one in self._known.items() if versions.get(number) == one.version}
        if changed := [number for number in versions if number not in known]:
            rows = open_alarms(self._connection, changed)
            known |= {row.alarm_id: restored(row) for row in rows if row.alarm_id is not None}
        self._known = known
        return [known[number] for number in sorted(known) if known[number].rule in self._rules]
