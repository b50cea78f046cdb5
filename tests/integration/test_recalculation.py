"""A gas composition a month late: exactly its rows get revisions, and the feed tells each once."""

from bench.recalculation import START, City, in_order_once, recalculate
from telemetry.model import DAY
from telemetry.store.migrate import migrate
from telemetry.store.pool import connect
from telemetry.work.verify import verify

METERS, DAYS = 20, 60


def test_only_what_changed_is_revised_and_told_once(database: str) -> None:
    city = City(METERS, DAYS, START + 15 * DAY, START + 45 * DAY)
    with connect(database, "test", autocommit=True) as connection:
        migrate(connection)
        found = recalculate(connection, city)
        assert found.rows == METERS * DAYS * 24
        assert found.revised == found.done.revised == METERS // 4 * 30 * 24
        assert found.unexpected == 0
        assert in_order_once(found)
        assert {(one.new_revision, one.old_revision, one.cause) for one in found.told} == {(2, 1, "registry")}
        assert all(one.delta_um3 != 0 for one in found.told)
        assert verify(connection, "M1", START, START + DAYS * DAY).agrees
