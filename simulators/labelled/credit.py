"""A card meter's credit over a city's days: the one account that the meter says and the truth is about."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from simulators.days import SLOT_S
from simulators.labelled.prices import NEW_PRICE, OLD_PRICE, price_at
from simulators.labelled.runs import MeterRun
from simulators.labelled.span import Booleans, Floats, Integers, Span

_NEVER: Final = float("inf")


@dataclass(frozen=True, slots=True)
class Credit:
    """What a meter holds, in its own unit (m³ or money): the opening, what was loaded, what use has cost.

    The meter reckons with the price that it has itself, however old: by it money is worth so many m³.
    """

    span: Span
    opening: float
    cost: Floats
    """Of all use since the beginning, at each edge of a slot."""
    price: Floats
    """The meter's own, a m³, from each edge on; 1 where it holds m³."""
    loaded_at: Floats
    """When each purchase is made, on an edge; infinity where it never is."""
    loaded: Floats
    """What each purchase brings."""

    def held(self, at: Floats) -> Floats:
        """Return what the meter holds at some instants."""
        brought = np.concatenate([[0.0], np.cumsum(self.loaded)])
        held: Floats = self.opening + brought[self.purchases(at)] - np.interp(at, self.span.edges, self.cost)
        return held

    def purchases(self, at: Floats) -> Integers:
        """Return how many purchases have been loaded by some instants."""
        return np.searchsorted(self.loaded_at, at, side="right")

    def falls_to(self, level_m3: float, purchase: int) -> float:
        """Return when the credit falls to so many m³ while this purchase is awaited; infinity if never.

        By use it falls within a slot, by a new price on the slot's edge.
        """
        held, first = self._awaiting(purchase)
        edge = _first(held <= level_m3 * self.price, first)
        if edge == held.size:
            return _NEVER
        edges, floor = self.span.edges, level_m3 * self.price[edge - 1]
        if edge == first or held[edge] > floor:
            return float(edges[edge])
        return float(edges[edge - 1] + SLOT_S * (held[edge - 1] - floor) / (held[edge - 1] - held[edge]))

    def least_m3(self, purchase: int) -> float:
        """Return what is left (m³) just before a purchase is loaded, or at the end where it never is."""
        held, _ = self._awaiting(purchase)
        last = min(int(np.searchsorted(self.span.edges, self.loaded_at[purchase])), held.size - 1)
        return float(held[last] / self.price[last])

    def _awaiting(self, purchase: int) -> tuple[Floats, int]:
        """Return what the meter would hold at each edge without this purchase, and from which edge on."""
        since = self.loaded_at[purchase - 1] if purchase else self.span.begin
        held: Floats = self.opening + self.loaded[:purchase].sum() - self.cost
        return held, int(np.searchsorted(self.span.edges, since))


def used_m3(run: MeterRun) -> Floats:
    """Return what the register has counted up to each edge of a slot."""
    return np.concatenate([[0.0], np.cumsum(run.counted_m3)])


def credit(run: MeterRun) -> Credit:
    """Return a card meter's credit: each purchase is made when it has fallen to what its owner waits for."""
    wallet, edges = run.purse(), run.span.edges
    price = np.ones(edges.size)
    if wallet.card.price_per_m3 is not None:
        price = np.where(edges < wallet.version_from, OLD_PRICE, NEW_PRICE)
    cost = np.concatenate([[0.0], np.cumsum(run.counted_m3 * price[:-1])])
    opening = wallet.card.opening_remaining_m3 * float(price[0])
    loaded_at, loaded = np.full(wallet.level_m3.size, _NEVER), np.zeros(wallet.level_m3.size)
    held, edge = opening - cost, 0
    for number, (level, volume) in enumerate(zip(wallet.level_m3, wallet.loaded_m3, strict=True)):
        edge = _first(held <= level * price, edge)
        if edge == edges.size:
            break
        loaded_at[number] = edges[edge]
        # The office sells by its own price book, whatever the meter's price.
        sold_at = 1.0 if wallet.card.price_per_m3 is None else price_at(run.span, loaded_at[number])
        loaded[number] = volume * sold_at
        held += loaded[number]
    return Credit(run.span, opening, cost, price, loaded_at, loaded)


def _first(so: Booleans, since: int) -> int:
    """Return the first place from one on where it is so; the size where it never is."""
    found = np.flatnonzero(so[since:])
    return since + int(found[0]) if found.size else so.size
