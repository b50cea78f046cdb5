"""Prepaid cards: credit that runs low or out, purchases the office knows otherwise, prices not taken over."""

from dataclasses import replace
from typing import Final

import numpy as np

from simulators.days import DAY_S, HOUR_S
from simulators.labelled.credit import credit
from simulators.labelled.happening import Happening, MeterEffect
from simulators.labelled.kind import Kind
from simulators.labelled.points import Point
from simulators.labelled.prices import change_at
from simulators.labelled.runs import MeterRun, Stage
from simulators.labelled.scene import Place, Scene, blamed

_PROMPT_S: Final = 6 * HOUR_S
"""A meter that has not taken over a price by then is not merely slow."""


def credit_low(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a customer buy only when the credit is below the meter's own alarm."""
    return _late_purchase(scene, draw, "credit_low", (0.1, 0.97))


def credit_exhausted(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a customer burn on when nothing is left, within the overdraft or beyond."""
    return _late_purchase(scene, draw, "credit_exhausted_with_flow", (-1.5, -0.05))


def _late_purchase(
    scene: Scene, draw: np.random.Generator, rule: str, until: tuple[float, float]
) -> Happening | None:
    """Delay a purchase until the credit is this part of the alarm, or of twice the overdraft if negative.

    The credit runs down through the meter's own alarm first: from there on the fault is under way.
    """
    place = _carded(scene, draw)
    if place is None or place.point.meter.card is None:
        return None
    card, part = place.point.meter.card, float(draw.uniform(*until))
    at_last = part * (card.alarm_m3 if part > 0 else 2 * card.overdraft_limit_m3)
    least = card.alarm_m3 if rule == "credit_low" else 0.0
    settled: dict[str, float] = {}

    def forget(run: MeterRun) -> None:
        wallet = run.purse()
        found = _purchase(run, place)
        if found is None:
            return
        wallet.level_m3[found] = at_last
        account = credit(run)
        below = account.falls_to(least, found)
        if not np.isfinite(below):
            wallet.level_m3[found] = card.trigger_m3
            return
        wallet.disturbed[found] = True
        left = account.least_m3(found)
        settled.update(
            start=account.falls_to(card.alarm_m3, found),
            end=min(float(account.loaded_at[found]), float(run.span.end)),
            detectable_from=below,
            size=round(left, 2),
            strength=(least - left) / (0.1 * card.alarm_m3),
        )

    return replace(
        blamed(rule, place),
        also=(("credit_low", place.target),) if rule != "credit_low" else (),
        unit="m³ left",
        shape="purchase delayed",
        meters=(MeterEffect(place.name, Stage.CREDIT, forget),),
        settled=settled,
    )


def recharge_mismatch(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a purchase count twice, bring another volume than was sold, or have no sale at all."""
    place = _carded(scene, draw)
    if place is None:
        return None
    shape = str(draw.choice(["counted twice", "other volume", "no sale"]))
    factor = float(draw.uniform(1.1, 2.5))
    settled: dict[str, float] = {}

    def falsify(run: MeterRun) -> None:
        wallet = run.purse()
        found = _purchase(run, place)
        if found is None:
            return
        wallet.disturbed[found] = True
        if shape == "counted twice":
            wallet.steps[found] = 2
        elif shape == "other volume":
            wallet.loaded_m3[found] = np.round(wallet.loaded_m3[found] * factor, 1)
        else:
            wallet.sold_m3[found] = np.nan
        at = float(credit(run).loaded_at[found])
        settled.update(start=at, end=at + DAY_S, detectable_from=at)

    return replace(
        blamed("recharge_mismatch", place),
        size=round(100 * (factor - 1), 1) if shape == "other volume" else 1.0,
        unit="% more than sold" if shape == "other volume" else "purchases",
        shape=shape,
        strength=(factor - 1) / 0.05 if shape == "other volume" else None,
        meters=(MeterEffect(place.name, Stage.CREDIT, falsify),),
        settled=settled,
    )


def price_table_stale(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a meter that charges money go on with the old price after it has changed."""
    change = change_at(scene.span)
    room = scene.span.end - change - DAY_S

    def fit(point: Point) -> bool:
        card = point.meter.card
        if card is None or card.price_per_m3 is None:
            return False
        # The price changes once: a meter that missed it has missed it.
        return ("price_table_stale", point.name) not in scene.overdue

    if room < 2 * DAY_S:
        return None
    lasting = scene.span.edge_after(change + float(draw.uniform(2 * DAY_S, room))) - change
    place = scene.place(fit, HOUR_S, draw, peace_s=DAY_S)
    if place is None:
        return None
    scene.overdue.add(("price_table_stale", place.name))

    def stay_behind(run: MeterRun) -> None:
        run.purse().version_from = change + lasting

    return replace(
        blamed("price_table_stale", place),
        start=change,
        end=change + lasting,
        size=round(lasting / DAY_S, 1),
        unit="days",
        strength=lasting / _PROMPT_S,
        detectable_from=change + _PROMPT_S,
        meters=(MeterEffect(place.name, Stage.PRICED, stay_behind),),
    )


def _carded(scene: Scene, draw: np.random.Generator) -> Place | None:
    return scene.place(lambda p: p.meter.card is not None, 0.4 * scene.span.days * DAY_S, draw)


def _purchase(run: MeterRun, place: Place) -> int | None:
    """Return the first purchase in the place's time to which nothing has happened yet, if there is one."""
    loaded_at = credit(run).loaded_at
    free = (loaded_at > place.start) & (loaded_at < place.end) & ~run.purse().disturbed
    found = np.flatnonzero(free)
    return int(found[0]) if found.size else None


KINDS: Final = (
    Kind("credit_low", credit_low, 5),
    Kind("credit_exhausted_with_flow", credit_exhausted, 5),
    Kind("recharge_mismatch", recharge_mismatch, 5),
    Kind("price_table_stale", price_table_stale, 4),
)
