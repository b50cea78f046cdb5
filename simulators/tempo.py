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
    """A live part that is over; it has left its mark on the registers if it ran faster or one fell back."""

    begin: float
    end: float
    speed: float
    lost: tuple[int, float, float] | None = None
    """Whose registers fell back, and by what volume and base volume [m³]."""

    @property
    def tempo(self) -> Tempo:
        """The tempo at which it ran."""
        return Tempo(self.begin, self.speed)
