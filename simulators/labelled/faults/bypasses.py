"""Gas that goes around a meter: through an open bypass, a metered one, a hidden one; locks that are off."""

from dataclasses import replace
from typing import Final

import numpy as np

from simulators.days import DAY_S, HOUR_S, local_time
from simulators.labelled.calendar import WORKSHOP
from simulators.labelled.consequences import uncounted
from simulators.labelled.flags import LOCK_OPEN
from simulators.labelled.happening import Event, Happening, MeterEffect, Tables, Target
from simulators.labelled.kind import Kind
from simulators.labelled.points import Point
from simulators.labelled.pressure_evidence import INTERVALS, clearness
from simulators.labelled.runs import MeterRun, Stage
from simulators.labelled.scene import Place, Scene, blamed, inside
from simulators.labelled.span import Floats

_TELLABLE_SHARE: Final = 0.15
"""Below this, what a pipe loses at the accuracy of k and of the sensors explains as much."""
_SIGMAS: Final = 3.0


def meter_bypass_open(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a bypass valve with a switch be opened without an order."""
    place = scene.place(lambda p: p.switch and not metered(scene, p), _hours(draw, 2, 120), draw)
    if place is None:
        return None
    share = float(draw.uniform(0.2, 0.95))
    device = place.point.meter.device
    return replace(
        blamed("meter_bypass_open", place),
        also=(
            ("bypass_unlocked", place.target),
            *uncounted(scene, place, "register_stuck", "flow_under_range"),
        ),
        size=round(100 * share, 1),
        unit="% of the gas",
        strength=(place.end - place.start) / HOUR_S,
        detectable_from=place.start,
        meters=(lead_around(scene, place, share), say_open(place)),
        events=(
            Event(device, place.start, "bypass_valve", "on"),
            Event(device, place.end, "bypass_valve", "off"),
        ),
        unmetered=place.name,
    )


def bypass_meter_running(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let gas go through the meter in a bypass without an order."""
    place = scene.place(lambda p: metered(scene, p), _hours(draw, 3, 96), draw)
    told = scene.used(place)
    if place is None or told is None:
        return None
    share = float(draw.uniform(0.15, 0.95))
    target = Target("meter", f"{place.name}-B")
    said = (say_open(place),) if place.point.switch and draw.random() < 0.5 else ()  # noqa: PLR2004
    rules = ("register_stuck", "flow_under_range", *(["meter_bypass_open"] if said else []))
    return replace(
        blamed("bypass_meter_running", place),
        target=target,
        raises=(("bypass_meter_running", target),),
        also=(("flow_under_range", target), *uncounted(scene, place, *rules)),
        size=round(100 * share, 1),
        unit="% of the gas",
        strength=share / 0.02,
        detectable_from=told,
        meters=(lead_around(scene, place, share), *said),
    )


def bypass_suspected(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let part of a customer's gas go around the meter unseen, all day or at certain hours."""

    def fit(point: Point) -> bool:
        return point.has_corrector and not metered(scene, point) and not _workshop(scene, point)

    place = scene.place(fit, float(draw.uniform(3, 20)) * DAY_S, draw, learnt=True)
    told = scene.used(place, after_h=float(INTERVALS))
    if place is None or told is None:
        return None
    share = float(np.exp(draw.uniform(np.log(0.12), np.log(0.7))))
    clear = clearness(scene, place.point, share, scene.span.between(place.start, place.end))
    hours = _some_hours(scene, draw)
    return replace(
        blamed("bypass_suspected", place),
        also=uncounted(scene, place, "register_stuck", "flow_under_range"),
        size=round(100 * share, 1),
        unit="% of the gas",
        shape="all day" if hours is None else "some hours",
        strength=min(share / _TELLABLE_SHARE, clear / _SIGMAS),
        detectable_from=told if clear > _SIGMAS else None,
        note=f"pressure drop tells it from noise {clear:.1f} times",
        meters=(lead_around(scene, place, share, hours),),
        unmetered=place.name,
    )


def kitchen_bypass(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a kitchen's gas go around a meter that knows no pressure: only its habits and the zone tell."""
    place = scene.place(lambda p: not p.has_corrector, float(draw.uniform(8, 20)) * DAY_S, draw, learnt=True)
    told = scene.used(place, later_s=3 * DAY_S)
    if place is None or told is None:
        return None
    share = float(draw.uniform(0.3, 0.9))
    plain = share / (2 * scene.people.of(place.point).sector.day_noise)
    return replace(
        blamed("bypass_suspected", place),
        also=uncounted(scene, place, "register_stuck", "flow_under_range"),
        size=round(100 * share, 1),
        unit="% of the gas",
        shape="no pressure known",
        strength=min(plain, 1.0),
        note="one evidence alone: two are needed for suspicion",
        meters=(lead_around(scene, place, share),),
        unmetered=place.name,
    )


def bypass_unlocked(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a bypass be found with its lock off: in the records, or by the contact on the lock."""
    # One with a meter in it is billed, and need not be locked.
    fit = lambda p: p.bypass and not metered(scene, p)  # noqa: E731
    place = scene.place(fit, _hours(draw, 24, 240), draw)
    if place is None:
        return None
    recorded = bool(draw.random() < 0.5)  # noqa: PLR2004 (half of them)
    device = place.point.meter.device

    def record(tables: Tables) -> None:
        name = next(row["bypass"] for row in tables["bypasses"] if row["target"] == place.name)
        usual = [row for row in tables["bypasses"] if row["bypass"] == name][-1]
        for at, isolation in ((place.start, "none"), (place.end, "lock")):
            tables["bypasses"].append({**usual, "valid_from": local_time(at), "isolation": isolation})

    def flag(run: MeterRun) -> None:
        said = run.spoken()
        said.flags[inside(said.at, place.start, place.end)] |= LOCK_OPEN

    events = (Event(device, place.start, "lock_open", "on"), Event(device, place.end, "lock_open", "off"))
    return replace(
        blamed("bypass_unlocked", place),
        also=() if recorded else (("tamper", place.target),),
        shape="recorded" if recorded else "contact",
        detectable_from=place.start,
        edits=(record,) if recorded else (),
        meters=() if recorded else (MeterEffect(place.name, Stage.SAID, flag),),
        events=() if recorded else events,
    )


def lead_around(scene: Scene, place: Place, share: float, hours: Floats | None = None) -> MeterEffect:
    """Return what leads a share of the gas around a meter, at all hours or at those given by slot."""
    slots = scene.span.between(place.start, place.end)

    def lead(run: MeterRun) -> None:
        run.around[slots] = share if hours is None else share * hours[slots]

    return MeterEffect(place.name, Stage.LOAD, lead)


def say_open(place: Place) -> MeterEffect:
    """Return what makes the device say that its bypass is open."""

    def say(run: MeterRun) -> None:
        said = run.spoken()
        said.columns["meter_bypass_valve"][inside(said.at, place.start, place.end)] = 1.0

    return MeterEffect(place.name, Stage.SAID, say)


def _some_hours(scene: Scene, draw: np.random.Generator) -> Floats | None:
    """Return 1 in a part of the day, 0 outside it; nothing for all day, which is as often."""
    if draw.random() < 0.5:  # noqa: PLR2004 (half of them)
        return None
    first, lasting = float(draw.uniform(0, 24)), float(draw.uniform(10, 16))
    return ((scene.span.hour_of_day - first) % 24 < lasting).astype(np.float64)


def _hours(draw: np.random.Generator, least: float, most: float) -> float:
    return float(np.exp(draw.uniform(np.log(least), np.log(most)))) * HOUR_S


def metered(scene: Scene, point: Point) -> bool:
    """Return whether a meter lies in the point's bypass."""
    return f"{point.name}-B" in scene.people.by_name


def _workshop(scene: Scene, point: Point) -> bool:
    return scene.people.of(point).sector.name == WORKSHOP


KINDS: Final = (
    Kind("meter_bypass_open", meter_bypass_open, 4),
    Kind("bypass_meter_running", bypass_meter_running, 4),
    Kind("bypass_suspected", bypass_suspected, 8),
    Kind("bypass_suspected", kitchen_bypass, 2),
    Kind("bypass_unlocked", bypass_unlocked, 4),
)
