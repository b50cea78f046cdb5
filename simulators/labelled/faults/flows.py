"""Flows that should not be: too much, too little, at night, on sealed sites, behind closed valves."""

from dataclasses import replace
from typing import Final

import numpy as np

from simulators.days import DAY_S, HOUR_S, local_day, local_time, midnight
from simulators.labelled.calendar import WORKSHOP
from simulators.labelled.consequences import burned_otherwise, echoed
from simulators.labelled.happening import Happening, MeterEffect
from simulators.labelled.kind import Kind
from simulators.labelled.network import EXPONENT
from simulators.labelled.ordinary import after_ordinary
from simulators.labelled.points import Point
from simulators.labelled.runs import MeterRun, Stage
from simulators.labelled.scene import Place, Scene, blamed, inside
from simulators.labelled.swings import LEAST_FALL, LEAST_RISE

_BUSY: Final = 0.15
_NIGHT_H: Final = 5.0
_NIGHTS: Final = 3
_SWING_DAYS: Final = 2
"""Ordinary days that tell the smallest swing from chance: each scatters by 12 % at most, workshops apart."""
_CLOSED_SHARE: Final = 0.95
_PIPE_GIVES: Final = 1.7
"""Beside the design flow: a service that should carry more would give way before the meter."""
_ROUNDS: Final = 20
_OVER: Final = 0.04
"""Above Qmax by this a displayed hour is over range beyond the meter's own error."""


def flow_over_range(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a customer burn more than the meter is made for whenever it burns at all."""

    def fit(point: Point) -> bool:
        most = point.meter.qmax_m3h * point.usual_factor
        return most < _PIPE_GIVES * scene.people.of(point).design_m3h

    place = scene.place(fit, float(draw.uniform(8, 72)) * HOUR_S, draw)
    told = scene.used(place, after_h=1.0)
    if place is None or told is None:
        return None
    over = float(draw.uniform(0.05, 0.4))
    slots = scene.span.between(place.start, place.end)
    level = _base_flow(place.point, (1 + over) * place.point.meter.qmax_m3h)

    def burn(run: MeterRun) -> None:
        busy = run.burned[slots] > _BUSY * np.quantile(run.burned, 0.95)
        run.burned[slots] = np.where(busy, level, run.burned[slots])

    return replace(
        blamed("flow_over_range", place),
        also=echoed(scene, place, "flow_over_range", "consumption_swing"),
        size=round(100 * over, 1),
        unit="% above Qmax",
        strength=over / _OVER,
        detectable_from=told,
        meters=(MeterEffect(place.name, Stage.LOAD, burn),),
    )


def _base_flow(point: Point, flow_m3h: float) -> float:
    """Return the base flow that makes this flow through a meter, at the pressure that it leaves there."""
    supply = point.meter.set_kpa + point.meter.atmospheric_kpa
    base = flow_m3h * point.usual_factor
    for _ in range(_ROUNDS if point.has_corrector else 0):
        left = max(supply**2 - point.k * base**EXPONENT, point.meter.atmospheric_kpa**2) ** 0.5
        base = flow_m3h * point.usual_factor * left / supply
    return base


def flow_under_range(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a plant idle on a flame that its meter is too large for."""
    place = scene.place(lambda p: p.has_corrector, float(draw.uniform(4, 12)) * DAY_S, draw, learnt=True)
    if place is None:
        return None
    part = float(draw.uniform(0.3, 0.85))
    slots = scene.span.between(place.start, place.end)
    level = part * place.point.meter.qmin_m3h * place.point.usual_factor

    def idle(run: MeterRun) -> None:
        run.burned[slots] = level

    return replace(
        blamed("flow_under_range", place),
        also=burned_otherwise(scene, place, "flow_under_range", "night_leak", "register_stuck"),
        size=round(part, 3),
        unit="of Qmin",
        strength=1 / part,
        detectable_from=place.start + DAY_S,
        meters=(MeterEffect(place.name, Stage.LOAD, idle),),
    )


def night_leak(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a small constant flow go on while a customer that closes at night is closed."""
    night = scene.span.hour_of_day < _NIGHT_H

    def fit(point: Point) -> bool:
        return bool(np.mean(scene.load(point)[night] == 0) > _CLOSED_SHARE)

    place = scene.place(fit, float(draw.uniform(9, 25)) * DAY_S, draw, learnt=True)
    if place is None:
        return None
    part = float(np.exp(draw.uniform(np.log(0.15), np.log(0.9))))
    rate = part * place.point.meter.qmin_m3h
    slots = scene.span.between(place.start, place.end)

    def leak(run: MeterRun) -> None:
        run.burned[slots] += rate * run.point.usual_factor

    # Three nights tell a leak from a cook who stayed late.
    third = midnight(local_day(place.start) + _NIGHTS) + _NIGHT_H * HOUR_S
    return replace(
        blamed("night_leak", place),
        also=echoed(scene, place, "night_leak", "flow_under_range", "consumption_swing"),
        size=round(rate, 4),
        unit="m³/h",
        strength=part / 0.1,
        detectable_from=third,
        meters=(MeterEffect(place.name, Stage.LOAD, leak),),
    )


def consumption_swing(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a customer's use rise or fall for weeks with nobody having said so."""
    fit = lambda p: scene.people.of(p).sector.name != WORKSHOP  # noqa: E731
    lasting_s = float(draw.uniform(10, 25)) * DAY_S
    # A school on holiday has no use that could rise or fall, and none to learn before a fault.
    place = scene.place(fit, lasting_s, draw, learnt=True, when=scene.usually_burns)
    if place is None:
        return None
    told = _used_after_ordinary(scene, place, _SWING_DAYS * DAY_S)
    load, slots = scene.load(place.point), scene.span.between(place.start, place.end)
    room = 0.95 * place.point.meter.qmax_m3h * place.point.usual_factor / max(float(load.max()), 1e-9)
    rising = room > 1.6 and bool(draw.random() < 0.5)  # noqa: PLR2004 (there must be room to rise)
    factor = (
        float(draw.uniform(LEAST_RISE, min(room, 2.5))) if rising else float(draw.uniform(0.15, LEAST_FALL))
    )

    def swing(run: MeterRun) -> None:
        run.burned[slots] *= factor

    noise = max(scene.people.of(place.point).sector.day_noise, 0.1)
    return replace(
        blamed("consumption_swing", place),
        also=burned_otherwise(scene, place, "flow_under_range", "flow_over_range"),
        size=round(100 * (factor - 1), 1),
        unit="%",
        shape="rise" if rising else "fall",
        strength=abs(float(np.log(factor))) / (2 * noise),
        detectable_from=told,
        note="" if told else "holidays alone: nobody knows what is usual then",
        meters=(MeterEffect(place.name, Stage.LOAD, swing),),
    )


def _used_after_ordinary(scene: Scene, place: Place, lasting_s: float) -> float | None:
    """Return when gas is used next after so much time of the customer's ordinary days, if in this time."""
    passed = after_ordinary(scene.span, scene.ordinary(place.point), place.start, lasting_s)
    return None if passed is None else scene.in_use(place.point, passed, place.end)


def flow_on_sealed(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Seal a site, and let gas flow there again after some days."""
    place = scene.place(lambda p: not p.bypass, float(draw.uniform(12, 30)) * DAY_S, draw)
    if place is None:
        return None
    again = place.start + float(draw.uniform(0.15, 0.7)) * (place.end - place.start)
    told = scene.in_use(place.point, again, place.end)
    if told is None:
        return None
    share = float(draw.uniform(0.1, 1))
    sealed, flowing = scene.span.between(place.start, place.end), scene.span.between(again, place.end)

    def seal(run: MeterRun) -> None:
        secretly = share * run.burned[flowing]
        run.burned[sealed] = 0.0
        run.burned[flowing] = secretly

    kind = str(draw.choice(["sealed", "suspended", "closed"]))
    row = {
        "site": place.point.site,
        "kind": kind,
        "valid_from": local_time(place.start),
        "until": local_time(place.end),
        "recheck_days": 90,
    }
    return replace(
        blamed("flow_on_sealed", place),
        start=again,
        also=(
            ("tamper", place.target),
            ("valve_mismatch", place.target),
            *burned_otherwise(scene, place, "flow_on_sealed", "register_stuck", "flow_under_range"),
        ),
        size=round(100 * share, 1),
        unit="% of its use before",
        shape=kind,
        strength=share / 0.01,
        detectable_from=told,
        meters=(MeterEffect(place.name, Stage.LOAD, seal),),
        edits=(lambda tables: tables["isolations"].append(dict(row)),),
    )


def valve_mismatch(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a valve say that it is closed while gas goes through it."""
    place = scene.place(lambda p: not p.has_corrector, float(draw.uniform(1, 6)) * DAY_S, draw)
    told = scene.used(place)
    if place is None or told is None:
        return None
    passing = float(draw.uniform(0.1, 1))
    slots = scene.span.between(place.start, place.end)

    def pass_some(run: MeterRun) -> None:
        run.burned[slots] *= passing

    def say_closed(run: MeterRun) -> None:
        said = run.spoken()
        said.columns["valve"][inside(said.at, place.start, place.end)] = 1.0

    return replace(
        blamed("valve_mismatch", place),
        also=(("consumption_swing", place.target), ("bypass_suspected", place.target)),
        size=round(100 * passing, 1),
        unit="% of its use passes",
        strength=passing / 0.05,
        detectable_from=told,
        meters=(
            MeterEffect(place.name, Stage.LOAD, pass_some),
            MeterEffect(place.name, Stage.SAID, say_closed),
        ),
    )


KINDS: Final = (
    Kind("flow_over_range", flow_over_range, 5),
    Kind("flow_under_range", flow_under_range, 4),
    Kind("night_leak", night_leak, 5),
    Kind("consumption_swing", consumption_swing, 4),
    Kind("flow_on_sealed", flow_on_sealed, 4),
    Kind("valve_mismatch", valve_mismatch, 4),
)
