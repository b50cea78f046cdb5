"""How a page speaks: its language, times of the site, figures to their last digit."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from api.explanation.words import WORDS

UNKNOWN: Final = "\N{EN DASH}"
_UM3_PER_M3: Final = 1_000_000


class Speech:
    """One language, and the time zone that times are told in."""

    def __init__(self, language: int, zone: ZoneInfo) -> None:
        self._language, self._zone = language, zone
        self.colon = ("：", ": ")[language]

    def word(self, name: str) -> str:
        """Return a word; what has none yet is told by its name."""
        return self.said(WORDS, name)

    def said(self, words: Mapping[str, tuple[str, str]], name: str) -> str:
        """Return a word of another list."""
        return words[name][self._language] if name in words else name.replace("_", " ")

    def line(self, name: str, value: str) -> str:
        """Return a name with its value."""
        return f"{self.word(name)}{self.colon}{value}"

    def time(self, at: datetime) -> str:
        """Return a time of the site, with its offset; parts of a second only where there are any."""
        local = at.astimezone(self._zone)
        return local.isoformat(" ", "microseconds" if local.microsecond else "seconds")

    def span(self, start: datetime, end: datetime) -> str:
        """Return a span of time."""
        return f"{self.time(start)} \N{EN DASH} {self.time(end)}"


def cubic_metres(volume_um3: int | None) -> str:
    """Return a volume in m³ with all its digits."""
    if volume_um3 is None:
        return UNKNOWN
    whole, rest = divmod(abs(volume_um3), _UM3_PER_M3)
    return f"{'-' if volume_um3 < 0 else ''}{whole:,}.{rest:06d} m³"
