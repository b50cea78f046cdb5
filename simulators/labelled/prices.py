"""The price of gas for meters that charge money, and when it changes."""

from typing import Final

from simulators.labelled.span import Span

PLAN: Final = "commercial"
OLD_PRICE: Final = 3.85
NEW_PRICE: Final = 4.12
_CHANGE_AFTER: Final = 0.55


def change_at(span: Span) -> int:
    """Return the midnight from which the new price holds."""
    return span.day_start(max(1, round(_CHANGE_AFTER * span.days)))


def price_at(span: Span, at: float) -> float:
    """Return the price at an instant, money a m³."""
    return NEW_PRICE if at >= change_at(span) else OLD_PRICE
