"""Bring a database to this version: numbered files, each applied once, in order."""

import logging
import re
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Final, Literal, TypeAlias

from psycopg import Connection
from psycopg.errors import Diagnostic

from telemetry.errors import ConfigurationError
from telemetry.store.pool import SCHEMA
from telemetry.store.statements import statements

Profile: TypeAlias = Literal["timescale", "plain"]

log: Final = logging.getLogger(__name__)

_NAME = re.compile(r"(?P<number>\d{4})_(?P<name>\w+)(?:\.(?P<profile>timescale|plain))?\.sql")
_PARTITION = re.compile(r" \{by (\w+)\}")
_LOCK = 0x6369_7479  # any constant; two starters must not migrate at once


@dataclass(frozen=True)
class Migration:
    """One numbered file, its text made ready for one profile."""

    number: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text as applied."""
        return sha256(self.text.encode()).hexdigest()


def profile_of(connection: Connection) -> Profile:
    """Return ``timescale`` when the server can load the extension, else ``plain``."""
    row = connection.execute(statements("schema")["timescale_available"]).fetchone()
    return "timescale" if row and row[0] else "plain"


def migrations(profile: Profile) -> list[Migration]:
    """Return this version's migrations for one profile, in order."""
    found = []
    for file in (files("telemetry.store") / "migrations").iterdir():
        match = _NAME.fullmatch(file.name)
        if match and match["profile"] in (None, profile):
            text = _PARTITION.sub(
                r" PARTITION BY RANGE (\1)" if profile == "plain" else "", file.read_text("utf-8")
            )
            found.append(Migration(int(match["number"]), match["name"], text))
    return sorted(found, key=lambda one: one.number)


def pending(connection: Connection) -> list[Migration]:
    """Return what is not applied yet.

    Raises
    ------
    ConfigurationError
        If an applied migration differs from this version's, or the database is newer.
    """
    _prepare(connection)
    wanted = {one.number: one for one in migrations(profile_of(connection))}
    applied: dict[int, str] = dict(connection.execute(statements("schema")["applied"]).fetchall())
    for number, checksum in applied.items():
        if number not in wanted:
            raise ConfigurationError(
                f"the database is newer than this program: it has migration {number:04d}"
            )
        if wanted[number].checksum != checksum:
            raise ConfigurationError(f"migration {number:04d} was applied with another text")
    return [one for number, one in wanted.items() if number not in applied]


def migrate(connection: Connection) -> list[Migration]:
    """Apply what is pending, each file in a transaction of its own, and return it."""
    schema = statements("schema")
    connection.add_notice_handler(_pass_on)
    connection.execute(schema["lock"], (_LOCK,))
    connection.commit()
    try:
        todo = pending(connection)
        connection.commit()
        for one in todo:
            with connection.transaction():
                connection.execute(one.text.encode())
                connection.execute(schema["record"], (one.number, one.name, one.checksum))
        connection.commit()
    finally:
        connection.remove_notice_handler(_pass_on)
        connection.rollback()
        connection.execute(schema["unlock"], (_LOCK,))
        connection.commit()
    return todo


def _pass_on(notice: Diagnostic) -> None:
    """Log what the server warns of while it migrates; mere notices are its own talk."""
    if notice.severity_nonlocalized == "WARNING":
        log.warning("migrating server_says=%s", notice.message_primary)


def _prepare(connection: Connection) -> None:
    """Make the schema and the list of applied migrations."""
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}".encode())
    connection.execute(statements("schema")["prepare"])
