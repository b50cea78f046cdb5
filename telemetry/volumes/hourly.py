"""Readings to hourly volumes: a pure function of readings and terms, hour by hour."""

from collections.abc import Sequence

import msgspec
import numpy as np

from telemetry.volumes.base_volume import BaseVolumes
from telemetry.volumes.between import steps_between
from telemetry.volumes.counted import counted
from telemetry.volumes.disturbed import corrected, metered
from telemetry.volumes.hours import HourlyVolumes, lay_on_hours
from telemetry.volumes.readings import Readings, Stretch
from telemetry.volumes.steps import Steps
from telemetry.volumes.terms import TermsTable
from telemetry.volumes.uncertainty import expanded


class Worked(msgspec.Struct, frozen=True, eq=False):
    """Hourly volumes, and on the way to them the readings that count, the steps and their base volumes."""

    readings: Readings
    steps: Steps
    base: BaseVolumes
    volumes: HourlyVolumes


def hourly_volumes(readings: Readings, stretches: Sequence[Stretch], table: TermsTable) -> HourlyVolumes:
    """Return the hourly volumes of the stretches, those of one meter in order of time.

    An hour depends on the steps that touch it, on where each register's segment stood when they
    began and on the last good p and T of at most seven days before; in a gap on the 28 days before
    it, and across a fault of the corrector, where the contract wants it, on good steps of 38 days.
    What is read beyond that changes no bit of it.
    """
    return worked(readings, stretches, table).volumes


def worked(readings: Readings, stretches: Sequence[Stretch], table: TermsTable) -> Worked:
    """Return `hourly_volumes` with what they come from."""
    counting = counted(readings, stretches)
    steps = steps_between(counting, stretches, table)
    usual = np.array([one.usual_factor for one in stretches], np.float64).reshape(-1, 2)
    base = corrected(steps, usual, table)
    steps = metered(steps, base)
    wanted = (
        np.array([one.first_hour for one in stretches], np.int64),
        np.array([one.end_hour for one in stretches], np.int64),
    )
    meter_id = np.array([one.meter_id for one in stretches], np.int64)
    mpe = np.array([one.meter_mpe for one in stretches], np.float64)
    volumes = lay_on_hours(steps, base, expanded(steps, base, table, mpe), meter_id, wanted)
    return Worked(counting, steps, base, volumes)
