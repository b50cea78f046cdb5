"""What a meter says it took in purchases, beside what the office's ledger says was sold for it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from telemetry.model import DAY, Instant, moment
from telemetry.store.card_sales import Sold
from telemetry.store.windows_cards import Bought

LOOKED_AT: Final[Instant] = 7 * DAY
"""So long a purchase is held against the ledger: what is not mended by then is no news."""
_BEGINNING: Final[Instant] = DAY
"""A card sold just before the ledger was begun may be loaded until then."""


@dataclass(frozen=True)
class Ledger:
    """What was sold for each meter, as far as it is known.

    Attributes
    ----------
    begun : Instant or None
        The first sale of all; None where no ledger is kept.
    sold : mapping of str to sequence of Sold
        By meter.
    """

    begun: Instant | None = None
    sold: Mapping[str, Sequence[Sold]] = field(default_factory=dict)


NO_LEDGER: Final = Ledger()
"""Nothing is known of sales."""


class Compared(NamedTuple):
    """One move of a meter's count of purchases, and what was sold under the numbers it passed.

    ``taken_m3`` is None where the meter does not say, ``sold_m3`` where the ledger states no volume.
    """

    at: Instant
    sequence: int
    counted: int
    entered: int
    taken_m3: float | None
    sold_m3: float | None
    kinds: str

    @property
    def sold(self) -> bool:
        """Whether the ledger has every purchase."""
        return self.entered == self.counted

    @property
    def off_m3(self) -> float | None:
        """By how much both differ [m³]."""
        if self.taken_m3 is None or self.sold_m3 is None:
            return None
        return abs(self.taken_m3 - self.sold_m3)

    def told(self) -> dict[str, Any]:
        """Return it as evidence."""
        figures = {"taken_m3": self.taken_m3, "sold_m3": self.sold_m3}
        return {
            "sequence": self.sequence,
            "counted": self.counted,
            "entered": self.entered,
            **{name: round(figure, 3) for name, figure in figures.items() if figure is not None},
            "kinds": self.kinds,
            "taken_at": moment(self.at).isoformat(),
        }


def compared(
    meter: str, since: Instant, at: Instant, bought: Sequence[Bought], ledger: Ledger
) -> Iterator[Compared]:
    """Yield the purchases of the week until an instant that the ledger must have, oldest first.

    Parameters
    ----------
    meter : str
        Whose purchases these are.
    since : Instant
        When it was installed: what its device counted before is another meter's.
    at : Instant
        When the meter spoke.
    bought : sequence of Bought
        What its device said of purchases, in order of time.
    ledger : Ledger
        What is known of sales now.
    """
    sales = ledger.sold.get(meter, ())
    for one in bought:
        if at - LOOKED_AT < one.at <= at and one.before_at >= since and one.sequence > one.before_sequence:
            found = [row for row in sales if one.before_sequence < row.sequence <= one.sequence]
            if found or _kept(ledger, sales, one):
                yield _compared(one, found)


def _kept(ledger: Ledger, sales: Sequence[Sold], one: Bought) -> bool:
    """Tell whether the ledger was kept when a purchase was made."""
    if any(row.sequence <= one.before_sequence for row in sales):
        return True
    return ledger.begun is not None and one.before_at >= ledger.begun + _BEGINNING


def _compared(one: Bought, found: Sequence[Sold]) -> Compared:
    volumes = [row.volume_m3 for row in found if row.volume_m3 is not None]
    return Compared(
        at=one.at,
        sequence=one.sequence,
        counted=one.sequence - one.before_sequence,
        entered=len({row.sequence for row in found}),
        taken_m3=one.taken_m3,
        sold_m3=sum(volumes, 0.0) if len(volumes) == len(found) else None,
        kinds=", ".join(dict.fromkeys(row.kind for row in found)),
    )
