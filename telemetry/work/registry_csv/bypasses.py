"""Pipes around meters and regulators: how each is kept shut, and when somebody must look at it."""

from collections.abc import Iterator
from typing import Final

from telemetry.registry import rows
from telemetry.work.registry_csv.columns import RegistryFile, may, must
from telemetry.work.registry_csv.complaint import Complaint
from telemetry.work.registry_csv.kinds import DAY, INSTANT, TEXT, word_of
from telemetry.work.registry_csv.ranges import DAYS
from telemetry.work.registry_csv.table import Tables

BYPASSES: Final = RegistryFile(
    "bypasses.csv",
    "bypass",
    ("bypass", "valid_from"),
    (
        must("bypass", TEXT, derives=False),
        must("around", word_of(rows.Around), derives=False),
        must("target", TEXT, "meters.csv", "stations.csv", derives=False),
        must("valid_from", INSTANT, derives=False),
        may("metered_by", TEXT, "meters.csv"),
        may("isolation", word_of(rows.BypassIsolation)),
        may("seal_no", TEXT),
        may("key_holder", TEXT),
        may("check_interval_days", DAYS),
        may("checked_on", DAY),
    ),
)

_TARGETS: Final = {"meter": "meters.csv", "regulator": "stations.csv"}


def bypass_complaints(tables: Tables) -> Iterator[Complaint]:
    """Yield bypasses around a meter that is a station or the reverse, or that their own meter measures."""
    for entry in tables[BYPASSES.name].given.values():
        target, file = entry.text("target"), _TARGETS[entry.text("around")]
        other = next(name for name in _TARGETS.values() if name != file)
        if tables[other].knows(target) and not tables[file].knows(target):
            yield entry.complain("target", f"one that stands in {file}, around being {entry.text('around')}")
        if entry.text("metered_by") == target:
            yield entry.complain("metered_by", "another meter than the one it goes around")
