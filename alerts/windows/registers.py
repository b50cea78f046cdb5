"""What registers did between consecutive readings, made ready for rules."""

import numpy as np

from alerts.alarm import Target, TargetKind
from alerts.windows.placed import Placed
from alerts.windows.window import UNKNOWN_SINCE, Registers
from telemetry.batch import NULL, UM3_PER_M3, Columns
from telemetry.model import HOUR, Booleans, Integers


def registers(placed: Placed) -> Registers:
    """Return the steps that new readings make, within one installation each.

    ``is_new`` tells those that have just arrived: a step is new when either of its ends is.
    """
    rows, before = placed.rows, placed.before
    later = np.flatnonzero(_steps(rows, before))
    former = before[later]
    step_before = _Step(rows, before, former)
    earlier = _Step(rows, before, step_before.begins)
    places, target = np.unique(placed.meter[later], return_inverse=True)
    known = [placed.meters[place] for place in places.tolist()]
    return Registers(
        targets=[Target(TargetKind.METER, meter.meter) for meter in known],
        known_until=np.full(places.size, UNKNOWN_SINCE, dtype=np.int64),
        target=target,
        part=np.zeros(later.size, dtype=np.int64),
        measured_at=rows["measured_at"][later],
        age=_ages(rows, former, later),
        previous_um3=rows["index_um3"][former],
        index_um3=rows["index_um3"][later],
        elapsed=rows["measured_at"][later] - rows["measured_at"][former],
        former_m3=step_before.advance_m3,
        former_elapsed=step_before.elapsed,
        earlier_m3h=earlier.advance_m3 * HOUR / earlier.elapsed,
        digits=np.array([meter.digits for meter in known], dtype=np.int64)[target],
        qmax_m3h=np.array([meter.qmax_m3h for meter in known], dtype=np.float64)[target],
    )


class _Step:
    """The steps that end at some rows, and where they begin; NaN and -1 where nothing is known."""

    def __init__(self, rows: Columns, before: Integers, ends: Integers) -> None:
        self.begins = np.where(ends >= 0, before[ends], -1)
        known = self.begins >= 0
        self.advance_m3 = np.where(known, self._apart(rows["index_um3"], ends) / UM3_PER_M3, np.nan)
        self.elapsed = np.where(known, self._apart(rows["measured_at"], ends), np.nan)

    def _apart(self, column: Integers, ends: Integers) -> Integers:
        return column[ends] - column[self.begins]


def _steps(rows: Columns, before: Integers) -> Booleans:
    """Return which readings end a step that is new."""
    new = rows["is_new"].astype(np.bool_)
    found: Booleans = (rows["index_um3"] != NULL) & (before >= 0) & (new | new[before])
    return found


def _ages(rows: Columns, former: Integers, later: Integers) -> Integers:
    """Return how old the new end of each step was on arrival."""
    age = rows["received_at"] - rows["measured_at"]
    ages: Integers = np.where(rows["is_new"][later] == 1, age[later], age[former])
    return ages
