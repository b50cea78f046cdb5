"""What Grafana and its PostgreSQL data source make of a query before the database sees it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
INTERVALS_MS = (
    *(1, 10, 100),
    *(SECOND * n for n in (1, 2, 5, 10, 15, 20, 30)),
    *(MINUTE * n for n in (1, 2, 5, 10, 15, 20, 30)),
    *(HOUR * n for n in (1, 2, 3, 6, 12, 24)),
)


@dataclass(frozen=True)
class Panel:
    """The time range and interval that a panel is drawn with."""

    start: datetime
    end: datetime
    interval_ms: int

    @classmethod
    def of(cls, start: datetime, end: datetime, max_points: int = 1000) -> "Panel":
        """Return the interval Grafana chooses, rounded down at worst to two thirds."""
        exact = (end - start).total_seconds() * 1000 / max_points
        return cls(start, end, min(INTERVALS_MS, key=lambda step: abs(step - exact)))


def variables(
    sql: str, values: Mapping[str, str | list[str]], quoted: set[str], every: Mapping[str, str]
) -> str:
    """Replace dashboard variables: those of several values or with All as quoted lists, others as they are.

    ``$__all`` stands for the variable's own word for all, which Grafana writes without quotes.
    """

    def filled(match: re.Match[str]) -> str:
        name = match["braced"] or match["bare"]
        if name not in values:
            return match[0]
        value = values[name]
        if value in ("$__all", ["$__all"]):
            return every[name]
        if name in quoted:
            several = value if isinstance(value, list) else [value]
            return ",".join("'" + one.replace("'", "''") + "'" for one in several)
        assert isinstance(value, str)
        return value.replace("'", "''")

    return re.sub(r"\$\{(?P<braced>\w+)(?::\w+)?\}|\$(?P<bare>\w+)", filled, sql)


def macros(sql: str, panel: Panel) -> str:
    """Replace the global words, then the data source's macros, in the data source's order."""
    for word, value in (
        ("$__interval_ms", str(panel.interval_ms)),
        ("$__interval", f"{max(panel.interval_ms // 1000, 1)}s"),
        ("$__unixEpochFrom()", str(int(panel.start.timestamp()))),
        ("$__unixEpochTo()", str(int(panel.end.timestamp()))),
    ):
        sql = sql.replace(word, value)
    return re.sub(r"\$(\w+)\(([^)]*)\)", lambda match: _macro(match[1], _arguments(match[2]), panel), sql)


def _macro(name: str, arguments: list[str], panel: Panel) -> str:
    start, end = _text(panel.start), _text(panel.end)
    match name:
        case "__time":
            return f'{arguments[0]} AS "time"'
        case "__timeFilter":
            return f"{arguments[0]} BETWEEN '{start}' AND '{end}'"
        case "__timeFrom":
            return f"'{start}'"
        case "__timeTo":
            return f"'{end}'"
        case "__timeGroup" | "__timeGroupAlias":
            seconds = _seconds(arguments[1])
            grouped = f"floor(extract(epoch from {arguments[0]})/{seconds})*{seconds}"
            return f'{grouped} AS "time"' if name.endswith("Alias") else grouped
        case "__unixEpochFilter":
            low, high = int(panel.start.timestamp()), int(panel.end.timestamp())
            return f"{arguments[0]} >= {low} AND {arguments[0]} <= {high}"
        case _:
            raise AssertionError(f"the data source knows no macro ${name}")


def _arguments(text: str) -> list[str]:
    return [one.strip() for one in text.split(",")]


def _seconds(interval: str) -> int:
    match = re.fullmatch(r"'?(\d+)([smhd])'?", interval)
    assert match, f"no interval: {interval}"
    return int(match[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]]


def _text(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
