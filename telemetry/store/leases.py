"""What collectors have written down of the shards they hold."""

from psycopg import Connection

from telemetry.store.statements import statements


def all_subscribed(connection: Connection) -> bool:
    """Tell whether the broker keeps messages for every shard; False before the first collector came."""
    row = connection.execute(statements("lease")["all_subscribed"]).fetchone()
    return bool(row and row[0])
