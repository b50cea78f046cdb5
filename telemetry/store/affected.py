"""Who loses gas when a station trips."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import class_row

from telemetry.store.statements import statements


@dataclass(frozen=True, slots=True)
class AffectedRow:
    """A site whose gas comes through a station; ``named`` where the registry says so of the site itself."""

    site: str
    name: str | None
    zone: str
    named: bool
    other_stations: list[str]
    account: str | None
    account_name: str | None
    key_account: bool


@dataclass(frozen=True, slots=True)
class LoadRow:
    """What a site's billing meters took in a day, and in its largest hour."""

    site: str
    meters: list[str]
    base_volume_um3: int | None
    peak_um3: int | None


def affected_sites(connection: Connection, station: str, at: datetime) -> list[AffectedRow]:
    """Return the sites whose gas comes through a station at a moment, by name."""
    with connection.cursor(row_factory=class_row(AffectedRow)) as cursor:
        return cursor.execute(statements("affected")["sites"], {"station": station, "at": at}).fetchall()


def site_loads(connection: Connection, sites: Collection[str], at: datetime) -> dict[str, LoadRow]:
    """Return what sites that have a billing meter took in the day before a moment."""
    with connection.cursor(row_factory=class_row(LoadRow)) as cursor:
        rows = cursor.execute(statements("affected")["loads"], {"sites": list(sites), "at": at}).fetchall()
    return {row.site: row for row in rows}
