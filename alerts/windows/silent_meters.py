"""Meters that fell silent before their line was known up to their newest hour: they are judged once more."""

from collections.abc import Mapping
from typing import TypeAlias

from alerts.habits.line import line_end
from telemetry.model import Instant

Span: TypeAlias = tuple[Instant, Instant]


class SilentMeters:
    """Remembers whose newest hours nothing was held against yet; nothing of it is stored.

    A meter that goes on speaking is judged by its next hours anyway.
    """

    def __init__(self) -> None:
        self._waiting: dict[int, Span] = {}

    def note(self, judged: Mapping[int, Span], now: Instant) -> None:
        """Take note of meters judged now, each by hours of a span."""
        for meter, span in judged.items():
            if span[1] > line_end(now):
                self._waiting[meter] = span
            else:
                self._waiting.pop(meter, None)

    def due(self, now: Instant) -> dict[int, Span]:
        """Return those whose line has come to be known since, and forget them."""
        found = {meter: span for meter, span in self._waiting.items() if span[1] <= line_end(now)}
        self._waiting = {meter: span for meter, span in self._waiting.items() if meter not in found}
        return found
