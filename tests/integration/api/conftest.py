"""A small city over HTTP: one that the tests of a module read together, or one of a test's own."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.api_access import Caller, calling
from tests.servers import create_database, drop_database
from tests.small_city import migrated, populate


@dataclass(frozen=True)
class City:
    """A populated database and somebody who may ask it everything."""

    dsn: str
    caller: Caller


@pytest.fixture(scope="module", params=["plain", pytest.param("timescale", marks=pytest.mark.timescale)])
def city(request: pytest.FixtureRequest) -> Iterator[City]:
    server = {"plain": "postgres_dsn", "timescale": "timescale_dsn"}[request.param]
    dsn = create_database(request.getfixturevalue(server))
    with migrated(dsn) as connection:
        populate(connection)
    with calling(dsn) as caller:
        yield City(dsn, caller)
    drop_database(dsn)


@pytest.fixture
def caller(database: str) -> Iterator[Caller]:
    with migrated(database) as connection:
        populate(connection)
    with calling(database) as found:
        yield found
