"""Ordinary trouble of meters and their customers: none of it is a fault."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from simulators.days import DAY_S, HOUR_S, local_time
from simulators.labelled.consequences import check_alarms, echoed
from simulators.labelled.faults.bypasses import lead_around, say_open
from simulators.labelled.flags import CLOCK_SET
from simulators.labelled.happening import Alarm, Happening, MeterEffect, Row, Tables, Target
from simulators.labelled.kind import Kind
from simulators.labelled.points import Point
from simulators.labelled.runs import MeterRun, Stage
from simulators.labelled.scene import Place, Scene, inside, ramp
from simulators.labelled.span import Floats
from simulators.labelled.succession import EXCHANGE, successor

_ON_THE_SHELF_DAYS: Final = 20
"""A meter is verified some weeks before it is hung."""
_VERIFIED_FOR_DAYS: Final = 730
_SWUNG: Final = ("consumption_swing", "bypass_suspected", "register_stuck", "flow_under_range")


def plant_shutdown(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a plant stand for some days and start again."""
    left = float(draw.choice([0.0, 0.04]))
    place = _plant(scene, draw, float(draw.uniform(2, 9)) * DAY_S)
    if place is None:
        return None
    return _loaded(scene, place, "plant_shutdown", np.full(scene.span.slots, left))


def production_ramp(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a plant's production grow or shrink over weeks."""
    place = _plant(scene, draw, float(draw.uniform(15, 30)) * DAY_S)
    if place is None:
        return None
    to = float(draw.uniform(0.6, 1.2))
    level = 1 + (to - 1) * ramp(scene.span.centres, place.start, 0.5 * (place.start + place.end))
    return _loaded(scene, place, "production_ramp", level)


def _plant(scene: Scene, draw: np.random.Generator, lasting_s: float) -> Place | None:
    return scene.place(lambda p: p.has_corrector, lasting_s, draw)


def _loaded(scene: Scene, place: Place, kind: str, level: Floats) -> Happening:
    slots = scene.span.between(place.start, place.end)

    def load(run: MeterRun) -> None:
        run.burned[slots] *= level[slots]

    return Happening(
        kind=kind,
        target=place.target,
        start=place.start,
        end=place.end,
        also=echoed(scene, place, *_SWUNG),
        meters=(MeterEffect(place.name, Stage.LOAD, load),),
    )


def sealed_and_quiet(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Seal a site that then burns nothing, and open it again before anybody must recheck."""
    place = scene.place(lambda p: not p.bypass, float(draw.uniform(5, 25)) * DAY_S, draw)
    if place is None:
        return None
    row: Row = {
        "site": place.point.site,
        "kind": "suspended",
        "valid_from": local_time(place.start),
        "until": local_time(place.end),
        "recheck_days": 60,
    }
    quiet = _loaded(scene, place, "sealed_and_quiet", np.zeros(scene.span.slots))
    return _edited(quiet, lambda tables: tables["isolations"].append(dict(row)))


def meter_exchange(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Exchange a meter for a new one under the same device, and enter it properly."""
    place = scene.place(lambda p: _exchangeable(scene, p), HOUR_S, draw)
    beside = {
        f"{p.name}-{letter}" for p in scene.people.billing for letter in "KB"
    } & scene.people.by_name.keys()
    if place is None or beside & {f"{place.name}-K", f"{place.name}-B"}:
        return None
    scene.exchanged.add(place.name)
    point, at = place.point, float(np.ceil(place.start / HOUR_S) * HOUR_S - 600)
    final: dict[str, float] = {}
    opening = round(float(draw.uniform(0, 3)), 1)

    def restart(run: MeterRun) -> None:
        said = run.spoken()
        after = said.at >= at
        for name in ("index_m3", "base_index_m3", "mechanical_index_m3"):
            if name in said.columns:
                final[name] = float(np.interp(at, said.at, said.columns[name]))
                said.columns[name][after] += opening - final[name]

    def enter(tables: Tables) -> None:
        _enter_exchange(tables, place, at, final, opening)

    return Happening(
        kind=EXCHANGE,
        target=place.target,
        start=at,
        end=at + HOUR_S,
        note=f"{point.name} is followed by {successor(point.name)}",
        meters=(MeterEffect(place.name, Stage.SAID, restart),),
        edits=(enter,),
    )


def _exchangeable(scene: Scene, point: Point) -> bool:
    """Return whether a meter is one that can be exchanged, and is not yet: a new one outlasts any city."""
    return point.meter.card is None and point.interval_s == HOUR_S and point.name not in scene.exchanged


def _enter_exchange(tables: Tables, place: Place, at: float, final: dict[str, float], opening: float) -> None:
    """Write the old meter's last registers and the new one's first."""
    name, follower, corrector = place.name, successor(place.name), "base_index_m3" in final
    old = next(row for row in tables["installations"] if row["meter"] == name)
    old |= {
        "removed_at": local_time(at),
        "final_index_m3": round(final["index_m3"], 3),
        "reason": "verification",
    }
    new: Row = {**old, "meter": follower, "valid_from": local_time(at), "index_m3": opening}
    for column in ("removed_at", "final_index_m3", "reason"):
        new[column] = None
    if corrector:
        old["final_base_index_m3"] = round(final["base_index_m3"], 3)
        new |= {"base_index_m3": opening, "final_base_index_m3": None}
    tables["installations"].append(new)
    meter = next(row for row in tables["meters"] if row["meter"] == name)
    tables["meters"].append({**meter, "meter": follower, "serial": f"{meter['serial']}2"})
    _enter_checks(tables, name, follower, at)


def _enter_checks(tables: Tables, name: str, follower: str, at: float) -> None:
    """Write that the new meter comes freshly verified, and that its fitter looked at the bypass."""
    verified = at - _ON_THE_SHELF_DAYS * DAY_S
    calibration = next(row for row in tables["calibrations"] if row["target"] == name)
    tables["calibrations"].append(
        {
            **calibration,
            "target": follower,
            "calibrated_on": local_time(verified)[:10],
            "next_due": local_time(verified + _VERIFIED_FOR_DAYS * DAY_S)[:10],
        }
    )
    # The last row of a bypass is the one that holds until now.
    for row in [row for row in tables["bypasses"] if row["target"] == name][-1:]:
        seen = {"valid_from": local_time(at), "checked_on": local_time(at)[:10]}
        tables["bypasses"].append({**row, **seen, "target": follower, "seal_no": f"{row['seal_no']}-2"})


def corrector_restart(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a corrector restart without losing anything: its own count of messages begins again."""
    place = scene.place(lambda p: p.has_corrector, HOUR_S, draw)
    if place is None:
        return None

    def restart(run: MeterRun) -> None:
        said = run.spoken()
        after = said.at >= place.start
        said.columns["seq"][after] -= said.columns["seq"][after][:1]
        said.flags[inside(said.at, place.start, place.start + run.point.interval_s)] |= CLOCK_SET

    return Happening(
        kind="corrector_restart",
        target=place.target,
        start=place.start,
        end=place.end,
        meters=(MeterEffect(place.name, Stage.SAID, restart),),
    )


def permitted_bypass(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Open a meter's bypass for planned work, under a job that permits it."""
    fit = lambda p: p.switch and f"{p.name}-B" not in scene.people.by_name  # noqa: E731
    place = scene.place(fit, float(draw.uniform(2, 8)) * HOUR_S, draw)
    if place is None:
        return None
    rules = ("sensor_drift", *_SWUNG)
    zone: Alarm = scene.zone_alarm(place.point)
    return Happening(
        kind="permitted_bypass",
        target=place.target,
        start=place.start,
        end=place.end,
        also=(*((rule, place.target) for rule in rules), zone, *check_alarms(scene, place.point)),
        meters=(lead_around(scene, place, 0.8), say_open(place)),
        jobs=(job("planned", place.target, place.start, place.end, "bypass_open"),),
        unmetered=place.name,
    )


def permitted_silence(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Take a device off the air for planned work, under a job that permits it."""
    place = scene.place(lambda p: not p.patchy, float(draw.uniform(6, 20)) * HOUR_S, draw)
    if place is None:
        return None

    def lose(run: MeterRun) -> None:
        said = run.spoken()
        said.lost |= inside(said.at, place.start, place.end)

    return Happening(
        kind="permitted_silence",
        target=place.target,
        start=place.start,
        end=place.end,
        meters=(MeterEffect(place.name, Stage.SAID, lose),),
        jobs=(job("planned", place.target, place.start, place.end, "silence"),),
    )


def job(kind: str, target: Target, start: float, end: float, permit: str) -> Row:
    """Return a job that permits something for a time, an hour's grace after it included."""
    return {
        "kind": kind,
        "target": {"kind": target.kind, "id": target.id},
        "state": "assigned",
        "starts_at": local_time(start - 600),
        "ends_at": local_time(end + HOUR_S),
        "permits": [permit],
    }


def _edited(happening: Happening, edit: Callable[[Tables], None]) -> Happening:
    return replace(happening, edits=(edit,))


KINDS: Final = (
    Kind("plant_shutdown", plant_shutdown, 6),
    Kind("production_ramp", production_ramp, 6),
    Kind("sealed_and_quiet", sealed_and_quiet, 4),
    Kind("meter_exchange", meter_exchange, 8),
    Kind("corrector_restart", corrector_restart, 10),
    Kind("permitted_bypass", permitted_bypass, 4),
    Kind("permitted_silence", permitted_silence, 6),
)
