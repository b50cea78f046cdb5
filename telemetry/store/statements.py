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
    return {name: one.encode() for name, one in named(text, f"sql/{family}.sql").items()}


def named(text: str, origin: str) -> Mapping[str, str]:
    """Return the queries of one file's text by name."""
    found = {match["name"]: match["text"].strip() for match in _NAMED.finditer(text)}
    if len(found) != text.count("-- name: "):
        raise ValueError(f"{origin}: a statement lacks its line of purpose or doubles a name")
    return found
