"""What a card meter says of its credit: purchases come when so much has been used, sales before them."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from simulators.days import HOUR_S
from simulators.labelled.points import Point
from simulators.labelled.prices import NEW_PRICE, OLD_PRICE, change_at
from simulators.labelled.runs import MeterRun, Wallet
from simulators.labelled.span import Floats, Integers, Span
from simulators.seeds import generator

_PROMPT_S: Final = 2 * HOUR_S
"""How long a sound meter may take to charge a new price."""


def used_m3(run: MeterRun) -> Floats:
    """Return what the register has counted up to each edge of a slot."""
    return np.concatenate([[0.0], np.cumsum(run.counted_m3)])


def when_used(run: MeterRun, used: Floats, volume_m3: float) -> float:
    """Return when so much had been used; infinity where it never was."""
    reached = int(np.searchsorted(used, volume_m3))
    return float(run.span.edges[reached]) if reached < used.size else float("inf")


def open_wallet(run: MeterRun, seed: int) -> None:
    """Give a card meter its purchases: each when the credit has fallen to its owner's habit."""
    card = run.point.meter.card
    if card is None:
        return
    draw = generator(seed, "wallet", run.point.name)
    most = int(max(0.0, run.counted_m3.sum()) / card.purchase_m3) + 3
    first = card.opening_remaining_m3 - card.trigger_m3
    bought = np.full(most, card.purchase_m3)
    run.wallet = Wallet(
        card=card,
        used_at_m3=np.array(first + np.arange(most) * card.purchase_m3, dtype=np.float64),
        loaded_m3=bought,
        sold_m3=bought.copy(),
        steps=np.ones(most, np.int64),
        version_from=change_at(run.span) + float(draw.uniform(0, _PROMPT_S)) * (draw.random() < 0.3),  # noqa: PLR2004
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
    wallet, used = run.purse(), np.interp(at, run.span.edges, used_m3(run))
    card = wallet.card
    done = np.searchsorted(wallet.used_at_m3, used, side="right")
    loaded, counts = (np.concatenate([[0], np.cumsum(x)]) for x in (wallet.loaded_m3, wallet.steps))
    remaining = card.opening_remaining_m3 + loaded[done] - used
    nothing = np.full(at.size, np.nan)
    money = nothing if card.price_per_m3 is None else np.round(_money(run, wallet, used, done), 2)
    return CardColumns(
        remaining_m3=np.round(remaining, 2) if card.price_per_m3 is None else nothing,
        remaining_money=money,
        cumulative_purchased_m3=np.round(card.opening_purchased_m3 + loaded[done], 1),
        sequence=(card.opening_sequence + counts[done]).astype(np.float64),
        price_version=nothing if card.price_per_m3 is None else np.where(at >= wallet.version_from, 2.0, 1.0),
    )


def _money(run: MeterRun, wallet: Wallet, used: Floats, done: Integers) -> Floats:
    """Return what is left of the money: purchases at the price of their day, use at the meter's own price."""
    opening = wallet.card.opening_remaining_m3 * OLD_PRICE
    all_used = used_m3(run)
    bought_at = np.array([when_used(run, all_used, float(u)) for u in wallet.used_at_m3])
    paid = wallet.loaded_m3 * np.where(bought_at >= change_at(run.span), NEW_PRICE, OLD_PRICE)
    before = float(np.interp(wallet.version_from, run.span.edges, all_used))
    charged = np.minimum(used, before) * OLD_PRICE + np.maximum(used - before, 0.0) * NEW_PRICE
    return opening + np.concatenate([[0.0], np.cumsum(paid)])[done] - charged


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
    wallet, used = run.purse(), used_m3(run)
    draw = generator(seed, "sales", run.point.name)
    found: list[Sale] = []
    sequence = wallet.card.opening_sequence
    for volume, step, threshold in zip(wallet.sold_m3, wallet.steps, wallet.used_at_m3, strict=True):
        sequence += 1
        loaded = when_used(run, used, float(threshold))
        if np.isfinite(loaded) and not np.isnan(volume):
            sold = max(loaded - float(draw.uniform(0.3, 30)) * HOUR_S, run.span.begin)
            found.append(Sale(run.point, sold, loaded, float(volume), price_at(run.span, loaded), sequence))
        sequence += int(step) - 1
    return found


def price_at(span: Span, at: float) -> float:
    """Return the price at an instant."""
    return NEW_PRICE if at >= change_at(span) else OLD_PRICE
