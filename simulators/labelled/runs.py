"""What passes one meter and what its device makes of it, slot by slot: what effects act upon."""

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from simulators.cards import Card
from simulators.labelled.points import Point
from simulators.labelled.span import Booleans, Floats, Integers, Span


class Stage(IntEnum):
    """When an effect on a meter acts: after this has been worked out, before the next."""

    LOAD = 0
    COUNTED = 1
    SENSED = 2
    CORRECTED = 3
    PRICED = 4
    CREDIT = 5
    SAID = 6


@dataclass(slots=True)
class Wallet:
    """A card's purchases: at what credit each is made, what it brings, and what the office knows."""

    card: Card
    level_m3: Floats
    """What the meter still holds, at its own price, when its owner goes to buy."""
    loaded_m3: Floats
    sold_m3: Floats
    """NaN where the office has no such sale."""
    steps: Integers
    """By how much each purchase moves the meter's own count of purchases."""
    disturbed: Booleans
    """The purchases to which something has happened: nothing else happens to them."""
    version_from: float
    """When the meter begins to charge the new price: where a slot begins."""


@dataclass(slots=True)
class Said:
    """What a device says, one element a reading; units in the names, NaN for what it does not send."""

    at: Floats
    """True time of the reading."""
    offset_s: Floats
    """By how much the device's clock is ahead."""
    delay_s: Floats
    """From the reading to its arrival."""
    lost: Booleans
    flags: Integers
    columns: dict[str, Floats] = field(default_factory=dict)


@dataclass(slots=True)
class MeterRun:
    """One metering point over the span; flows and volumes by slot."""

    point: Point
    span: Span
    burned: Floats
    """m³/h at base conditions, drawn from the network."""
    around: Floats
    """What part of it does not go through the meter."""
    line_kpa: Floats = field(default_factory=lambda: np.empty(0))
    """Absolute, at the meter."""
    gas_degc: Floats = field(default_factory=lambda: np.empty(0))
    flow_m3h: Floats = field(default_factory=lambda: np.empty(0))
    """Through the meter at metering conditions; negative where it flows back."""
    counted_m3: Floats = field(default_factory=lambda: np.empty(0))
    """What the register counts in each slot."""
    mechanical_m3: Floats = field(default_factory=lambda: np.empty(0))
    """What the mechanical register counts in each slot."""
    sensed_kpa: Floats = field(default_factory=lambda: np.empty(0))
    sensed_degc: Floats = field(default_factory=lambda: np.empty(0))
    factor: Floats = field(default_factory=lambda: np.empty(0))
    """C as the corrector has it."""
    disturbed: Booleans = field(default_factory=lambda: np.empty(0, np.bool_))
    """Where the corrector counts into its disturbed registers too."""
    wallet: Wallet | None = None
    said: Said | None = None

    def spoken(self) -> Said:
        """Return what it says, which there is from the last stage on."""
        if self.said is None:
            raise ValueError(f"{self.point.name} has not spoken yet")
        return self.said

    def purse(self) -> Wallet:
        """Return its purchases."""
        if self.wallet is None:
            raise ValueError(f"{self.point.name} has no card")
        return self.wallet
