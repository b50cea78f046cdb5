"""Volumes and readings stored by an earlier version, brought to this one."""

from psycopg import Connection

from telemetry.quality import Flag
from telemetry.store.migrate import migrate, profile_of
from telemetry.store.pool import connect
from telemetry.store.statements import statements
from telemetry.store.volume_writing import CAUSES
from tests.integration.older import migrate_to

OLDER = 17
STORED = f"""
INSERT INTO volume_hour
VALUES (1, '2026-01-01Z', 2, 5, 7, 7, 1e5, 288, 1.4, 1, 1, 0, 'ptz', 'fixed',
        {int(Flag.INDEX_MISMATCH)}, NULL, 1, 2, '{CAUSES[0]}', now(), 0.1);
INSERT INTO volume_hour_superseded
VALUES (1, '2026-01-01Z', 1, 4, 6, 6, 1e5, 288, 1.4, 1, 1, 0, 'ptz', 'fixed',
        {int(Flag.LATE)}, NULL, 1, 2, '{CAUSES[0]}', now(), now(), 0.1);
INSERT INTO reading (
    device_id, measured_at, content_hash, received_at, message_id, index_um3, base_index_um3, flags
) VALUES (1, '2026-01-01Z', 1, now(), 1, 5, 7, 0), (2, '2026-01-01Z', 2, now(), 1, NULL, 7, 0),
       (3, '2026-01-01Z', 3, now(), 1, NULL, NULL, 0);
"""


def test_flags_grow_wider_what_is_stored_stays_and_who_said_a_base_register_alone_is_known(
    empty_database: str,
) -> None:
    with connect(empty_database, "test", autocommit=True) as connection:
        to_older(connection)
        before = standing(connection)
        migrate(connection)
        assert standing(connection) == before
        wide = int(Flag.DISTURBED_VOLUME | Flag.REGISTER_STUCK)
        connection.execute("UPDATE volume_hour SET flags = flags | %s", (wide,))
        row = connection.execute("SELECT flags FROM volume_hour").fetchone()
        assert row == (int(Flag.INDEX_MISMATCH) | wide,)
        found = connection.execute(statements("base_alone")["among"], {"devices": [1, 2, 3]})
        assert found.fetchall() == [(2,)]


def to_older(connection: Connection) -> None:
    """Bring an empty database to an earlier version, and store what it would have."""
    migrate_to(connection, OLDER)
    if profile_of(connection) == "plain":
        connection.execute(
            "CREATE TABLE reading_all PARTITION OF reading FOR VALUES FROM (MINVALUE) TO (MAXVALUE)"
        )
    connection.execute(STORED.encode())


def standing(connection: Connection) -> list[object]:
    """Return all that is stored of volumes."""
    return [
        connection.execute(query).fetchall()
        for query in ("SELECT * FROM volume_hour", "SELECT * FROM volume_hour_superseded")
    ]
