"""What flowed where no register tells: by the meter's own week, else by the load its site is designed for."""

from collections.abc import Sequence

import msgspec
import numpy as np

from telemetry.batch import NULL, UM3_PER_M3
from telemetry.model import HOUR, Instant, Integers
from telemetry.ptz.correct import correct_each
from telemetry.quality import Flag
from telemetry.volumes.layout import Curve, Curves, Layout
from telemetry.volumes.method import BaseMethod
from telemetry.volumes.profile import measured, usual
from telemetry.volumes.readings import Load, Stretch
from telemetry.volumes.steps import REGISTER, Steps, take
from telemetry.volumes.terms import TermsTable, terms_at


def estimated(steps: Steps, stretches: Sequence[Stretch], table: TermsTable) -> Steps:
    """Return the steps, those whose volume no register tells with an estimate of it."""
    rows = np.flatnonzero(steps.volume_um3 == NULL)
    if not len(rows):
        return steps
    steps.volume_um3[rows], steps.basis[rows] = 0, BaseMethod.UNMETERED
    curves: list[Curve] = []
    for row in rows.tolist():
        curve = _estimate(steps, row, stretches[int(steps.stretch[row])])
        if curve:
            steps.layout.which[row] = len(steps.layout.curves) + len(curves)
            curves.append(curve)
    steps = msgspec.structs.replace(
        steps, layout=Layout(steps.layout.which, steps.layout.curves.plus(Curves(curves)))
    )
    _take_curves(steps, rows, table)
    return steps


def _estimate(steps: Steps, row: int, stretch: Stretch) -> Curve | None:
    """Say what a step's volume is to be taken from, and return along what; None where that is nothing."""
    start, end = int(steps.start[row]), int(steps.end[row])
    steps.flags[row] |= why_untold(stretch, end)
    if stretch.meanwhile and not stretch.meanwhile.used and end == stretch.meanwhile.until:
        steps.basis[row] = REGISTER
        return None
    here = np.arange(*np.searchsorted(steps.stretch, (steps.stretch[row], steps.stretch[row] + 1)))
    if curve := usual(measured(take(steps, here), stretch), start, end, stretch.time_zone):
        steps.basis[row] = BaseMethod.WEEKDAY_PROFILE
        return curve
    if curve := _designed(stretch.loads, start, end):
        steps.basis[row] = BaseMethod.DESIGN_LOAD
    return curve


def why_untold(stretch: Stretch, end: Instant) -> Flag:
    """Return why no register tells what flowed until an instant."""
    between = stretch.meanwhile is not None and end == stretch.meanwhile.until
    return Flag.GAS_USED_MEANWHILE if between else Flag.NO_FINAL_INDEX


def _designed(loads: Sequence[Load], start: Instant, end: Instant) -> Curve | None:
    """Return what equipment would use from one instant to another, evenly day and night."""
    hour = np.arange(start // HOUR, -(-end // HOUR)) * HOUR
    base = np.zeros(len(hour))
    for load in loads:
        there = np.minimum(hour + HOUR, load.end) - np.maximum(hour, load.start)
        base += load.base_m3h * np.maximum(there, 0) / HOUR
    weight = np.rint(base * UM3_PER_M3).astype(np.int64)
    return Curve(int(hour[0]), np.append(0, np.cumsum(weight))) if weight.any() else None


def _take_curves(steps: Steps, rows: Integers, table: TermsTable) -> None:
    """Take from its curve what flowed in each step that has one; a design load is of base volume."""
    along = rows[np.isin(steps.basis[rows], (BaseMethod.WEEKDAY_PROFILE, BaseMethod.DESIGN_LOAD))]
    which, curves = steps.layout.which[along], steps.layout.curves
    flowed = np.rint(curves.at(which, steps.end[along]) - curves.at(which, steps.start[along]))
    steps.volume_um3[along] = flowed.astype(np.int64)
    designed = along[steps.basis[along] == BaseMethod.DESIGN_LOAD]
    steps.base_given_um3[designed] = steps.volume_um3[designed]
    spec = table.spec[terms_at(table, steps.stretch[designed], steps.start[designed])]
    state = (steps.pressure_pa, steps.temperature_k)
    p, t = (np.where(np.isnan(one.mean), one.before, one.mean)[designed] for one in state)
    factor = correct_each(table.specs, spec, p, t).factor
    known = designed[~np.isnan(factor)]
    steps.volume_um3[known] = np.rint(steps.volume_um3[known] / factor[~np.isnan(factor)]).astype(np.int64)
