"""How fast a live city runs: its day passes so many times as fast, while the flows stay what they are."""

from dataclasses import dataclass
from math import floor


@dataclass(frozen=True, slots=True)
class Tempo:
    """When a live part began, and how much faster than time its load pattern runs."""

    begin: float
    speed: float

    def load_time(self, at: float) -> float:
        """Return the instant whose load is felt at an instant."""
        return self.begin + (at - self.begin) * self.speed

    def stamp(self, at: float) -> float:
        """Return the instant as devices write it: whole seconds, finer where they report faster."""
        return float(floor(at)) if self.speed <= 1 else round(at, 3)


@dataclass(frozen=True, slots=True)
class Life:
    """A live part that is over, which has left its mark on the registers unless it ran at speed 1."""

    begin: float
    end: float
    speed: float

    @property
    def tempo(self) -> Tempo:
        """The tempo at which it ran."""
        return Tempo(self.begin, self.speed)
