"""Parts of spans that lie in one hour each."""

import msgspec
import numpy as np

from telemetry.model import HOUR, Integers
from telemetry.volumes.shares import Spans, Whole


class Portions(msgspec.Struct, frozen=True, eq=False):
    """Parts in order of the spans and of time; ``step`` is the position of the span."""

    step: Integers
    start: Integers
    end: Integers
    hour: Integers

    def whole(self, spans: Spans) -> Whole:
        """Return for each part the span that it is of."""
        return Whole(spans.start[self.step], spans.end[self.step], spans.layout[self.step])


def portions(spans: Spans, first_hour: Integers | int, end_hour: Integers | int) -> Portions:
    """Return the parts of spans from a whole hour of each on, until another."""
    first = np.maximum(spans.start // HOUR, first_hour // HOUR)
    last = np.minimum((spans.end - 1) // HOUR, end_hour // HOUR - 1)
    count = np.maximum(last - first + 1, 0)
    step = np.repeat(np.arange(len(count)), count)
    nth = np.arange(len(step)) - np.repeat(np.cumsum(count) - count, count)
    hour = (first[step] + nth) * HOUR
    start, end = np.maximum(hour, spans.start[step]), np.minimum(hour + HOUR, spans.end[step])
    return Portions(step, start, end, hour)
