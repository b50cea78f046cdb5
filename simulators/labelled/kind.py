"""What a kind of fault is: the rule that should find it, how to draw one, and how many to expect."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from simulators.labelled.happening import Happening
from simulators.labelled.scene import Scene
from simulators.seeds import generator

USUAL_METERS: Final = 300
USUAL_STATIONS: Final = 12
USUAL_DAYS: Final = 90


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault or trouble; `expected` is for 300 meters or 12 stations over 90 days."""

    rule: str
    draw: Callable[[Scene, np.random.Generator], Happening | None]
    expected: float
    of: Literal["meters", "stations"] = "meters"

    def times(self, factor: float) -> "Kind":
        """Return the same kind, so many times as frequent."""
        return replace(self, expected=self.expected * factor)

    def number(self, scene: Scene, draw: np.random.Generator, density: float) -> int:
        """Return how many to draw: the expected number, its fraction by chance."""
        people = len(scene.people.billing) / USUAL_METERS
        stations = len(scene.people.city.stations) / USUAL_STATIONS
        share = (people if self.of == "meters" else stations) * scene.span.days / USUAL_DAYS
        expected = self.expected * share * density
        return int(expected) + int(draw.random() < expected % 1)


def draw_all(scene: Scene, kinds: tuple[Kind, ...], seed: int, density: float) -> list[Happening]:
    """Draw as many of each kind as find room, one of each kind after another: none is served last."""
    draws = {kind: generator(seed, "kind", kind.draw.__name__) for kind in kinds}
    wanted = {kind: kind.number(scene, draws[kind], density) for kind in kinds}
    found: list[Happening] = []
    for turn in range(max(wanted.values(), default=0)):
        some = (kind.draw(scene, draws[kind]) for kind in kinds if turn < wanted[kind])
        found += [happening for happening in some if happening is not None]
    return found
