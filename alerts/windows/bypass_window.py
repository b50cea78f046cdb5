"""What rules look at of gas that goes around meters: meters in series, zones, and evidences side by side."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from alerts.evidence.balance import Balance
from alerts.evidence.finding import Finding, nothing
from alerts.windows.rows import Rows, no_booleans, no_floats
from telemetry.model import Booleans, Floats

EVIDENCES: Final = ("hydraulic", "opening", "steps", "usage", "zone", "check_meter", "warmth")
"""In the order in which they are believed."""


@dataclass(frozen=True, kw_only=True)
class Pairs(Rows):
    """Main meters against those that check them, over the newest day of use.

    Attributes
    ----------
    deviation, usual, beyond : (n,)
        (main - check) / check, NaN where too few hours are known; what it usually is, 0 where that is not
        known; and how far it lies beyond that.
    hours : (n,)
        How many were compared.
    main_m3, check_m3 : (n,) [m³ at base conditions]
        What each counted in them.
    allowed_pct : (n,) [%]
        What both may differ by, by their classes and those of their correctors.
    checks : (n,)
        The names of the meters that check.
    """

    deviation: Floats = field(default_factory=no_floats)
    usual: Floats = field(default_factory=no_floats)
    beyond: Floats = field(default_factory=no_floats)
    hours: Floats = field(default_factory=no_floats)
    main_m3: Floats = field(default_factory=no_floats)
    check_m3: Floats = field(default_factory=no_floats)
    allowed_pct: Floats = field(default_factory=no_floats)
    checks: Sequence[str] = ()

    def told(self, row: int) -> dict[str, Any]:
        """Return what one pair counted."""
        return {
            "check_meter": self.checks[row],
            "deviation_pct": round(100 * self.deviation.item(row), 3),
            "usual_deviation_pct": round(100 * self.usual.item(row), 3),
            "hours": self.hours.item(row),
            "main_base_m3": round(self.main_m3.item(row), 3),
            "check_base_m3": round(self.check_m3.item(row), 3),
        }


@dataclass(frozen=True, kw_only=True)
class Zones(Rows):
    """The newest day of zones that meters stand at the inlet of.

    Attributes
    ----------
    beyond_m3, sigma_m3 : (n,) [m³ at base conditions]
        What is nobody's beyond the usual, and its standard uncertainty.
    balances : (n,)
        What it is made of.
    candidates : (n,)
        Gives the meters in whose hours it is missing, the likeliest first.
    """

    beyond_m3: Floats = field(default_factory=no_floats)
    sigma_m3: Floats = field(default_factory=no_floats)
    balances: Sequence[Balance] = ()
    candidates: Sequence[Callable[[], list[dict[str, Any]]]] = ()

    def told(self, row: int) -> dict[str, Any]:
        """Return what one zone's day is made of, and who may be behind it."""
        figures = {name: round(value, 1) for name, value in self.balances[row]._asdict().items()}
        share = round(100 * figures["residual_m3"] / max(figures["supply_m3"], 0.1), 2)
        return figures | {"share_pct": share, "candidates": self.candidates[row]()}


@dataclass(frozen=True, kw_only=True)
class Suspicions(Rows):
    """What each evidence finds for a meter, by the evidence's name.

    Attributes
    ----------
    findings : mapping of str to Finding
        (n,) each.
    unlocked, open : (n,)
        Nothing keeps the meter's bypass shut; its valve says that it is open.
    stands_still : (n,)
        The meter counted nothing in a day in which the one that checks it did.
    """

    findings: Mapping[str, Finding] = field(default_factory=lambda: dict.fromkeys(EVIDENCES, nothing(0)))
    unlocked: Booleans = field(default_factory=no_booleans)
    open: Booleans = field(default_factory=no_booleans)
    stands_still: Booleans = field(default_factory=no_booleans)
