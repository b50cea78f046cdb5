"""Windows of meters' hours alone: all that some rules look at, in a tenth of the time."""

from collections.abc import Iterable, Sequence

from alerts.replay.hours import HoursSoFar
from alerts.replay.said import Said, arrived_between, by_arrival
from alerts.ringing.planned import PlannedJob
from alerts.rule import Rule
from alerts.windows.window import Hours, MeterStates, Window
from telemetry.model import Instant
from telemetry.registry import Registry


def judge_hours(rules: Iterable[Rule]) -> bool:
    """Tell whether rules judge meters' hours and nothing else."""
    return all(isinstance(rule.condition(Window(), rule.settings).rows, Hours) for rule in rules)


class HourWindows:
    """Makes what `WindowsSoFar` makes, less all that rules of hours do not look at."""

    def __init__(self, registry: Registry, begin: Instant, jobs: Sequence[PlannedJob] = ()) -> None:
        self._begin = begin
        self._hours = HoursSoFar(registry, jobs)
        self._samples = Said().samples

    def recall(self, before: Said) -> None:
        """Take in what was said before the beginning: it is known, and nothing follows from it."""
        self.learn(before, self._begin)

    def learn(self, said: Said, now: Instant) -> None:
        """Take in what arrives from now on."""
        self._hours.learn(said.hours, now)
        self._samples = by_arrival(said.samples)

    def between(self, since: Instant, now: Instant) -> Window:
        """Return the hours that came to be whole after one instant and until another."""
        self._hours.hear(arrived_between(self._samples, since, now), MeterStates())
        return Window(hours=self._hours.judged(since, now))
