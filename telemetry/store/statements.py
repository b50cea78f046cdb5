"""Named SQL: every query stands in a ``.sql`` file under a name and one line of purpose."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_NAMED = re.compile(
    r"^-- name: (?P<name>\w+)\n-- (?P<purpose>.+)\n(?P<text>(?:(?!^-- name: ).*\n?)*)", re.MULTILINE
)


@cache
def statements(family: str) -> Mapping[str, bytes]:
    """Return the queries of ``sql/<family>.sql`` by name.

    Bytes, since psycopg takes a query that no string was assembled into.
    """
    text = (files("telemetry.store") / "sql" / f"{family}.sql").read_text("utf-8")
    found = {match["name"]: match["text"].strip().encode() for match in _NAMED.finditer(text)}
    if len(found) != text.count("-- name: "):
        raise ValueError(f"sql/{family}.sql: a statement lacks its line of purpose or doubles a name")
    return found
