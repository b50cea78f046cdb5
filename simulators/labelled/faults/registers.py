"""Registers that fall, leap, stand still, run backwards, or part from the one they should follow."""

from dataclasses import replace
from typing import Final

import numpy as np

from simulators.days import DAY_S, HOUR_S
from simulators.labelled.consequences import check_alarms, uncounted
from simulators.labelled.flags import DATA_RESTORED, REVERSE_FLOW
from simulators.labelled.happening import Alarm, Happening, MeterEffect
from simulators.labelled.kind import Kind
from simulators.labelled.pressure_evidence import clearness
from simulators.labelled.runs import MeterRun, Stage
from simulators.labelled.scene import Place, Scene, blamed, inside, strength
from simulators.labelled.span import SLOT_H

_TELLABLE_MISMATCH: Final = 0.005
_TELLABLE_DEVIATION: Final = 0.021
"""Two meters of class 1.5 in series: the root of the sum of their squared limits of error."""
_APART_M3: Final = 2.0
"""Both registers show whole cubic metres: they must part by two before anybody can tell."""
_OVER_RANGE: Final = 1.2
_STUCK_H: Final = 3.0
_EVIDENT_STUCK_H: Final = 6.0
_SIGMAS: Final = 4.0
"""A pressure also wanders by the day: less than this above its noise tells nobody that gas flows."""


def register_regression(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a device restore counters of some hours ago."""
    place = scene.place(lambda _: True, HOUR_S, draw)
    if place is None:
        return None
    point, span = place.point, scene.span
    lately = span.between(place.start - float(draw.uniform(2, 48)) * HOUR_S, place.start)
    used = scene.load(point)[lately].sum() * SLOT_H / point.usual_factor
    least = max(0.015, 1.5 * point.meter.resolution_m3)
    slips = bool(draw.random() < 0.3)  # noqa: PLR2004 (part of them)
    # What flows in the same interval hides as much of the fall.
    hidden = scene.load(point)[span.between(place.start - point.interval_s, place.start + point.interval_s)]
    least += 1.2 * float(hidden.sum()) * SLOT_H / point.usual_factor
    size = round(least * strength(draw) if slips else max(float(used), 2 * least), 3)
    flagged = not slips and bool(draw.random() < 0.5)  # noqa: PLR2004 (half of the makes say so)

    def restore(run: MeterRun) -> None:
        _shift(run, place.start, -size)
        said = run.spoken()
        if flagged:
            said.flags[inside(said.at, place.start, place.start + point.interval_s)] |= DATA_RESTORED

    return replace(
        blamed("register_regression", place),
        also=_shifted(scene, place),
        size=size,
        unit="m³",
        shape="slip" if slips else "restored",
        strength=size / least,
        detectable_from=place.start,
        note="data_restored" if flagged else "",
        meters=(MeterEffect(place.name, Stage.SAID, restore),),
    )


def register_jump(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a register leap by more than can have flowed since the last reading."""
    place = scene.place(lambda _: True, HOUR_S, draw)
    if place is None:
        return None
    point, plain = place.point, strength(draw)
    size = round(plain * _OVER_RANGE * point.meter.qmax_m3h * point.interval_s / HOUR_S, 3)
    return replace(
        blamed("register_jump", place),
        also=(("flow_over_range", place.target), *_shifted(scene, place)),
        size=size,
        unit="m³",
        strength=plain,
        detectable_from=place.start,
        meters=(MeterEffect(place.name, Stage.SAID, lambda run: _shift(run, place.start, size)),),
    )


def _shifted(scene: Scene, place: Place) -> tuple[Alarm, ...]:
    """Return what may ring when registers move by what nobody burned."""
    # On a prepaid meter what is left no longer follows from what the register shows.
    carded = ("recharge_mismatch",) if place.point.meter.card is not None else ()
    rules = ("consumption_swing", "index_mismatch", "corrector_mismatch", *carded)
    own = tuple((rule, place.target) for rule in rules)
    return (*own, scene.zone_alarm(place.point), *check_alarms(scene, place.point))


def _shift(run: MeterRun, start: float, by_m3: float) -> None:
    """Move the device's registers from an instant on; the mechanical one knows nothing of it."""
    said = run.spoken()
    after = said.at >= start
    said.columns["index_m3"][after] += by_m3
    if "base_index_m3" in said.columns:
        said.columns["base_index_m3"][after] += by_m3 * run.point.usual_factor


def register_stuck(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a register stand still while gas flows: the counter jams, or pulses no longer arrive."""
    place = scene.place(
        lambda _: True, float(np.exp(draw.uniform(np.log(0.6), np.log(10)))) * DAY_S, draw, learnt=True
    )
    told = scene.used(place, after_h=_STUCK_H)
    if place is None or told is None:
        return None
    pulses = bool(draw.random() < 0.5)  # noqa: PLR2004 (half of them)
    slots = scene.span.between(place.start, place.end)
    load = scene.load(place.point)
    used_h = np.count_nonzero(load[slots] > 0.15 * np.quantile(load, 0.95)) * SLOT_H

    plain = float(used_h) / _EVIDENT_STUCK_H
    clear, note = _witnessed(scene, place, pulses=pulses)

    def stand(run: MeterRun) -> None:
        run.counted_m3[slots] = 0.0
        run.flow_m3h[slots] = 0.0
        if not pulses:
            run.mechanical_m3[slots] = 0.0

    return replace(
        blamed("register_stuck", place),
        also=uncounted(scene, place, "index_mismatch"),
        size=round(float(used_h), 1),
        unit="h of use not counted",
        shape="lost pulses" if pulses else "jam",
        strength=min(plain, clear),
        detectable_from=told if clear > 1 else None,
        note=note,
        meters=(MeterEffect(place.name, Stage.COUNTED, stand),),
    )


def _witnessed(scene: Scene, place: Place, *, pulses: bool) -> tuple[float, str]:
    """Return how plainly anything else shows gas flowing while a register stands, beside the least; a note.

    The corrector's counters and its displayed flow live by the same pulses, and stand with it. What is left
    is a register that counts by itself, a meter in series, and the pressure that a burner draws down.
    """
    point = place.point
    counted = pulses and point.meter.type == "turbine"
    if counted or any(p.checks == point.name for p in scene.people.points):
        return float("inf"), ""
    if not point.has_corrector:
        return 0.0, "nothing else that the meter says shows gas flowing"
    clear = clearness(scene, point, 1.0, scene.span.between(place.start, place.end))
    return clear / _SIGMAS, f"pressure drop tells it from noise {clear:.1f} times"


def reverse_flow(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let gas flow back through a meter that can tell."""
    kinds = {"ultrasonic": True, "rotary": False, "turbine": False}
    place = scene.place(lambda p: p.meter.type in kinds, float(draw.uniform(1.2, 12)) * HOUR_S, draw)
    if place is None:
        return None
    plain, meter = strength(draw), place.point.meter
    rate = round(plain * meter.qmin_m3h, 3)
    slots = scene.span.between(place.start, place.end)
    counts_back = kinds[meter.type]

    def flow_back(run: MeterRun) -> None:
        run.flow_m3h[slots] = 0.0
        run.counted_m3[slots] = -rate * SLOT_H if counts_back else 0.0
        run.mechanical_m3[slots] = run.counted_m3[slots]

    def flag(run: MeterRun) -> None:
        said = run.spoken()
        said.flags[inside(said.at, place.start, place.end)] |= REVERSE_FLOW

    return replace(
        blamed("reverse_flow", place),
        also=(("register_regression", place.target), *uncounted(scene, place, "register_stuck")),
        size=rate,
        unit="m³/h",
        shape="register falls" if counts_back else "flag alone",
        strength=plain,
        detectable_from=place.start,
        meters=(
            MeterEffect(place.name, Stage.COUNTED, flow_back),
            MeterEffect(place.name, Stage.SAID, flag),
        ),
    )


def index_mismatch(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a corrector miss part of the pulses that its meter's mechanical register counts."""
    fit = lambda p: p.meter.type == "turbine"  # noqa: E731
    place = scene.place(fit, float(draw.uniform(5, 20)) * DAY_S, draw)
    if place is None:
        return None
    share = round(float(np.exp(draw.uniform(np.log(0.006), np.log(0.25)))), 4)
    slots = scene.span.between(place.start, place.end)
    lost = np.cumsum(scene.load(place.point)[slots]) * SLOT_H / place.point.usual_factor * share
    apart = np.flatnonzero(lost > _APART_M3)
    told = None if apart.size == 0 else float(scene.span.edges[slots.start + apart[0] + 1])

    def miss(run: MeterRun) -> None:
        run.counted_m3[slots] *= 1 - share

    return replace(
        blamed("index_mismatch", place),
        also=uncounted(scene, place, "flow_under_range"),
        size=round(100 * share, 2),
        unit="% of pulses",
        strength=share / _TELLABLE_MISMATCH,
        detectable_from=told,
        meters=(MeterEffect(place.name, Stage.COUNTED, miss),),
    )


def check_meter_deviation(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a meter count too little beside the one in series with it."""
    checks = {p.checks for p in scene.people.points if p.role == "check"}
    place = scene.place(lambda p: p.name in checks, float(draw.uniform(8, 25)) * DAY_S, draw)
    told = scene.used(place, after_h=24.0)
    if place is None or told is None:
        return None
    plain = strength(draw)
    slow = round(plain * _TELLABLE_DEVIATION, 4)
    slots = scene.span.between(place.start, place.end)

    def wear(run: MeterRun) -> None:
        run.counted_m3[slots] *= 1 - slow
        run.mechanical_m3[slots] *= 1 - slow
        run.flow_m3h[slots] *= 1 - slow

    return replace(
        blamed("check_meter_deviation", place),
        also=uncounted(scene, place, "flow_under_range"),
        size=round(100 * slow, 2),
        unit="%",
        strength=plain,
        detectable_from=told,
        meters=(MeterEffect(place.name, Stage.COUNTED, wear),),
    )


KINDS: Final = (
    Kind("register_regression", register_regression, 5),
    Kind("register_jump", register_jump, 5),
    Kind("register_stuck", register_stuck, 5),
    Kind("reverse_flow", reverse_flow, 4),
    Kind("index_mismatch", index_mismatch, 4),
    Kind("check_meter_deviation", check_meter_deviation, 4),
)
