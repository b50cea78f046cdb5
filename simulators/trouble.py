"""Ordinary trouble of the past: readings that are missing, late, repeated or contradict each other."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from simulators.city import City
from simulators.days import DAY_S
from simulators.encoders.native import Element
from simulators.faults import silent_customer
from simulators.seeds import generator

_GAPS_PER_METER_DAY: Final = 0.01
_LATE_PER_METER_DAY: Final = 0.03
_REPEATED_DAY: Final = 9
_CONFLICT_DAY: Final = 14
_HOURS: Final = 24
_NOON: Final = 12


@dataclass(frozen=True, slots=True)
class DayTrouble:
    """What goes wrong with one device on one day; hours are places in the day's readings."""

    missing: frozenset[int] = field(default_factory=frozenset)
    late: frozenset[int] = field(default_factory=frozenset)
    repeated: bool = False
    conflict: int | None = None


NO_TROUBLE: Final = DayTrouble()


def day_trouble(city: City, row: int, day: int) -> DayTrouble:
    """Return a customer's trouble on a day: the same whenever it is asked for."""
    ordinal = day - city.first_day
    if ordinal in {_REPEATED_DAY, _CONFLICT_DAY} and row == _chosen(city):
        return DayTrouble(
            repeated=ordinal == _REPEATED_DAY, conflict=_NOON if ordinal == _CONFLICT_DAY else None
        )
    draw = generator(city.seed, "trouble", city.customers[row].number, day)
    missing: frozenset[int] = frozenset()
    late: frozenset[int] = frozenset()
    # A device that is expected every hour would be called silent for a gap, and the past raises no alarm.
    patient = city.customers[row].meter.interval_s >= DAY_S and row != silent_customer(city)
    if patient and draw.random() < _GAPS_PER_METER_DAY:
        first, last = sorted(int(hour) for hour in draw.integers(1, _HOURS, size=2))
        missing = frozenset(range(first, last + 1))
    if draw.random() < _LATE_PER_METER_DAY:
        late = frozenset(int(hour) for hour in draw.integers(1, _HOURS, size=3)) - missing
    return DayTrouble(missing, late)


def _chosen(city: City) -> int:
    """Return the customer whose device repeats a day and contradicts itself: the last with a corrector."""
    alone = [row for row, customer in enumerate(city.customers) if customer.meter.gateway is None]
    return max((row for row in alone if city.customers[row].meter.has_corrector), default=alone[-1])


def contradict(element: Element) -> Element:
    """Return a second statement about the same instant: the same registers, another number."""
    return {**element, "seq": int(str(element["seq"])) + 1, "flags": ["data_restored"]}


def split(elements: Sequence[Element], trouble: DayTrouble) -> tuple[list[Element], list[Element]]:
    """Return the readings that arrive with their day, and those that arrive later."""
    on_time = [e for hour, e in enumerate(elements) if hour not in trouble.missing | trouble.late]
    if trouble.conflict is not None:
        on_time.append(contradict(elements[trouble.conflict]))
    return on_time, [e for hour, e in enumerate(elements) if hour in trouble.late]
