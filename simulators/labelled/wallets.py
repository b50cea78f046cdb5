"""The purchases that a card meter gets, what it says of its credit, and what the office has sold for it."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from simulators.days import HOUR_S
from simulators.labelled.credit import credit
from simulators.labelled.points import Point
from simulators.labelled.prices import change_at, price_at
from simulators.labelled.runs import MeterRun, Wallet
from simulators.labelled.span import Floats
from simulators.seeds import generator

_PROMPT_S: Final = 2 * HOUR_S
"""How long a sound meter may take to charge a new price."""


def open_wallet(run: MeterRun, seed: int) -> None:
    """Give a card meter its purchases: each when the credit has fallen to its owner's habit."""
    card = run.point.meter.card
    if card is None:
        return
    draw = generator(seed, "wallet", run.point.name)
    most = int(max(0.0, run.counted_m3.sum()) / card.purchase_m3) + 3
    late = float(draw.uniform(0, _PROMPT_S)) * (draw.random() < 0.3)  # noqa: PLR2004 (part of them)
    run.wallet = Wallet(
        card=card,
        level_m3=np.full(most, card.trigger_m3),
        loaded_m3=np.full(most, card.purchase_m3),
        sold_m3=np.full(most, card.purchase_m3),
        steps=np.ones(most, np.int64),
        disturbed=np.zeros(most, np.bool_),
        version_from=run.span.edge_after(change_at(run.span) + late),
    )


@dataclass(frozen=True, slots=True)
class CardColumns:
    """What a card meter says of its credit at its readings; NaN for what it does not say."""

    remaining_m3: Floats
    remaining_money: Floats
    cumulative_purchased_m3: Floats
    sequence: Floats
    price_version: Floats


def card_columns(run: MeterRun, at: Floats) -> CardColumns:
    """Return the credit at some instants."""
    wallet, account = run.purse(), credit(run)
    card, done = wallet.card, account.purchases(at)
    loaded, counts = (np.concatenate([[0], np.cumsum(x)]) for x in (wallet.loaded_m3, wallet.steps))
    held, nothing = np.round(account.held(at), 2), np.full(at.size, np.nan)
    by_volume = card.price_per_m3 is None
    return CardColumns(
        remaining_m3=held if by_volume else nothing,
        remaining_money=nothing if by_volume else held,
        cumulative_purchased_m3=np.round(card.opening_purchased_m3 + loaded[done], 1),
        sequence=(card.opening_sequence + counts[done]).astype(np.float64),
        price_version=nothing if by_volume else np.where(at >= wallet.version_from, 2.0, 1.0),
    )


@dataclass(frozen=True, slots=True)
class Sale:
    """One sale at the office, and when the meter took it."""

    point: Point
    sold_at: float
    loaded_at: float
    volume_m3: float
    unit_price: float
    sequence: int


def sales(run: MeterRun, seed: int) -> list[Sale]:
    """Return what the office knows to have sold for a meter within the span."""
    wallet, loaded_at = run.purse(), credit(run).loaded_at
    draw = generator(seed, "sales", run.point.name)
    found: list[Sale] = []
    sequence = wallet.card.opening_sequence
    for volume, step, loaded in zip(wallet.sold_m3, wallet.steps, map(float, loaded_at), strict=True):
        sequence += 1
        if np.isfinite(loaded) and not np.isnan(volume):
            sold = max(loaded - float(draw.uniform(0.3, 30)) * HOUR_S, run.span.begin)
            found.append(Sale(run.point, sold, loaded, float(volume), price_at(run.span, loaded), sequence))
        sequence += int(step) - 1
    return found
