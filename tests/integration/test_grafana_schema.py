"""Schema `grafana`: documented throughout, and readable by its role alone."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from grafana.documentation import described_views, views_table
from telemetry.store.migrate import migrate, profile_of
from telemetry.store.pool import connect
from tests.servers import create_database, drop_database
from tests.small_city import as_reader, migrated

DOCUMENT = Path(__file__).parents[2] / "docs" / "dashboards.md"


def value(connection: psycopg.Connection, sql: str) -> object:
    row = connection.execute(sql.encode()).fetchone()
    assert row is not None
    return row[0]


def test_every_view_column_and_function_is_described(database: str) -> None:
    with migrated(database) as connection:
        views = described_views(connection)
        assert {
            "station_pressure",
            "pressure_15min",
            "volume_gas_day",
            "limits",
            "dead_letter",
        } <= views.keys()
        for name, view in views.items():
            assert view.comment, name
            assert all(column.comment for column in view.columns), name
        silent = connection.execute(
            b"SELECT proname FROM pg_proc WHERE pronamespace = 'grafana'::regnamespace"
            b" AND obj_description(oid) IS NULL"
        ).fetchall()
        assert silent == []


def test_units_are_said_where_a_name_carries_one(database: str) -> None:
    units = {
        "_kpa": "kPa",
        "_degc": "°C",
        "_m3": "m³",
        "_m3h": "m³/h",
        "_pct": "%",
        "_v": "V",
        "_s": "econds",
    }
    with migrated(database) as connection:
        for name, view in described_views(connection).items():
            for column in view.columns:
                for suffix, unit in units.items():
                    if column.name.endswith(suffix):
                        assert unit in column.comment, f"{name}.{column.name}: {column.comment}"
                assert not column.name.endswith(("_pa", "_um3", "_k")), f"{name}.{column.name}: an inner unit"


def test_documentation_lists_the_views_as_they_are(database: str) -> None:
    with migrated(database) as connection:
        assert views_table(connection) in DOCUMENT.read_text(), (
            "run: make: python -m grafana.documentation DSN"
        )


def test_both_profiles_have_the_same_views(postgres_dsn: str, timescale_dsn: str) -> None:
    tables = []
    for server in (postgres_dsn, timescale_dsn):
        dsn = create_database(server)
        with migrated(dsn) as connection:
            tables.append(views_table(connection))
        drop_database(dsn)
    assert tables[0] == tables[1]


FORBIDDEN = (
    "SELECT * FROM citygas.reading",
    "SELECT * FROM citygas.api_key",
    "SELECT payload FROM citygas.message",
    "SELECT * FROM citygas.pressure_sample_1h",
    "SELECT citygas.grant_grafana_reader()",
    "SELECT * FROM citygas.pressure_bins('1 minute', now() - INTERVAL '1 day', now(), '{1}')",
    "DELETE FROM grafana.account",
    "INSERT INTO grafana.account (account, name) VALUES ('x', 'x')",
    "CREATE TABLE grafana.mine (a int)",
    "CREATE VIEW grafana.mine AS SELECT 1",
)


def test_reader_reaches_nothing_but_the_views(database: str) -> None:
    migrated(database).close()
    with as_reader(database) as connection:
        connection.execute(b"SET default_transaction_read_only = off")
        for statement in FORBIDDEN:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())


def test_reader_is_bounded(database: str) -> None:
    migrated(database).close()
    with as_reader(database) as connection:
        assert value(connection, "SHOW statement_timeout") == "15s"
        assert value(connection, "SHOW default_transaction_read_only") == "on"
        assert value(connection, "SHOW TimeZone") == "UTC"
        assert value(connection, "SHOW jit") == "off"
        connection.execute(b"SET statement_timeout = '50ms'")
        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute(b"SELECT pg_sleep(5)")


def test_later_views_are_readable_too(database: str) -> None:
    with migrated(database) as connection:
        connection.execute(b"CREATE VIEW grafana.later AS SELECT 1 AS one")
        connection.commit()
    with as_reader(database) as connection:
        assert value(connection, "SELECT one FROM grafana.later") == 1


@pytest.fixture
def modest_owner(profile_dsn: str) -> Iterator[tuple[str, psycopg.Connection]]:
    """A database whose owner may not make roles, on a server that has not got the reader's yet."""
    dsn = create_database(profile_dsn)
    with psycopg.connect(dsn, autocommit=True) as admin:
        admin.execute(b"CREATE ROLE modest_owner LOGIN")
        admin.execute(f'ALTER DATABASE "{admin.info.dbname}" OWNER TO modest_owner'.encode())
        known = value(admin, "SELECT count(*) FROM pg_roles WHERE rolname = 'citygas_grafana'")
        if known:
            admin.execute(b"ALTER ROLE citygas_grafana RENAME TO citygas_grafana_aside")
        if profile_of(admin) == "timescale":
            admin.execute(b"CREATE EXTENSION timescaledb SCHEMA public")
        yield make_conninfo(dsn, user="modest_owner"), admin
    drop_database(dsn)
    with psycopg.connect(profile_dsn, autocommit=True) as admin:
        admin.execute(b"DROP ROLE modest_owner")
        admin.execute(b"DROP ROLE IF EXISTS citygas_grafana")
        if known:
            admin.execute(b"ALTER ROLE citygas_grafana_aside RENAME TO citygas_grafana")


def test_owner_without_createrole_is_told_what_to_do(modest_owner: tuple[str, psycopg.Connection]) -> None:
    dsn, admin = modest_owner
    told: list[str] = []
    with connect(dsn, "test") as owner:
        owner.add_notice_handler(lambda notice: told.append(str(notice.message_primary)))
        migrate(owner)
    assert [one for one in told if "CREATE ROLE citygas_grafana LOGIN" in one], told

    admin.execute(b"CREATE ROLE citygas_grafana LOGIN")
    with psycopg.connect(dsn, autocommit=True) as owner:
        assert "ALTER ROLE citygas_grafana SET" in str(value(owner, "SELECT citygas.grant_grafana_reader()"))
    with as_reader(dsn) as reader:
        assert value(reader, "SELECT count(*) FROM grafana.alarm") == 0

    assert value(admin, "SELECT citygas.grant_grafana_reader()") is None
    with psycopg.connect(dsn, autocommit=True) as owner:
        assert value(owner, "SELECT citygas.grant_grafana_reader()") is None
