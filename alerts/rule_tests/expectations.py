"""What a rule test expected, held against what happened."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isclose
from typing import Final

from alerts.alarm import Target
from alerts.lifecycle import State
from alerts.rule_tests.file import Expected
from telemetry.model import SECOND, Instant, moment

_CLOSE: Final = 1e-6
_MUTED: Final = " muted"


@dataclass(frozen=True)
class Happened:
    """An alarm that became active, or returned; nobody is called where it is muted."""

    at: Instant
    rule: str
    target: Target
    state: State
    value: float | None
    limit: float | None
    muted: bool


@dataclass(frozen=True)
class Expectation:
    """An expected event at its instant."""

    stated: Expected
    at: Instant

    def like(self, one: Happened) -> bool:
        """Tell whether this is what was expected, its time and its figures aside."""
        stated = self.stated
        return (stated.rule, stated.target, stated.state) == (one.rule, one.target.id, one.state)

    def met_by(self, one: Happened) -> bool:
        """Tell whether this is what was expected, its figures aside."""
        return self.like(one) and self.at == one.at

    def apart(self, one: Happened) -> Instant:
        """Return how far this lies from when it was expected."""
        return abs(self.at - one.at)

    def figures_of(self, one: Happened) -> bool:
        """Tell whether the figures, and whether anybody is called, are as expected."""
        if self.stated.muted not in {None, one.muted}:
            return False
        pairs = (self.stated.value, one.value), (self.stated.limit, one.limit)
        return all(
            wanted is None or (found is not None and isclose(wanted, found, rel_tol=_CLOSE, abs_tol=1e-9))
            for wanted, found in pairs
        )


def compared(expected: Sequence[Expectation], happened: Sequence[Happened], start: Instant) -> Iterator[str]:
    """Yield what was expected and did not happen, and what happened and was not expected."""
    left, missed = list(happened), []
    for one in expected:
        found = next((event for event in left if one.met_by(event)), None)
        if found is None:
            missed.append(one)
            continue
        left.remove(found)
        if not one.figures_of(found):
            yield _instead(_stated(one, start), _told(found, start))
    for one in missed:
        nearest = min((event for event in left if one.like(event)), key=one.apart, default=None)
        if nearest is not None:
            left.remove(nearest)
        yield _instead(_stated(one, start), "nothing" if nearest is None else _told(nearest, start))
    for event in left:
        yield _instead("nothing", _told(event, start))


def _instead(expected: str, happened: str) -> str:
    return f"expected {expected}\nhappened {happened}"


def _stated(one: Expectation, start: Instant) -> str:
    stated = one.stated
    line = _line(one.at, start, stated.rule, stated.target, stated.state, stated.value, stated.limit)
    return line + {None: "", True: _MUTED, False: " not" + _MUTED}[stated.muted]


def _told(one: Happened, start: Instant) -> str:
    line = _line(one.at, start, one.rule, one.target.id, one.state, one.value, one.limit)
    return line + (_MUTED if one.muted else "")


def _line(
    at: Instant, start: Instant, rule: str, target: str, state: str, value: float | None, limit: float | None
) -> str:
    figures = "".join(
        f" {name} {figure:g}" for name, figure in (("value", value), ("limit", limit)) if figure is not None
    )
    return f"{moment(at).isoformat()} (start + {(at - start) / SECOND:g} s) {rule} {target} {state}{figures}"
