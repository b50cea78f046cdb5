"""Verify a statement: what was closed comes out again, and what was tampered with does not."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from psycopg import Connection
from typer.testing import CliRunner

from citygas.cli import app
from telemetry.errors import EntryError, NotFoundError
from telemetry.model import HOUR, MINUTE
from telemetry.store.pool import connect
from telemetry.work.derive import derive_pending
from telemetry.work.settle import close, draw
from telemetry.work.verify_statement import verify_statement
from tests.integration.settling import JULY, START, copies_of, populate
from tests.integration.test_derive import say
from tests.servers import drop_database


def close_july(connection: Connection) -> None:
    populate(connection)
    close(connection, JULY, by="office")
    say(connection, 1, START + np.array([150]) * MINUTE, np.array([105.6]))
    derive_pending(connection)


@pytest.fixture(scope="module")
def copy(postgres_dsn: str) -> Iterator[Callable[[], str]]:
    with copies_of(postgres_dsn, close_july) as copy:
        yield copy


@pytest.fixture
def dsn(copy: Callable[[], str]) -> Iterator[str]:
    dsn = copy()
    yield dsn
    drop_database(dsn)


def tamper(dsn: str, statement: str) -> None:
    """Change what no program changes."""
    with connect(dsn, "test") as connection:
        connection.execute("SET LOCAL session_replication_role = replica")
        assert connection.execute(statement.encode()).rowcount > 0, statement


AT = f"to_timestamp({(START + 500 * HOUR) / 1e6})"
ONE = f"interval_start = {AT}"
REVISED = f"interval_start = to_timestamp({(START + 2 * HOUR) / 1e6})"


MORE = "base_volume_um3 = base_volume_um3 + 1"
TOLD = "UPDATE statement_line SET told = jsonb_set(told, '{%s}', '%s')"
READING = f"device_id = 1 AND measured_at = to_timestamp({(START + 500 * HOUR + 5 * MINUTE) / 1e6})"
TWO = f"interval_start IN ({AT}, {AT} + INTERVAL '1 hour')"
MOVED = f"CASE WHEN {ONE} THEN 1 ELSE -1 END"
LESS = {"line.hours", "line.missing_hours", "sha256"}


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        # The row as it stands and stood: raw data say otherwise, and neither sum nor hash come out.
        (
            f"UPDATE volume_hour SET {MORE} WHERE meter_id = 1 AND {ONE}",
            {"base_volume_um3", "line.base_volume_um3", "sha256"},
        ),
        # One unit from one hour to its neighbour: every sum stays.
        (
            f"UPDATE volume_hour SET volume_um3 = volume_um3 + {MOVED} WHERE meter_id = 1 AND {TWO}",
            {"volume_um3", "sha256"},
        ),
        # What stood when it was closed, of an hour that was revised since.
        (
            f"UPDATE volume_hour_superseded SET {MORE} WHERE meter_id = 1 AND {REVISED}",
            {"line.base_volume_um3", "sha256", "adjustments"},
        ),
        (f"DELETE FROM volume_hour WHERE meter_id = 1 AND {ONE}", LESS),
        (f"UPDATE reading SET index_um3 = index_um3 + 1 WHERE {READING}", {"volume_um3", "base_volume_um3"}),
        (f"UPDATE statement SET {MORE}", {"base_volume_um3"}),
        ("UPDATE statement SET account = 'B'", {"sha256"}),
        ("UPDATE statement SET sha256 = sha256(sha256)", {"sha256"}),
        (TOLD % ("figures,base_volume_um3", 1), {"line.base_volume_um3"}),
        (TOLD % ("closing,index_um3", 1), {"line.closing"}),
        (TOLD % ("sign", -1), {"base_volume_um3", "sha256"}),
        ("UPDATE adjustment SET delta_um3 = delta_um3 + 1", {"adjustments"}),
        ("DELETE FROM adjustment WHERE adjustment_id = 1", {"adjustments"}),
    ],
)
def test_one_unit_is_enough_to_differ(dsn: str, statement: str, expected: set[str]) -> None:
    with connect(dsn, "test", autocommit=True) as connection:
        before = verify_statement(connection, 1)
        assert before.agrees, before.differences[:3]
        tamper(dsn, statement)
        found = verify_statement(connection, 1)
    assert {one.what for one in found.differences} >= expected, found.differences[:5]


def test_a_draft_is_verified_as_it_was_drawn(dsn: str) -> None:
    with connect(dsn, "test", autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("TRUNCATE statement, statement_line, adjustment RESTART IDENTITY")
        (number,) = draw(connection, JULY)
        say(connection, 1, START + np.array([210]) * MINUTE, np.array([106.85]))
        derive_pending(connection)
        assert verify_statement(connection, number).agrees, "a draft has no adjustments to account for"


def test_the_commands_settle_and_verify(dsn: str, tmp_path: Path) -> None:
    file = tmp_path / "citygas.toml"
    file.write_text(f'[database]\ndsn = "{dsn}"\n')

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, [*words, "--config", str(file)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.stdout

    ten_days = ("settle", "--cycle", "ten_day", "--period", "2024-07-D1")
    code, said = run(*ten_days)
    assert (code, said) == (
        0,
        "2 2024-07-D1 B K2 S2: 240 hours, base volume 120.000000 m³ (draft)\n1 drawn\n",
    )
    code, said = run(*ten_days, "--close", "--json")
    manifest = json.loads(said)
    assert (code, manifest["rows"], manifest["sum_m3"], manifest["statements"]) == (0, 240, "120.000000", 1)
    assert run(*ten_days, "--close", "--json") == (0, said)
    assert "1 statements closed, 240 hours, base volume 120.000000 m³" in run(*ten_days, "--close")[1]
    code, said = run("verify", "--statement", "2")
    assert (code, said) == (
        0,
        "statement 2 (2024-07-D1, closed): 240 hours, base volume 120.000000 m³: all agree\n",
    )
    tamper(dsn, "UPDATE volume_hour SET base_volume_um3 = base_volume_um3 + 1 WHERE meter_id = 2")
    code, said = run("verify", "--statement", "1", "--statement", "2")
    assert code == 1
    assert "statement 1 (2024-07, closed): 744 hours" in said
    assert "DIFFERENCES" in said
    assert json.loads(run("verify", "--statement", "1", "--json")[1])["differences"] == []
    refused = CliRunner().invoke(
        app, ["settle", "--cycle", "monthly", "--period", "2024-08", "--close", "--config", str(file)]
    )
    assert isinstance(refused.exception, EntryError)
    assert run("settle", "--cycle", "monthly", "--period", "2024-08", "--close", "--with-missing")[0] == 0
    gone = CliRunner().invoke(app, ["verify", "--statement", "99", "--config", str(file)])
    assert isinstance(gone.exception, NotFoundError)
    assert CliRunner().invoke(app, ["verify", "--config", str(file)]).exit_code == 2
    assert CliRunner().invoke(app, ["settle", "--cycle", "weekly", "--period", "2024-08"]).exit_code == 2
