"""Routes: whom an alarm concerns, at what hours, together with which others, and how often."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from alerts.alarm import Priority

CRITICAL_WAITS: Final = timedelta(seconds=5)
"""For how long a critical alarm waits for others of its group at most."""


@dataclass(frozen=True)
class Hours:
    """A time of day; one that begins later than it ends goes past midnight."""

    begin: time
    end: time

    @classmethod
    def parsed(cls, text: str) -> "Hours":
        """Read ``22:00-07:00``.

        Raises
        ------
        ValueError
            If the text is no time of day.
        """
        begin, _, end = text.partition("-")
        found = cls(time.fromisoformat(begin.strip()), time.fromisoformat(end.strip()))
        if found.begin == found.end or found.begin.tzinfo or found.end.tzinfo:
            raise ValueError(f"{text!r}: expected a span such as 22:00-07:00")
        return found

    def hold(self, at: datetime) -> bool:
        """Tell whether a local time lies within: its begin does, its end does not."""
        clock = at.time()
        if self.begin < self.end:
            return self.begin <= clock < self.end
        return clock >= self.begin or clock < self.end

    def over(self, at: datetime) -> datetime:
        """Return when they end after a local time within them."""
        return _next(self.end, at)

    def opens(self, at: datetime) -> datetime:
        """Return when they begin after a local time outside them."""
        return _next(self.begin, at)


def _next(clock: time, after: datetime) -> datetime:
    """Return the next local time of a time of day."""
    today = after.replace(hour=clock.hour, minute=clock.minute, second=clock.second, microsecond=0)
    return today if today > after else today + timedelta(days=1)


HELD: Final = frozenset({Priority.MEDIUM, Priority.LOW})
"""What waits for the end of quiet hours."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """Who is told of which alarms.

    Attributes
    ----------
    channels : tuple of str
        Where its notices go: to each of them.
    priorities, zones, rules : collection of str
        Which alarms; all where none is named. A zone includes those in it.
    hours : Hours or None
        The only time of day at which it tells of new alarms and repeats; None: always.
    quiet : Hours or None
        The time of day in which medium and low alarms wait for its end.
    digest : time or None
        When it sums up the day before, each day.
    wait : timedelta
        For how long the first alarm of a zone and rule waits for others, to be told with them.
    again : timedelta
        How soon it tells of the same zone and rule again at the earliest, but for critical alarms.
    after : timedelta
        It tells only of what nobody has acknowledged for so long.
    repeat : timedelta or None
        How often it tells again of what nobody acknowledges.
    """

    name: str
    channels: tuple[str, ...]
    priorities: Collection[str] = ()
    zones: Collection[str] = ()
    rules: Collection[str] = ()
    hours: Hours | None = None
    quiet: Hours | None = None
    digest: time | None = None
    wait: timedelta = timedelta(seconds=30)
    again: timedelta = timedelta(minutes=5)
    after: timedelta = timedelta()
    repeat: timedelta | None = None

    def takes(self, rule: str, priority: str, zones: Collection[str]) -> bool:
        """Tell whether an alarm of a rule and priority in some zones concerns it."""
        return (
            (not self.priorities or priority in self.priorities)
            and (not self.rules or rule in self.rules)
            and self.lies_in(zones)
        )

    def lies_in(self, zones: Collection[str]) -> bool:
        """Tell whether what lies in some zones concerns it."""
        return not self.zones or not set(self.zones).isdisjoint(zones)

    def open(self, local: datetime) -> bool:
        """Tell whether it tells of anything at this time of day."""
        return self.hours is None or self.hours.hold(local)

    def ready(self, priority: str, local: datetime, *, rings: bool) -> datetime:
        """Return when something may be told at the earliest; what rings, when nobody acknowledged it."""
        at = (local.astimezone(UTC) + self.after).astimezone(local.tzinfo) if rings else local
        held = self.quiet is not None and priority in HELD and self.quiet.hold(at)
        return self.quiet.over(at) if self.quiet is not None and held else at

    def due(self, priority: str, ready: datetime) -> datetime:
        """Return when its group is told at the latest."""
        return ready + (min(self.wait, CRITICAL_WAITS) if priority == Priority.CRITICAL else self.wait)

    def repeated(self, local: datetime) -> list[str]:
        """Return the priorities of which it may tell again at this time of day."""
        if not self.open(local):
            return []
        quiet = self.quiet is not None and self.quiet.hold(local)
        wanted = self.priorities or tuple(Priority)
        return [one for one in wanted if one not in HELD or not quiet]
