"""The registry's stations alone: for who watches pressures and knows of no meter."""

from psycopg import Connection
from psycopg.rows import class_row, dict_row

from telemetry.model import Stream
from telemetry.registry import Registry, RegistryRows, Setpoint, Station
from telemetry.store.registry_tables import registry_version
from telemetry.store.statements import statements


def load_station_registry(connection: Connection) -> Registry:
    """Read the stations and what they are set to; the version first, as an import may come between."""
    version = registry_version(connection)
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(statements("registry")["setpoints"]).fetchall()
    setpoints = [Setpoint(**row | {"stream": Stream[row["stream"]]}) for row in found]
    with connection.cursor(row_factory=class_row(Station)) as cursor:
        stations = cursor.execute(statements("registry")["stations"]).fetchall()
    return Registry(RegistryRows(version=version, stations=stations, setpoints=setpoints))
