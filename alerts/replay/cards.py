"""What IC-card meters said of their credit, as the watch would have found it at any moment of a replay."""

from collections.abc import Iterator

import numpy as np

from alerts.replay.said import Said, chosen
from telemetry.batch import NULL, Columns
from telemetry.model import DAY, Instant, moment
from telemetry.registry import Registry
from telemetry.store.windows_cards import CardSaid

_WEEK: Instant = 7 * DAY
_HEARD: Instant = 8 * DAY
_BASE = 1


class CardsSoFar:
    """Keeps eight days of card states and of their meters' registers."""

    def __init__(self, registry: Registry, lateness: Instant) -> None:
        self._kept = _HEARD + lateness
        self._devices = {number: name for name, number in registry.device_ids.items()}
        self._cards = Said().cards
        self._registers = Said().readings

    def learn(self, said: Said, now: Instant) -> None:
        """Take in what arrives from now on, and forget what nothing is held against any more."""
        self._cards = _in_order(self._cards, said.cards, now - self._kept)
        of_cards = np.isin(said.readings["device_id"], np.unique(self._cards["device_id"]))
        of_cards &= said.readings["index_um3"] != NULL
        self._registers = _in_order(self._registers, chosen(said.readings, of_cards), now - self._kept)

    def newly_said(self, since: Instant, now: Instant) -> list[CardSaid]:
        """Return what arrived after one instant and until another, with what was said before."""
        cards = chosen(self._cards, self._cards["arrived_at"] <= now)
        if not (cards["arrived_at"] > since).any():
            return []
        registers = chosen(self._registers, self._registers["arrived_at"] <= now)
        return list(_said(cards, registers, since))

    def price_versions(self, now: Instant) -> dict[str, str]:
        """Return the price table that each device said last that it holds."""
        cards = self._cards
        known = (cards["arrived_at"] <= now) & (cards["measured_at"] > now - _HEARD)
        held = chosen(cards, known & (cards["price_version"] != ""))
        pairs = zip(held["device_id"].tolist(), held["price_version"].tolist(), strict=True)
        return {self._devices[device]: str(version) for device, version in pairs if device in self._devices}


def _in_order(known: Columns, new: Columns, since: Instant) -> Columns:
    """Return what is known and what is new by device and time, without what is too old."""
    kept = chosen(known, known["measured_at"] > since)
    rows = {name: np.concatenate((kept[name], new[name])) for name in kept}
    return chosen(rows, np.lexsort((rows["measured_at"], rows["device_id"])))


def _said(cards: Columns, registers: Columns, since: Instant) -> Iterator[CardSaid]:
    """Yield each new card state with the one before, and the registers at both and a week ago."""
    for row in np.flatnonzero(cards["arrived_at"] > since).tolist():
        device, at = cards["device_id"].item(row), cards["measured_at"].item(row)
        own = slice(*np.searchsorted(registers["device_id"], (device, device + 1)).tolist())
        counts = registers["base_index_um3" if cards["basis"][row] == _BASE else "index_um3"][own]
        times = registers["measured_at"][own]
        former = row - 1 if row and cards["device_id"][row - 1] == device else None
        before_at = None if former is None else cards["measured_at"].item(former)
        week = int(np.searchsorted(times, at - _WEEK))
        week_at = times.item(week) if week < times.size and times[week] < at else None
        yield CardSaid(
            device_id=device,
            measured_at=moment(at),
            received_at=moment(cards["received_at"].item(row)),
            remaining_m3=_figure(cards, "remaining_m3", row),
            remaining_money=_figure(cards, "remaining_money", row),
            cumulative_purchased_m3=_figure(cards, "cumulative_purchased_m3", row),
            sequence=_whole(cards, "sequence", row),
            alarm_m3=_figure(cards, "alarm_m3", row),
            overdraft_limit_m3=_figure(cards, "overdraft_limit_m3", row),
            before_at=None if before_at is None else moment(before_at),
            before_remaining_m3=_figure(cards, "remaining_m3", former),
            before_remaining_money=_figure(cards, "remaining_money", former),
            before_purchased_m3=_figure(cards, "cumulative_purchased_m3", former),
            before_sequence=_whole(cards, "sequence", former),
            index_um3=_count_at(times, counts, at),
            before_index_um3=_count_at(times, counts, before_at),
            week_at=None if week_at is None else moment(week_at),
            week_index_um3=_count_at(times, counts, week_at),
        )


def _count_at(times: np.ndarray, counts: np.ndarray, at: Instant | None) -> int | None:
    """Return what a register stood at when a card spoke."""
    if at is None:
        return None
    place = int(np.searchsorted(times, at))
    known = place < times.size and times[place] == at and counts[place] != NULL
    return counts.item(place) if known else None


def _figure(cards: Columns, name: str, row: int | None) -> float | None:
    value = np.nan if row is None else cards[name].item(row)
    return None if np.isnan(value) else float(value)


def _whole(cards: Columns, name: str, row: int | None) -> int | None:
    value = _figure(cards, name, row)
    return None if value is None else int(value)
