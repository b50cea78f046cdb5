"""Is the database at this version? Only looks, so that a reader may ask."""

from psycopg import Connection

from telemetry.errors import ConfigurationError
from telemetry.store.migrate import migrations, profile_of
from telemetry.store.statements import statements


def missing_migrations(connection: Connection) -> list[str]:
    """Return the names of the migrations that were not applied yet.

    Raises
    ------
    ConfigurationError
        If the database is newer than this program.
    """
    applied: set[int] = set()
    row = connection.execute(statements("readiness")["has_migrations"]).fetchone()
    if row and row[0]:
        applied = {number for number, _ in connection.execute(statements("schema")["applied"]).fetchall()}
    wanted = {one.number: one.name for one in migrations(profile_of(connection))}
    if newer := sorted(applied - set(wanted)):
        raise ConfigurationError(f"the database is newer than this program: migration {newer[-1]:04d}")
    return [f"{number:04d}_{name}" for number, name in wanted.items() if number not in applied]
