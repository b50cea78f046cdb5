"""Registry rows drawn at random: each value from what its column's expectation says to the user."""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Final

from hypothesis import strategies as st

from telemetry.work.registry_csv import kinds
from telemetry.work.registry_csv.columns import Column, RegistryFile
from telemetry.work.registry_csv.kinds import Kind
from telemetry.work.registry_csv.table import Values

_NUMBER: Final = re.compile(r"a number (above|from) (\S+) (?:to|and at most) (\S+)")
_WHOLE: Final = re.compile(r"a whole number from (\S+) to (\S+)")
_DECIMAL: Final = re.compile(r".* from (\S+) to (\S+) with at most (\d+) decimals")
_PRINTABLE: Final = st.characters(exclude_categories=["Cc", "Cs"])
_FIRST: Final = datetime(1900, 1, 2)  # noqa: DTZ001 -- hypothesis puts the zone in
_LAST: Final = datetime(2199, 12, 30)  # noqa: DTZ001
_FIXED: Final[dict[Kind, st.SearchStrategy[object]]] = {
    kinds.TEXT: st.text(_PRINTABLE, min_size=1, max_size=200).map(str.strip).filter(bool),
    kinds.NOTE: st.text(_PRINTABLE | st.sampled_from("\n\r\t"), min_size=1, max_size=300)
    .map(str.strip)
    .filter(bool),
    kinds.SETTING: st.floats(-1e9, 1e9).map(lambda value: kinds.SETTING.parse(repr(value))),
    kinds.NAME: st.from_regex(r"\A[A-Za-z0-9_.-]{1,64}\Z"),
    kinds.INSTANT: st.datetimes(_FIRST, _LAST, timezones=st.just(UTC)),
    kinds.DAY: st.dates(date(1900, 1, 1), date(2199, 12, 31)),
    kinds.CLOCK: st.builds(time, st.integers(0, 23), st.integers(0, 59)),
    kinds.WHOLE_HOUR: st.builds(time, st.integers(0, 23)),
    kinds.TIME_ZONE: st.sampled_from(["Asia/Shanghai", "Asia/Urumqi", "UTC", "Europe/Berlin"]),
    kinds.YES_NO: st.booleans(),
    kinds.READ_DAYS: st.sampled_from(["10|20|end", "end", "1", "31"]),
    kinds.SIGN: st.sampled_from([1, -1, 0]),
}


def of_kind(kind: Kind) -> st.SearchStrategy[object]:
    """Draw values of a kind, everywhere in the range that its expectation names."""
    if kind in _FIXED:
        return _FIXED[kind]
    if kind.expected.startswith("one of "):
        return st.sampled_from(kind.expected.removeprefix("one of ").split(", "))
    if match := _NUMBER.fullmatch(kind.expected):
        drawn = st.floats(float(match[2]), float(match[3]), exclude_min=match[1] == "above")
        return drawn.map(lambda value: value + 0.0)
    if match := _WHOLE.fullmatch(kind.expected):
        return st.integers(int(match[1]), int(match[2]))
    match = _DECIMAL.fullmatch(kind.expected)
    assert match, kind.expected
    low, high = (int(bound.replace(",", "")) for bound in match.groups()[:2])
    return st.decimals(Decimal(low), Decimal(high), places=int(match[3]), allow_nan=False)


def cell(column: Column) -> st.SearchStrategy[object]:
    """Draw what a column may hold."""
    return of_kind(column.kind) if column.required else st.none() | of_kind(column.kind)


def rows(file: RegistryFile) -> st.SearchStrategy[list[Values]]:
    """Draw rows of a file, each with a key of its own."""
    one = st.tuples(*(cell(column) for column in file.columns))
    return st.lists(
        one, max_size=3, unique_by=lambda values: tuple(values[place] for place in file.key_positions)
    )
