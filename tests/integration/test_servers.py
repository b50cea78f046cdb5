"""The servers that other tests stand on are the ones they think they are."""

from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg.conninfo import conninfo_to_dict

from citygas.embedded.broker import EmbeddedBroker
from citygas.embedded.postgres import EmbeddedPostgres

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_a_database_is_fresh_and_private(database: str, server_folder: Path) -> None:
    with psycopg.connect(database) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        where = connection.execute("SHOW data_directory").fetchone()
        connection.execute("CREATE TABLE left_behind (id int)")
    assert tables == (0,)
    assert where is not None
    assert str(server_folder.resolve()) in where[0]


def test_the_timescale_profile_can_load_its_extension(timescale_server: EmbeddedPostgres) -> None:
    with psycopg.connect(timescale_server.dsn) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_available_extensions WHERE name = 'timescaledb'"
        ).fetchone()
    assert row == (1,)


def test_no_server_listens_on_the_network(postgres_server: EmbeddedPostgres) -> None:
    assert str(conninfo_to_dict(postgres_server.dsn)["host"]).startswith("/")


def test_the_broker_is_ours_and_off_the_usual_port(mosquitto: EmbeddedBroker) -> None:
    assert mosquitto.kind == "mosquitto"
    assert mosquitto.port != 1883
    assert mosquitto.running


def test_the_browser_opens_a_page(browser: "Browser") -> None:
    page = browser.new_page()
    page.set_content("<title>燃气</title>")
    assert page.title() == "燃气"
