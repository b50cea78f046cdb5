"""What IC-card meters said of their credit, as the watch would have found it at any moment of a replay."""

from collections.abc import Collection, Iterator

import numpy as np

from alerts.replay.said import Said, chosen
from alerts.windows.card_ledger import NO_LEDGER, Ledger
from alerts.windows.cards import cards
from alerts.windows.window import Cards
from telemetry.batch import NULL, Columns
from telemetry.model import DAY, Instant, moment
from telemetry.registry import Registry
from telemetry.store.card_sales import Sold
from telemetry.store.windows_cards import Bought, CardSaid, HeldTable

_WEEK: Instant = 7 * DAY
_HEARD: Instant = 8 * DAY
_BASE = 1


class CardsSoFar:
    """Keeps eight days of card states and of their meters' registers, and all that was sold."""

    def __init__(self, registry: Registry, lateness: Instant) -> None:
        self._kept = _HEARD + lateness
        self._registry = registry
        self._devices = {number: name for name, number in registry.device_ids.items()}
        self._cards = Said().cards
        self._registers = Said().readings
        self._entered = Said().sales
        self._sold: dict[str, list[Sold]] = {}
        self._begun: Instant | None = None

    def learn(self, said: Said, now: Instant) -> None:
        """Take in what arrives from now on, and forget what nothing is held against any more."""
        self._cards = _in_order(self._cards, said.cards, now - self._kept)
        of_cards = np.isin(said.readings["device_id"], np.unique(self._cards["device_id"]))
        of_cards &= said.readings["index_um3"] != NULL
        self._registers = _in_order(self._registers, chosen(said.readings, of_cards), now - self._kept)
        self._entered = {
            name: np.concatenate((rows, said.sales[name])) for name, rows in self._entered.items()
        }

    def window(self, since: Instant, now: Instant) -> Cards:
        """Return what arrived after one instant and until another, beside the ledger as it was known."""
        said = self.newly_said(since, now)
        bought = self._bought({one.device_id for one in said}, now) if said else []
        return cards(said, self._registry, bought, self._ledger(now) if bought else NO_LEDGER)

    def _bought(self, devices: Collection[int], now: Instant) -> list[Bought]:
        """Return where some devices' counts of purchases moved."""
        known = self._cards
        said = np.isin(known["device_id"], np.array(list(devices))) & (known["arrived_at"] <= now)
        return list(_moves(chosen(known, said & ~np.isnan(known["sequence"]))))

    def _ledger(self, now: Instant) -> Ledger:
        """Return what was known to be sold by now; nobody asks for an earlier time again."""
        known = self._entered["arrived_at"] <= now
        for row in zip(*(column[known].tolist() for column in self._entered.values()), strict=True):
            meter, sequence, sold_at, kind, volume_m3, _ = row
            sold = Sold(meter, sequence, sold_at, kind, None if np.isnan(volume_m3) else volume_m3)
            self._sold.setdefault(meter, []).append(sold)
            self._begun = sold_at if self._begun is None else min(self._begun, sold_at)
        self._entered = chosen(self._entered, ~known)
        return Ledger(self._begun, self._sold)

    def newly_said(self, since: Instant, now: Instant) -> list[CardSaid]:
        """Return what arrived after one instant and until another, with what was said before."""
        cards = chosen(self._cards, self._cards["arrived_at"] <= now)
        if not (cards["arrived_at"] > since).any():
            return []
        registers = chosen(self._registers, self._registers["arrived_at"] <= now)
        return list(_said(cards, registers, since))

    def price_tables(self, now: Instant) -> dict[str, HeldTable]:
        """Return the price table that each device said last that it holds."""
        cards = self._cards
        known = (cards["arrived_at"] <= now) & (cards["measured_at"] > now - _HEARD)
        states = chosen(cards, known & (cards["price_version"] != ""))
        device, at, version = (states[name] for name in ("device_id", "measured_at", "price_version"))
        same = device[1:] == device[:-1]
        last = np.append(~same, values=True)[: device.size]
        changed = same & (version[1:] != version[:-1])
        other_until = dict(zip(device[:-1][changed].tolist(), at[:-1][changed].tolist(), strict=True))
        return {
            self._devices[one]: HeldTable(str(held), said_at, other_until.get(one))
            for one, held, said_at in zip(
                *(rows[last].tolist() for rows in (device, version, at)), strict=True
            )
            if one in self._devices
        }


def _moves(states: Columns) -> Iterator[Bought]:
    """Yield where counts of purchases moved between states that say them, by device and time."""
    device, sequence = states["device_id"], states["sequence"]
    moved = (device[1:] == device[:-1]) & (sequence[1:] != sequence[:-1])
    for row in (np.flatnonzero(moved) + 1).tolist():
        before_at, at = states["measured_at"][row - 1 : row + 1].tolist()
        taken = float(np.diff(states["cumulative_purchased_m3"][row - 1 : row + 1])[0])
        yield Bought(
            device_id=device.item(row),
            before_at=before_at,
            at=at,
            before_sequence=int(sequence[row - 1]),
            sequence=int(sequence[row]),
            taken_m3=None if np.isnan(taken) else taken,
        )


def _in_order(known: Columns, new: Columns, since: Instant) -> Columns:
    """Return what is known and new by device and time; of what is too old, each device's last alone."""
    device, recent = known["device_id"], known["measured_at"] > since
    followed = np.ones(device.size, dtype=np.bool_)
    followed[:-1] = (device[1:] != device[:-1]) | recent[1:]
    kept = chosen(known, recent | followed)
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
