"""What must hold between the rows of the registry as they will stand; only given rows are complained of."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from operator import attrgetter
from typing import Final

from telemetry.work.registry_csv import files
from telemetry.work.registry_csv.bypasses import bypass_complaints
from telemetry.work.registry_csv.complaint import Complaint
from telemetry.work.registry_csv.fixed_pressure import fixed_pressures_missing
from telemetry.work.registry_csv.gas import gas_complaints
from telemetry.work.registry_csv.gas_quality import GAS_QUALITY
from telemetry.work.registry_csv.rule_settings import rule_setting_complaints
from telemetry.work.registry_csv.table import Entry, Tables


def check(tables: Tables) -> Iterator[Complaint]:
    """Yield everything that is wrong."""
    for table in tables.values():
        for entry in table.given.values():
            yield from references(tables, entry)
            yield from _ascending(entry)
    yield from _zone_circles(tables)
    for entry in tables[files.METERS.name].given.values():
        if entry.text("checks") == entry.text("meter"):
            yield entry.complain("checks", "another meter")
    for entry in tables[GAS_QUALITY.name].given.values():
        yield from gas_complaints(entry)
    yield from rule_setting_complaints(tables)
    yield from bypass_complaints(tables)
    yield from _installations(tables)
    yield from fixed_pressures_missing(tables)


def references(tables: Tables, entry: Entry) -> Iterator[Complaint]:
    """Yield what it names that is nowhere."""
    for column, value in zip(entry.file.columns, entry.values, strict=True):
        if not column.refers_to or value is None:
            continue
        if not any(tables[name].knows(value) for name in column.refers_to):
            where = " or ".join(column.refers_to)
            yield entry.complain(column.name, f"one that stands in {where} or in the database")


def _ascending(entry: Entry) -> Iterator[Complaint]:
    """Yield limits that cross."""
    for names in entry.file.ascending:
        limits = [(name, value) for name in names if (value := entry.get(name, float)) is not None]
        for (below, low), (above, high) in pairwise(limits):
            if high < low:
                yield entry.complain(above, f"at least {below}, which is {low:g}")


def _zone_circles(tables: Tables) -> Iterator[Complaint]:
    """Yield zones that lie inside themselves."""
    zones = tables[files.ZONES.name]
    for entry in zones.given.values():
        seen, above = {entry.text("zone")}, entry
        while parent := zones.find(above.text("parent")):
            if parent.text("zone") in seen:
                break
            seen.add(parent.text("zone"))
            above = parent
        if parent and parent.text("zone") == entry.text("zone"):
            yield entry.complain("parent", "a zone that does not lie inside this one")


def _installations(tables: Tables) -> Iterator[Complaint]:
    """Yield installations that contradict themselves, their meter, or one another."""
    installations = tables[files.INSTALLATIONS.name]
    for entry in installations.given.values():
        removed = entry.get("removed_at", datetime)
        if removed and removed <= entry.begins:
            yield entry.complain("removed_at", "a time after valid_from")
        yield from _registers(tables, entry)
    for subject in ("device", "meter"):
        for group in _groups(installations.entries(), subject):
            yield from (overlap for overlap in _overlaps(subject, group) if overlap.line)


def _registers(tables: Tables, entry: Entry) -> Iterator[Complaint]:
    """Yield registers that their meter has too few digits for."""
    meter = tables[files.METERS.name].find(entry.text("meter"))
    for column, digits_column in _DIGITS.items():
        digits = meter.get(digits_column, int) if meter else None
        value = entry.get(column, Decimal)
        if digits is not None and value is not None and value >= 10**digits:
            yield entry.complain(
                column, f"a register of at most {digits} digits before the point, as its meter has"
            )


def _groups(entries: Iterable[Entry], subject: str) -> list[list[Entry]]:
    """Return the rows of each subject that has several, oldest first."""
    grouped: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        grouped[entry.text(subject)].append(entry)
    return [sorted(group, key=attrgetter("begins")) for group in grouped.values() if len(group) > 1]


def _overlaps(subject: str, group: list[Entry]) -> Iterator[Complaint]:
    """Yield installations of one device or meter that begin before an earlier one has ended.

    One without ``removed_at`` ends where the next begins, and so overlaps with
    the next only if both begin at once.
    """
    longest: Entry | None = None
    for before, entry in pairwise(group):
        if before.get("removed_at", datetime) and (longest is None or _end(before) > _end(longest)):
            longest = before
        if before.begins == entry.begins:
            yield _overlap(subject, before, entry)
        elif longest and entry.begins < _end(longest):
            yield _overlap(subject, longest, entry)


def _overlap(subject: str, before: Entry, after: Entry) -> Complaint:
    """Return the complaint about the row of the two that is given, the later one if both are."""
    entry, other, column = (after, before, "valid_from") if after.line else (before, after, "removed_at")
    where = f"on line {other.line}" if other.line else "in the database"
    return entry.complain(
        column,
        f"a time outside the other installation of {subject} {entry.text(subject)}"
        f" (meter {other.text('meter')} from {other.begins.isoformat()}, {where})",
    )


def _end(entry: Entry) -> datetime:
    """Return the stated end of an installation."""
    return entry.get("removed_at", datetime) or entry.begins


_DIGITS: Final = {
    "index_m3": "digits",
    "final_index_m3": "digits",
    "base_index_m3": "base_digits",
    "final_base_index_m3": "base_digits",
}
