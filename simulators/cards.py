"""Prepaid IC cards: what is left on the meter follows from what has been used, and so does every purchase."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Card:
    """The habits of a card's owner: how much is bought at a time, and at what remainder one goes to buy."""

    purchase_m3: float
    trigger_m3: float
    opening_remaining_m3: float
    opening_sequence: int
    opening_purchased_m3: float
    price_per_m3: float | None
    """Where the meter holds money instead of volume."""
    alarm_m3: float
    overdraft_limit_m3: float


def issue_card(design_m3h: float, draw: np.random.Generator) -> Card:
    """Return the card of a kitchen of this size."""
    purchase = float(np.ceil(design_m3h * draw.uniform(40, 160) / 50) * 50)
    trigger = round(0.15 * purchase + 20, 0)
    sequence = int(draw.integers(4, 60))
    return Card(
        purchase_m3=purchase,
        trigger_m3=trigger,
        opening_remaining_m3=round(trigger + purchase * float(draw.uniform(0.05, 0.95)), 1),
        opening_sequence=sequence,
        opening_purchased_m3=round(sequence * purchase, 1),
        price_per_m3=3.85 if draw.random() < 0.25 else None,  # noqa: PLR2004 (part of the cards)
        alarm_m3=round(0.5 * trigger, 0),
        overdraft_limit_m3=10.0,
    )


def purchases(card: Card, used_m3: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return how often credit was bought once this much has been used."""
    until_first = card.opening_remaining_m3 - card.trigger_m3
    return np.maximum(0, np.ceil((used_m3 - until_first) / card.purchase_m3)).astype(np.int64)


def remaining_m3(card: Card, used_m3: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the credit left on the meter; never below the trigger, for the owner is careful."""
    return card.opening_remaining_m3 + purchases(card, used_m3) * card.purchase_m3 - used_m3
