"""Settlement periods as contracts name them: which days are read, and what lies between two readings."""

from calendar import monthrange
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from telemetry.billing.gas_day import GasCalendar, Granularity, first_day, period_name
from telemetry.model import Instant
from telemetry.registry import Contract, Registry

_END: Final = 31
"""Stands for the month's last day, as every day does that a month is too short for."""

_TEN_DAYS: Final = (10, 20, _END)
_NOON: Final = time(12)
_ONE_DAY: Final = timedelta(days=1)


class Cycle(StrEnum):
    """How a customer is read and billed."""

    TEN_DAY = "ten_day"
    TEN_DAY_MONTHLY = "ten_day_monthly"
    MONTHLY = "monthly"

    @property
    def granularity(self) -> Granularity:
        """Return how long its periods are."""
        return Granularity.TEN_DAY if self is Cycle.TEN_DAY else Granularity.MONTH

    def expects(self, period: str) -> bool:
        """Say whether a period is one of this cycle's: a month, or for ten days a third of one.

        >>> Cycle.MONTHLY.expects("2026-07"), Cycle.TEN_DAY.expects("2026-07"), Cycle.TEN_DAY.expects("July")
        (True, False, False)
        """
        try:
            return period_name(first_day(period), self.granularity) == period
        except ValueError:
            return False


class Schedule(msgspec.Struct, frozen=True):
    """How a site is read and billed: its cycle, the days of the month that are read, and until when.

    ``read_days`` are in order, three where every ten days are read, else one. A read day ends at the
    calendar's day start that follows it or, where ``same_day``, at the one within it.
    """

    cycle: Cycle
    read_days: tuple[int, ...]
    calendar: GasCalendar
    same_day: bool = False

    def edges(self, period: str) -> tuple[Instant, ...]:
        """Return where a period begins, where it is read meanwhile, and where it ends.

        >>> february = Schedule(Cycle.TEN_DAY_MONTHLY, (10, 20, 31), GasCalendar("UTC")).edges("2026-02")
        >>> [(at - february[0]) // 86_400_000_000 for at in february]
        [0, 10, 20, 28]
        """
        month = first_day(period).replace(day=1)
        before = (month - _ONE_DAY).replace(day=1)
        closings = (
            self._closing(before, self.read_days[-1]),
            *(self._closing(month, day) for day in self.read_days),
        )
        if self.cycle is Cycle.TEN_DAY:
            third = int(period[-1])
            return closings[third - 1 : third + 1]
        return closings

    def period_at(self, at: Instant) -> str:
        """Return the period that an instant lies in."""
        month = self.calendar.day_of(at).replace(day=1)
        around = (month - _ONE_DAY, month, month + timedelta(days=32))
        periods = [name for day in around for name in self._periods_of(day)]
        return next(name for name in periods if self.edges(name)[0] <= at < self.edges(name)[-1])

    def after(self, period: str) -> str:
        """Return the period that follows one.

        >>> Schedule(Cycle.TEN_DAY, (10, 20, 31), GasCalendar("UTC")).after("2026-12-D3")
        '2027-01-D1'
        """
        return self.period_at(self.edges(period)[-1])

    def _periods_of(self, day: date) -> tuple[str, ...]:
        month = f"{day:%Y-%m}"
        return tuple(f"{month}-D{third}" for third in (1, 2, 3)) if self.cycle is Cycle.TEN_DAY else (month,)

    def _closing(self, month: date, day: int) -> Instant:
        """Return where the readings of one day of a month are taken."""
        read = month.replace(day=min(day, monthrange(month.year, month.month)[1]))
        return self.calendar.begin(read if self.same_day else read + _ONE_DAY)


def schedule_of(registry: Registry, site: str, contract: Contract | None) -> Schedule:
    """Return how a site is read and billed by a contract; without one, by the month.

    A contract that is read every ten days and does not name three days is read on the 10th, the
    20th and the last; one that is read by the month on the last day it names. Its cut-off time
    takes the place of the gas day's start: before noon it is that of the morning after the read
    day, from noon on that of the read day itself.
    """
    cycle = Cycle(contract.settlement_cycle) if contract and contract.settlement_cycle else Cycle.MONTHLY
    named = read_days(contract.read_days) if contract and contract.read_days else ()
    if cycle is Cycle.MONTHLY:
        days: tuple[int, ...] = (named or (_END,))[-1:]
    else:
        days = named if len(named) == len(_TEN_DAYS) else _TEN_DAYS
    zone = registry.sites[site].time_zone
    if contract and contract.cutoff_time:
        cutoff = time.fromisoformat(contract.cutoff_time)
        return Schedule(cycle, days, GasCalendar(zone, cutoff), cutoff >= _NOON)
    return Schedule(cycle, days, GasCalendar(zone, time(registry.gas_day_start_hour(site))))


def read_days(text: str) -> tuple[int, ...]:
    """Return the days of the month that a contract names, in order.

    >>> read_days("10|20|end")
    (10, 20, 31)
    """
    return tuple(sorted({_END if day == "end" else int(day) for day in text.split("|")}))
