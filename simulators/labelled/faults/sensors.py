"""Pressure and temperature sensors that freeze, drift, fail, and correctors that compute something else."""

from dataclasses import replace
from typing import Final

import numpy as np

from simulators.days import DAY_S, HOUR_S
from simulators.labelled.calendar import WORKSHOP
from simulators.labelled.consequences import check_alarms
from simulators.labelled.flags import ON_DEFAULT_VALUES, SENSOR_FAULT
from simulators.labelled.happening import Alarm, Happening, MeterEffect
from simulators.labelled.kind import Kind
from simulators.labelled.points import Point
from simulators.labelled.runs import MeterRun, Stage
from simulators.labelled.scene import Place, Scene, blamed, inside, ramp, strength
from simulators.labelled.temperature_evidence import evidence

_FROZEN_READINGS: Final = 12
_TELLABLE_PRESSURE: Final = 0.005
_TELLABLE_DEGC: Final = 1.0
_TELLABLE_FACTOR: Final = 0.01


def sensor_frozen(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a sensor repeat its last value to the last digit while gas flows."""
    lasting_h = float(np.exp(draw.uniform(np.log(15), np.log(144))))
    place = scene.place(_plain_corrector, lasting_h * HOUR_S, draw)
    told = scene.used(place, after_h=1.0)
    if place is None or told is None:
        return None
    pressure = bool(draw.random() < 0.5)  # noqa: PLR2004 (half of them)
    slots = scene.span.between(place.start, place.end)

    def hold(run: MeterRun) -> None:
        sensed = run.sensed_kpa if pressure else run.sensed_degc
        sensed[slots] = sensed[slots.start]

    def repeat(run: MeterRun) -> None:
        said = run.spoken()
        frozen = np.flatnonzero(inside(said.at, place.start, place.end))
        for name in _columns_of(run.point, pressure=pressure):
            said.columns[name][frozen] = said.columns[name][frozen[:1]]

    twelve = place.start + _FROZEN_READINGS * place.point.interval_s
    lasting = (place.end - place.start) / place.point.interval_s
    return replace(
        blamed("sensor_frozen", place),
        also=_twisted(scene, place, "sensor_drift"),
        size=round(lasting, 0),
        unit="readings",
        shape="pressure" if pressure else "temperature",
        strength=lasting / _FROZEN_READINGS,
        detectable_from=max(told, twelve),
        meters=(
            MeterEffect(place.name, Stage.SENSED, hold),
            MeterEffect(place.name, Stage.SAID, repeat),
        ),
    )


def sensor_drift(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a sensor leave the truth little by little; what the corrector computes goes with it.

    A pressure tells it at once, whether gas flows or not: the drop before the meter follows from the flow it
    counts, and gas at rest has the pressure of its line. A temperature tells it by the days' means beside the
    meters that go with it.
    """
    pressure = bool(draw.random() < 0.6)  # noqa: PLR2004 (part of them)

    def fit(point: Point) -> bool:
        return _plain_corrector(point) and (scene.people.of(point).sector.name != WORKSHOP or not pressure)

    place = scene.place(fit, float(draw.uniform(14, 32)) * DAY_S, draw, learnt=True)
    if place is None:
        return None
    plain, sign = strength(draw), float(draw.choice([-1, 1]))
    least = _TELLABLE_PRESSURE if pressure else _TELLABLE_DEGC
    full = place.start + float(draw.uniform(0.4, 0.8)) * (place.end - place.start)
    size, at = sign * plain * least, scene.span.centres
    off = size * ramp(at, place.start, full) * (at < place.end)
    told: float | None = place.start + (full - place.start) / plain
    if not pressure:
        beside = evidence(scene, place)
        plain = abs(size) / max(least, beside.least_degc)
        told = beside.told(scene, place, off, least)

    def drift(run: MeterRun) -> None:
        if pressure:
            run.sensed_kpa = run.sensed_kpa * (1 + off)
        else:
            run.sensed_degc = run.sensed_degc + off

    return replace(
        blamed("sensor_drift", place),
        also=_twisted(scene, place),
        size=round(100 * size if pressure else size, 3),
        unit="% of pressure" if pressure else "°C",
        shape="ramp",
        strength=plain,
        detectable_from=told,
        note="" if told else "no meter's temperature goes so nearly with this one's",
        meters=(MeterEffect(place.name, Stage.SENSED, drift),),
    )


def sensor_out_of_range(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a sensor fail: the device shows an impossible value and computes with its default."""
    place = scene.place(_plain_corrector, float(draw.uniform(2.5, 60)) * HOUR_S, draw)
    if place is None:
        return None
    pressure, admits = bool(draw.random() < 0.6), bool(draw.random() < 0.5)  # noqa: PLR2004 (part of them)
    shown = float(draw.choice([0.0, 1000.0, 1600.0] if pressure else [-60.0, 85.0, 120.0]))
    usual = place.point.meter.set_kpa + place.point.meter.atmospheric_kpa if pressure else 15.0
    slots = scene.span.between(place.start, place.end)

    def default(run: MeterRun) -> None:
        (run.sensed_kpa if pressure else run.sensed_degc)[slots] = usual
        run.disturbed[slots] = True

    def show(run: MeterRun) -> None:
        said = run.spoken()
        during = inside(said.at, place.start, place.end)
        said.columns[_columns_of(run.point, pressure=pressure)[0]][during] = shown
        said.flags[during] |= (SENSOR_FAULT | ON_DEFAULT_VALUES) if admits else 0

    rules = ("disturbed_volume", "sensor_frozen", "sensor_drift", "corrector_mismatch", "consumption_swing")
    return replace(
        blamed("sensor_out_of_range", place),
        also=(*_twisted(scene, place, *rules), scene.zone_alarm(place.point)),
        size=shown,
        unit="kPa" if pressure else "°C",
        shape="flagged" if admits else "silent",
        strength=(place.end - place.start) / HOUR_S,
        detectable_from=place.start,
        meters=(
            MeterEffect(place.name, Stage.SENSED, default),
            MeterEffect(place.name, Stage.SAID, show),
        ),
    )


def disturbed_volume(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a corrector count into its disturbed registers, on values it only assumes."""
    fit = lambda p: p.meter.type == "turbine"  # noqa: E731
    place = scene.place(fit, float(draw.uniform(2, 60)) * HOUR_S, draw)
    if place is None:
        return None
    point, slots = place.point, scene.span.between(place.start, place.end)
    passed = np.cumsum(scene.load(point)[slots]) / 12 / point.usual_factor
    # The dial shows whole cubic metres.
    seen = np.flatnonzero(passed > 2.0)  # noqa: PLR2004
    if seen.size == 0:
        return None
    assumed = point.meter.set_kpa + point.meter.atmospheric_kpa

    def assume(run: MeterRun) -> None:
        run.sensed_kpa[slots] = assumed
        run.disturbed[slots] = True

    def show(run: MeterRun) -> None:
        said = run.spoken()
        during = inside(said.at, place.start, place.end)
        said.columns[_columns_of(point, pressure=True)[0]][during] = assumed
        said.flags[during] |= ON_DEFAULT_VALUES

    return replace(
        blamed("disturbed_volume", place),
        also=_twisted(scene, place, "sensor_out_of_range", "sensor_frozen", "sensor_drift"),
        size=round(float(passed[-1]), 0),
        unit="m³",
        strength=float(passed[-1]) / 2,
        detectable_from=float(scene.span.edges[slots.start + seen[0] + 1]),
        meters=(
            MeterEffect(place.name, Stage.SENSED, assume),
            MeterEffect(place.name, Stage.SAID, show),
        ),
    )


def corrector_mismatch(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a corrector compute base volume with a wrong setting."""
    place = scene.place(_plain_corrector, float(draw.uniform(5, 30)) * DAY_S, draw)
    told = scene.used(place, after_h=3.0)
    if place is None or told is None:
        return None
    plain = strength(draw)
    wrong = plain * _TELLABLE_FACTOR * float(draw.choice([-1, 1]))
    slots = scene.span.between(place.start, place.end)

    def miscompute(run: MeterRun) -> None:
        run.factor[slots] *= 1 + wrong

    return replace(
        blamed("corrector_mismatch", place),
        also=check_alarms(scene, place.point),
        size=round(100 * wrong, 2),
        unit="% of C",
        strength=plain,
        detectable_from=told,
        meters=(MeterEffect(place.name, Stage.CORRECTED, miscompute),),
    )


def _plain_corrector(point: Point) -> bool:
    return point.has_corrector


def _columns_of(point: Point, *, pressure: bool) -> tuple[str, ...]:
    if not pressure:
        return ("temperature_degc",)
    return ("gauge_pressure_kpa",) if point.meter.sends_gauge else ("pressure_kpa",)


def _twisted(scene: Scene, place: Place, *rules: str) -> tuple[Alarm, ...]:
    """Return what may ring when pressure or temperature is not what it says."""
    return (
        *((rule, place.target) for rule in ("bypass_suspected", *rules)),
        *check_alarms(scene, place.point),
    )


KINDS: Final = (
    Kind("sensor_frozen", sensor_frozen, 5),
    Kind("sensor_drift", sensor_drift, 6),
    Kind("sensor_out_of_range", sensor_out_of_range, 5),
    Kind("disturbed_volume", disturbed_volume, 4),
    Kind("corrector_mismatch", corrector_mismatch, 5),
)
