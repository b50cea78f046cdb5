"""Which unknown keys are noted already: a fleet that sends one costs nothing from its second batch on."""

from collections import Counter
from collections.abc import Iterable
from typing import Final, TypeAlias

Key: TypeAlias = tuple[str, str, str]
"""(decoder, device, key)"""

_MOST_OF_A_DEVICE: Final = 64
"""A device that sends ever new keys must not fill the table."""


class UnknownKeys:
    """Remembers what was noted, once the transaction that did so has committed."""

    def __init__(self) -> None:
        """Start knowing nothing: what stands already is noted in vain, once."""
        self._noted: set[Key] = set()
        self._of_device: Counter[tuple[str, str]] = Counter()
        self._news: list[Key] = []

    def news(self, keys: Iterable[Key]) -> list[Key]:
        """Return which keys are to be noted, sorted, so that two writers do not block one another."""
        new_of: Counter[tuple[str, str]] = Counter()
        self._news = []
        for decoder, device, key in sorted(set(keys) - self._noted):
            if self._of_device[decoder, device] + new_of[decoder, device] < _MOST_OF_A_DEVICE:
                new_of[decoder, device] += 1
                self._news.append((decoder, device, key))
        return self._news

    def commit(self) -> None:
        """Take note that the last news are stored."""
        self._noted.update(self._news)
        self._of_device.update((decoder, device) for decoder, device, _ in self._news)
        self._news = []
