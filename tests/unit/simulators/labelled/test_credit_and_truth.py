"""What card meters say of their credit, in m³ or in money at their own price, held against the truth."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from simulators.days import DAY_S
from simulators.labelled.city import LabelledCity, labelled_city
from simulators.labelled.happening import Alarm, Happening, Target
from simulators.labelled.points import Point
from simulators.labelled.span import Booleans, Floats
from telemetry.model import SECOND

SEEDS = range(1, 13)
CLOCK_S = 400
"""More than a device's clock is ever off."""
LOW, EXHAUSTED = "credit_low", "credit_exhausted_with_flow"


@dataclass(frozen=True)
class Account:
    """A card meter's credit in m³, as whoever reads its messages and the price book must reckon it."""

    city: LabelledCity
    point: Point
    at: Floats
    credit_m3: Floats
    alarm_m3: float
    flowing: Booleans
    """Whether the register has moved since the reading before."""

    def lawful(self, rule: str) -> Booleans:
        """Return which of its rows lie in a time when this alarm may ring."""
        covered = np.zeros(self.at.size, np.bool_)
        for h in self.happenings(rule):
            covered |= (self.at > h.start - CLOCK_S) & (self.at < h.end + CLOCK_S)
        return covered

    def happenings(self, rule: str) -> Iterator[Happening]:
        """Return what may or should raise this alarm on it."""
        alarm: Alarm = (rule, Target("meter", self.point.name))
        return (h for h in self.city.happenings if alarm in (*h.raises, *h.also))


def accounts(city: LabelledCity, *, money: bool) -> Iterator[Account]:
    book = np.array([float(str(row["price_per_m3"])) for row in city.tables["prices"]])
    for number, point in enumerate(city.people.points):
        card = point.meter.card
        if card is not None and (card.price_per_m3 is not None) == money:
            rows = ordered(city.cards, number)
            credit = rows["remaining_m3"]
            if money:
                credit = rows["remaining_money"] / book[rows["price_version"] - 1]
            readings = ordered(city.readings, number)
            moved = np.diff(readings["index_um3"], prepend=readings["index_um3"][0]) > 0
            # A message carries the register and the credit of one instant.
            flowing = moved[np.searchsorted(readings["measured_at"], rows["measured_at"])]
            at = rows["measured_at"] / SECOND
            yield Account(city, point, at, credit, float(rows["alarm_m3"][0]), flowing)


def ordered(table: dict[str, Any], device: int) -> dict[str, Any]:
    own = np.flatnonzero(table["device"] == device)
    own = own[np.argsort(table["measured_at"][own], kind="stable")]
    return {name: column[own] for name, column in table.items()}


@pytest.fixture(scope="module")
def cities() -> list[LabelledCity]:
    small = [labelled_city(seed, meters=60, stations=8, days=30, density=3.0) for seed in SEEDS]
    return [*small, labelled_city(23, meters=120, stations=8, days=60, density=3.0)]


@pytest.mark.parametrize("money", [False, True])
def test_a_credit_below_the_alarm_is_labelled(cities: list[LabelledCity], money: bool) -> None:
    below = 0
    for account in (a for city in cities for a in accounts(city, money=money)):
        low = account.credit_m3 < account.alarm_m3 - 0.005
        below += int(low.sum())
        stray = account.at[low & ~account.lawful(LOW)]
        assert stray.size == 0, (account.city.seed, account.point.name, stray)
    assert below > 100


@pytest.mark.parametrize("money", [False, True])
def test_gas_burned_without_credit_is_labelled(cities: list[LabelledCity], money: bool) -> None:
    burned = 0
    for account in (a for city in cities for a in accounts(city, money=money)):
        owing = (account.credit_m3 < -0.005) & account.flowing
        burned += int(owing.sum())
        stray = account.at[owing & ~account.lawful(EXHAUSTED)]
        assert stray.size == 0, (account.city.seed, account.point.name, stray)
    assert burned > 10


@pytest.mark.parametrize("money", [False, True])
def test_the_meter_says_what_is_labelled(cities: list[LabelledCity], money: bool) -> None:
    seen = set()
    for account in (a for city in cities for a in accounts(city, money=money)):
        for h in (h for h in account.city.happenings if h.target.id == account.point.name):
            if h.kind in {LOW, EXHAUSTED}:
                during = (account.at > h.start + CLOCK_S) & (account.at < h.end - CLOCK_S)
                assert (account.credit_m3[during] <= account.alarm_m3 + 0.005).all(), (h.kind, h.target.id)
                # Flow goes on below the level that makes it known.
                told = h.end if h.detectable_from is None else h.detectable_from
                gone = during & (account.at > told + CLOCK_S)
                level = account.alarm_m3 if h.kind == LOW else 0.0
                assert (account.credit_m3[gone] <= level + 0.005).all(), (h.kind, h.target.id)
                least = account.credit_m3[during].min(initial=np.inf)
                assert least >= h.size - 0.05, (h.kind, h.target.id)
                seen.add((h.kind, h.start > account.city.span.begin + 0.55 * account.city.span.days * DAY_S))
    assert {LOW, EXHAUSTED} == {kind for kind, _ in seen}
    assert {True, False} == {after for _, after in seen}
