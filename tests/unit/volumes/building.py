"""Readings and stretches for tests, written as a person would note them."""

from collections.abc import Sequence

import numpy as np

from telemetry.batch import NULL, Columns
from telemetry.model import HOUR, MINUTE, GasQuality, Integers
from telemetry.ptz.spec import CorrectionSpec, Mode
from telemetry.registry import CorrectorFailureRule
from telemetry.volumes.hourly import hourly_volumes
from telemetry.volumes.hours import HourlyVolumes
from telemetry.volumes.readings import Stretch, Terms, settled
from telemetry.volumes.terms import terms_table

START = 480_000 * HOUR
"""A whole hour of 2024."""

GAS_1 = GasQuality(
    method="aga8_detail",
    fractions=(0.965, 0.003, 0.006, 0.018, 0.0045, 0.001, 0.001, 0.0005, 0.0003, 0.0007) + 11 * (0.0,),
)
PT = CorrectionSpec(mode=Mode.PT)
PTZ = CorrectionSpec(gas=GAS_1)

Note = tuple[float, float | None, float | None, float | None, float | None]
"""Minutes from START, index m³, base index m³, absolute kPa, °C."""


def columns(notes: Sequence[Note], *, seq: Sequence[int] | None = None) -> Columns:
    """Return notes as readings of one stretch."""
    minutes, index, base, pressure, temperature = zip(*notes, strict=True) if notes else ((), (), (), (), ())
    rows = len(minutes)
    return {
        "stretch": np.zeros(rows, np.int64),
        "measured_at": np.array([START + round(at * MINUTE) for at in minutes], np.int64),
        "index_um3": _um3(index),
        "base_index_um3": _um3(base),
        "pressure_pa": np.array(pressure, np.float64) * 1000,
        "gauge_pressure_pa": np.full(rows, np.nan),
        "temperature_k": np.array(temperature, np.float64) + 273.15,
        "disturbed_index_um3": np.full(rows, NULL),
        "base_disturbed_index_um3": np.full(rows, NULL),
        "mechanical_index_um3": np.full(rows, NULL),
        "flow_m3h": np.full(rows, np.nan),
        "flags": np.zeros(rows, np.int64),
        "seq": np.array(seq or [NULL] * rows, np.int64),
        "content_hash": np.arange(rows),
    }


def _um3(values: Sequence[float | None]) -> Integers:
    return np.array([NULL if value is None else round(value * 1e6) for value in values], np.int64)


def stretch(*terms: Terms, digits: int = 8, qmax_m3h: float = 100.0, hours: int = 24 * 400) -> Stretch:
    """Return one meter's stretch from START on, corrected for p and T unless terms say otherwise."""
    return Stretch(
        meter_id=1,
        first_hour=START,
        end_hour=START + hours * HOUR,
        range_um3=10 ** (digits + 6),
        base_range_um3=10 ** (digits + 6),
        qmax_m3h=qmax_m3h,
        usual_factor=(0.5, 12.0),
        terms=terms or (Terms(0, PT, 101_325.0),),
    )


def hourly(notes: Sequence[Note], *terms: Terms, digits: int = 8) -> HourlyVolumes:
    """Return the hourly volumes of notes."""
    stretches = (stretch(*terms, digits=digits),)
    return hourly_volumes(settled(columns(notes)), stretches, terms_table(stretches))


def terms(spec: CorrectionSpec, start: int = 0, rule: CorrectorFailureRule | None = None) -> Terms:
    """Return terms that hold from an instant on."""
    return Terms(start, spec, 101_325.0, failure_rule=rule)
