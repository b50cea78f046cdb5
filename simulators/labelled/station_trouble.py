"""Ordinary trouble of stations: set points changed and entered, standbys proven, bypasses opened by order."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from simulators.days import HOUR_S, local_time
from simulators.labelled.consequences import carried_from, falling, like_shut
from simulators.labelled.faults.protection import bypass_said_open, swap_streams, to_standby
from simulators.labelled.happening import Event, Happening, SampleColumns, StationEffect, Tables
from simulators.labelled.kind import Kind
from simulators.labelled.limits import STANDBY_PART
from simulators.labelled.scene import Post, Scene, inside
from simulators.labelled.span import Floats
from simulators.labelled.trouble import job

_CHANGE: Final = 0.03
_MOVED: Final = ("set_kpa", "monitor_kpa", "opso_kpa", "upso_kpa")


def setpoint_change(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Change a set point by some per cent for good, and enter it."""
    post = scene.post(lambda s: s.limits is None and s.kind != "gate", HOUR_S, draw)
    if post is None:
        return None
    factor = 1 + float(draw.choice([-1, 1])) * _CHANGE

    def change(at: Floats, kpa: Floats, _load: Floats) -> Floats:
        return np.where(at >= post.start, factor * kpa, kpa)

    def enter(tables: Tables) -> None:
        # The last row of each stream is the one that holds until now.
        last = {row["stream"]: row for row in tables["setpoints"] if row["station"] == post.name}
        for row in last.values():
            moved = {name: round(float(str(row[name])) * factor, 3) for name in _MOVED}
            tables["setpoints"].append({**row, **moved, "valid_from": local_time(post.start)})

    # Its limits are others from now on, and faults are drawn by those of before.
    scene.taken[post.name].append((post.start, float(scene.span.end)))
    return Happening(
        kind="setpoint_change",
        target=post.target,
        start=post.start,
        end=post.end,
        also=falling(scene, post, (1 - factor) * post.station.set_kpa),
        stations=(StationEffect(post.name, outlet=change),),
        edits=(enter,),
        jobs=(job("planned", post.target, post.start, post.end, "pressure"),),
    )


def standby_proving_run(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let the standby carry the station for a while, to see that it can, under a job."""
    # A standby proves nothing while nothing flows.
    flows = lambda post: carried_from(scene, post) is not None  # noqa: E731
    post = scene.post(lambda s: s.two_streams, float(draw.uniform(0.3, 0.8)) * HOUR_S, draw, when=flows)
    if post is None:
        return None
    scene.proven.setdefault(post.name, []).append(post.start)

    def prove(at: Floats, columns: Mapping[str, SampleColumns]) -> None:
        swap_streams(columns, inside(at, post.start, post.end), 1.0)

    return Happening(
        kind="standby_proving_run",
        target=post.target,
        start=post.start,
        end=post.end,
        also=(
            ("standby_stream_active", post.target),
            ("outlet_pressure_low", post.target),
            *like_shut(scene, post),
            *falling(scene, post, (1 - STANDBY_PART) * post.station.set_kpa),
        ),
        stations=(StationEffect(post.name, outlet=to_standby(post), said=prove),),
        jobs=(job("inspection", post.target, post.start, post.end, "pressure"),),
    )


def permitted_regulator_bypass(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Run a station on its bypass by hand for planned work, under a job that permits it."""
    post = scene.post(lambda _: True, float(draw.uniform(1, 6)) * HOUR_S, draw)
    if post is None:
        return None
    return Happening(
        kind="permitted_regulator_bypass",
        target=post.target,
        start=post.start,
        end=post.end,
        stations=(StationEffect(post.name, said=bypass_said_open(post)),),
        events=_switched(post),
        jobs=(job("planned", post.target, post.start, post.end, "bypass_open"),),
    )


def _switched(post: Post) -> tuple[Event, ...]:
    return (
        Event(post.name, post.start, "bypass_valve", "on"),
        Event(post.name, post.end, "bypass_valve", "off"),
    )


KINDS: Final = (
    Kind("setpoint_change", setpoint_change, 1, "stations"),
    Kind("standby_proving_run", standby_proving_run, 6, "stations"),
    Kind("permitted_regulator_bypass", permitted_regulator_bypass, 3, "stations"),
)
