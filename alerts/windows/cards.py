"""What IC-card meters say of their credit, made ready for rules."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np

from alerts.alarm import Target, TargetKind
from alerts.windows.card_ledger import NO_LEDGER, Compared, Ledger, compared
from alerts.windows.meter_window import Cards
from alerts.windows.rows import UNKNOWN_SINCE
from telemetry.batch import UM3_PER_M3
from telemetry.model import DAY, SECOND, Floats, Instant, instant
from telemetry.registry import Installation, Registry
from telemetry.store.windows_cards import Bought, CardSaid

_ENOUGH_OF_A_WEEK: Final[Instant] = 2 * DAY
_OVERLOAD: Final = 1.5
_STEP_M3: Final = 1.0
"""A register that jumped or fell says nothing of what was used: more than that is its own alarm's."""
_MONEY: Final = ("remaining_money", "before_remaining_money")
_TELLS_A_PRICE: Final = 0.2  # m³: money has two decimals, a register two or three


def cards(
    said: Sequence[CardSaid],
    registry: Registry,
    bought: Iterable[Bought] = (),
    ledger: Ledger = NO_LEDGER,
) -> Cards:
    """Return a row for each card state of an installed meter, in the order of meter and time.

    Parameters
    ----------
    said : sequence of CardSaid
        What was said now.
    registry : Registry
        Where devices are installed.
    bought : iterable of Bought
        How the same devices' counts of purchases moved up to a week before, in order of time.
    ledger : Ledger
        What is known to be sold.
    """
    devices = {number: name for name, number in registry.device_ids.items()}
    placed = [
        (installed.meter, one, installed)
        for one in said
        if (name := devices.get(one.device_id))
        and (installed := registry.installation_at(name, instant(one.measured_at)))
    ]
    placed.sort(key=lambda row: (row[0], row[1].measured_at))
    names, target = np.unique(np.array([name for name, _, _ in placed], dtype=np.str_), return_inverse=True)
    rows = [one for _, one, _ in placed]
    at = np.array([instant(one.measured_at) for one in rows], dtype=np.int64)
    same = np.array([_same_installation(one, installed) for _, one, installed in placed], dtype=np.bool_)

    def moved(after: str, before: str) -> Floats:
        ends = ((getattr(one, after), getattr(one, before)) for one in rows)
        return np.where(same, _column(None if None in pair else pair[0] - pair[1] for pair in ends), np.nan)

    elapsed_s = _column(
        (one.measured_at - one.before_at).total_seconds() if one.before_at else None for one in rows
    )
    qmax_m3h = _column(registry.meters[name].qmax_m3h for name, _, _ in placed)
    used_m3 = _believed(moved("index_um3", "before_index_um3") / UM3_PER_M3, qmax_m3h * elapsed_s / 3600)
    return Cards(
        targets=[Target(TargetKind.METER, name) for name in names.tolist()],
        known_until=np.full(names.size, UNKNOWN_SINCE, dtype=np.int64),
        target=target,
        part=np.zeros(len(rows), dtype=np.int64),
        measured_at=at,
        age=np.array([instant(one.received_at) for one in rows], dtype=np.int64) - at,
        remaining=_credit_m3(rows, used_m3),
        warns_at=_column(one.alarm_m3 for one in rows),
        overdraft=_column(one.overdraft_limit_m3 for one in rows),
        daily_m3=_column(_daily_m3(one, installed) for _, one, installed in placed),
        used_m3=used_m3,
        remaining_change=moved("remaining_m3", "before_remaining_m3"),
        purchased_change=moved("cumulative_purchased_m3", "before_purchased_m3"),
        sequence_step=moved("sequence", "before_sequence"),
        elapsed_s=elapsed_s,
        **_held(placed, bought, ledger),
    )


def _believed(used_m3: Floats, most_m3: Floats) -> Floats:
    """Return what was used where a meter can have passed it; NaN where its register jumped or fell."""
    plausible = (used_m3 >= -_STEP_M3) & (used_m3 <= _OVERLOAD * most_m3 + _STEP_M3)
    return np.where(plausible, used_m3, np.nan)


def _held(
    placed: Iterable[tuple[str, CardSaid, Installation]], bought: Iterable[Bought], ledger: Ledger
) -> dict[str, Any]:
    """Return the columns that hold each meter's purchases against the ledger."""
    by_device: defaultdict[int, list[Bought]] = defaultdict(list)
    for move in bought:
        by_device[move.device_id].append(move)
    rows = [
        (at, list(compared(meter, installed.valid_from, at, by_device[one.device_id], ledger)))
        for meter, one, installed in placed
        for at in (instant(one.measured_at),)
    ]
    unsold = [next((one for one in found if not one.sold), None) for _, found in rows]
    missold = [max((one for one in found if one.sold), key=_off, default=None) for _, found in rows]
    return {
        "unsold_for_s": _column(
            (at - one.at) / SECOND if one else None for (at, _), one in zip(rows, unsold, strict=True)
        ),
        "unsold_m3": _column(one.off_m3 if one else None for one in unsold),
        "missold_m3": _column(one.off_m3 if one else None for one in missold),
        "step_sold": _column(float(any(one.at == at and one.sold for one in found)) for at, found in rows),
        "unsold": [one.told() if one else {} for one in unsold],
        "missold": [one.told() if one else {} for one in missold],
    }


def _off(one: Compared) -> float:
    return one.off_m3 or 0.0


def _credit_m3(rows: Sequence[CardSaid], used_m3: Floats) -> Floats:
    """Return what is left; of money, at the price that it fell by with what was used since the state before.

    NaN where too little was used to tell a price, unless nothing is left at all.
    """
    money, before = (_column(getattr(one, name) for one in rows) for name in _MONEY)
    bought = np.array([one.sequence != one.before_sequence for one in rows], dtype=np.bool_)
    fell = np.where(bought | ~(used_m3 >= _TELLS_A_PRICE), np.nan, before - money)
    priced = money * used_m3 / np.where(fell > 0, fell, np.nan)
    left = np.where(np.isnan(priced) & (money <= 0), 0.0, priced)
    stated = _column(one.remaining_m3 for one in rows)
    return np.where(np.isnan(stated), left, stated)


def _same_installation(one: CardSaid, installed: Installation) -> bool:
    return one.before_at is not None and instant(one.before_at) >= installed.valid_from


def _daily_m3(one: CardSaid, installed: Installation) -> float | None:
    """Return the mean use of a day over what is known of the last week."""
    if one.week_at is None or one.week_index_um3 is None or one.index_um3 is None:
        return None
    since, until = instant(one.week_at), instant(one.measured_at)
    if since < installed.valid_from or until - since < _ENOUGH_OF_A_WEEK:
        return None
    return (one.index_um3 - one.week_index_um3) / UM3_PER_M3 * DAY / (until - since)


def _column(values: Iterable[float | None]) -> Floats:
    return np.array(list(values), dtype=np.float64)
