"""Filters of stations that clog."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from simulators.days import DAY_S
from simulators.labelled.happening import Happening, SampleColumns, StationEffect
from simulators.labelled.kind import Kind
from simulators.labelled.scene import Post, Scene, blamed, inside, ramp
from simulators.labelled.span import Floats
from simulators.stations import filter_kpa, load

_TELLABLE_TIMES: Final = 2.0
"""Twice the clean differential is more than any load or weather explains."""
_TELLING_LOAD: Final = 0.1
"""Of the capacity: with less flow a filter has hardly any differential, be it clean or not."""


def filter_blocked(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a filter clog over days until it is changed."""
    post = scene.post(
        lambda _: True, float(draw.uniform(5, 20)) * DAY_S, draw, learnt=True, rule="filter_blocked"
    )
    if post is None:
        return None
    times = float(np.exp(draw.uniform(np.log(3), np.log(14))))

    def clogged(at: Floats) -> Floats:
        part = ramp(at, post.start, post.start + 0.9 * (post.end - post.start))
        return 1 + (times - 1) * part * inside(at, post.start, post.end)

    def clog(at: Floats, columns: Mapping[str, SampleColumns]) -> None:
        duty = columns["A"] if "A" in columns else columns[""]
        duty["filter_differential_kpa"] *= clogged(at)

    clearness = _clearness(scene, post, clogged(scene.span.centres))
    told = np.flatnonzero(clearness > 1)
    return replace(
        blamed("filter_blocked", post),
        size=round(times, 2),
        unit="times the clean differential",
        shape="ramp",
        strength=float(clearness.max()),
        detectable_from=float(scene.span.centres[told[0]]) if told.size else None,
        note="" if told.size else "no differential that a clean filter could not have",
        stations=(StationEffect(post.name, said=clog),),
    )


def _clearness(scene: Scene, post: Post, clogged: Floats) -> Floats:
    """Return by slot the differential beside the least that cannot be a clean filter's; 0 outside the fault.

    Where the station says its flow, that is twice the clean one at the same flow; where it does not, twice
    the greatest that was seen before.
    """
    station, flow = post.station, scene.peace.flow[scene.peace.index[post.name]]
    during = inside(scene.span.centres, post.start, post.end)
    if station.has_flow:
        telling = during & (load(station, flow) > _TELLING_LOAD)
        return np.where(telling, clogged / _TELLABLE_TIMES, 0.0)
    clean = filter_kpa(station, flow)
    most = _TELLABLE_TIMES * float(clean[scene.span.centres < post.start].max())
    return np.where(during, clogged * clean / most, 0.0)


KINDS: Final = (Kind("filter_blocked", filter_blocked, 4, "stations"),)
