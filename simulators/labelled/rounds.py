"""The rounds that look at bypasses and test stations: each is in the records before its date passes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Final

from simulators.days import DAY_S, HOUR_S, UTC_OFFSET_S, local_time
from simulators.labelled.happening import Happening, Row, Tables
from simulators.labelled.span import Span

CHECK_DAYS: Final = 180
"""How often somebody looks at the seal of a bypass."""
PROOF_DAYS: Final = 180
"""How often somebody proves that a standby stream would work."""
TEST_DAYS: Final = 365
"""How often somebody tests what a stream is set to."""
_EARLY_DAYS: Final = 15
_AT_H: Final = 10


def enter_rounds(tables: Tables, span: Span, happenings: Iterable[Happening]) -> None:
    """Write a row for each round within the span; where a fault leaves one out, none is made."""
    left_out = {(h.kind, h.target.id) for h in happenings}
    for rows in _by(tables["bypasses"], ("bypass",)):
        if not left_out & {("bypass_check_due", str(row["target"])) for row in rows}:
            tables["bypasses"] += _gone(rows, span, "checked_on", CHECK_DAYS)
    for rows in _by(tables["setpoints"], ("station", "stream")):
        standby = rows[0]["role"] == "standby"
        rule, days = ("standby_unproven", PROOF_DAYS) if standby else ("setpoint_test_due", TEST_DAYS)
        if (rule, rows[0]["station"]) not in left_out:
            tables["setpoints"] += _gone(rows, span, "tested_on", days)


def _by(rows: Iterable[Row], columns: Collection[str]) -> list[list[Row]]:
    """Return rows by what they are about, each in the order in which they come into force."""
    found: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in sorted(rows, key=_valid_from):
        found[tuple(str(row[column]) for column in columns)].append(row)
    return list(found.values())


def _gone(rows: Sequence[Row], span: Span, column: str, every_days: int) -> list[Row]:
    """Return the rounds at one subject, and let its later rows know of them."""
    found: list[Row] = []
    last = 0.0
    for row, until in zip(rows, [*map(_valid_from, rows[1:]), float(span.end)], strict=True):
        last = max(last, _midnight(row[column]))
        row[column] = local_time(last)[:10]
        while (following := last + (every_days - _EARLY_DAYS) * DAY_S) + _AT_H * HOUR_S < until:
            last = following
            seen_at = local_time(last + _AT_H * HOUR_S)
            found.append({**row, "valid_from": seen_at, column: seen_at[:10]})
    return found


def _valid_from(row: Row) -> float:
    return datetime.fromisoformat(str(row["valid_from"])).timestamp()


def _midnight(day: object) -> float:
    since_1970 = date.fromisoformat(str(day)).toordinal() - date(1970, 1, 1).toordinal()
    return float(since_1970 * DAY_S - UTC_OFFSET_S)
