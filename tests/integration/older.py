"""A database as an earlier version would have it."""

from psycopg import Connection

from telemetry.store.migrate import migrations, profile_of
from telemetry.store.statements import statements


def migrate_to(connection: Connection, number: int) -> None:
    """Bring an empty database to the version that ended with this migration."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS citygas")
    schema = statements("schema")
    connection.execute(schema["prepare"])
    for one in migrations(profile_of(connection)):
        if one.number <= number:
            with connection.transaction():
                connection.execute(one.text.encode())
                connection.execute(schema["record"], (one.number, one.name, one.checksum))
