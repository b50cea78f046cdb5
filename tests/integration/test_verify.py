"""Verify: what is stored comes out of the raw data again, and what was tampered with does not."""

from collections.abc import Iterator

import numpy as np
import pytest
from psycopg import Connection

from telemetry.errors import NotFoundError
from telemetry.model import DAY, HOUR
from telemetry.store.migrate import migrate
from telemetry.store.pool import connect
from telemetry.work.derive import derive_pending
from telemetry.work.verify import verify
from tests.integration.test_derive import REGISTRY, START, say

HOURS = 120 * 24


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    with connect(database, "test", autocommit=True) as opened:
        migrate(opened)
        opened.execute(REGISTRY)
        kept = np.delete(np.arange(HOURS + 1), [30, 31, 32, 400, 401, 402, 403, 404, 405, 406, 2300])
        say(opened, 1, START + kept * HOUR + kept % 7 * 1_000_003, 100 + np.round(kept * 1.234567, 6))
        derive_pending(opened)
        yield opened


def test_all_that_is_stored_comes_out_again(connection: Connection) -> None:
    before = connection.execute("SELECT count(*), sum(base_volume_um3) FROM volume_hour").fetchone()
    found = verify(connection, "M1", START - DAY, START + 200 * DAY)
    assert found.agrees, found.differences[:3]
    assert (found.hours, found.base_volume_um3) == before
    assert found.hours > HOURS - 12
    part = verify(connection, "M1", START + 2 * DAY, START + 3 * DAY)
    assert (part.agrees, part.hours) == (True, 24)


@pytest.mark.parametrize(
    ("tampering", "what"),
    [
        ("volume_um3 = volume_um3 + 1", "volume_um3"),
        ("base_volume_um3 = base_volume_um3 - 1", "base_volume_um3"),
        ("device_base_volume_um3 = 5", "device_base_volume_um3"),
        ("quality = 1", "quality"),
        ("calculation = 1000", "calculation"),
    ],
)
def test_one_unit_is_enough_to_differ(connection: Connection, tampering: str, what: str) -> None:
    statement = (
        f"UPDATE volume_hour SET {tampering} WHERE interval_start = to_timestamp({(START + DAY) / 1e6})"
    )
    assert connection.execute(statement.encode()).rowcount == 1
    found = verify(connection, "M1", START, START + 2 * DAY)
    assert [(one.what, one.interval_start.timestamp()) for one in found.differences] == [
        (what, (START + DAY) / 1e6)
    ]


def test_a_row_that_is_gone_or_raw_data_that_is_changed_differs(connection: Connection) -> None:
    connection.execute(f"DELETE FROM volume_hour WHERE interval_start = to_timestamp({START / 1e6})".encode())
    gone = verify(connection, "M1", START, START + DAY)
    assert {one.stored for one in gone.differences} == {None}
    connection.execute("UPDATE reading SET index_um3 = index_um3 + 1 WHERE measured_at = to_timestamp(%s)",
                       [(START + 52 * HOUR + 3 * 1_000_003) / 1e6])  # fmt: skip
    assert not verify(connection, "M1", START + 2 * DAY, START + 3 * DAY).agrees


def test_only_a_meter_that_is_there_can_be_verified(connection: Connection) -> None:
    with pytest.raises(NotFoundError, match="there is no meter M9"):
        verify(connection, "M9", START, START + DAY)
