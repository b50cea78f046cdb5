"""Which price tables IC-card meters hold, beside those of the others of their price plan."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import ceil
from typing import Final, NamedTuple

import numpy as np

from alerts.alarm import Target, TargetKind
from alerts.windows.meter_window import Prices
from alerts.windows.rows import UNKNOWN_SINCE
from telemetry.model import SECOND, Floats, Instant
from telemetry.registry import Registry
from telemetry.store.windows_cards import HeldTable

_MOST: Final = 0.6
"""When so many of the others have taken a table, those that have not are behind."""


def prices(tables: Mapping[str, HeldTable], registry: Registry, now: Instant) -> Prices:
    """Hold each device's price table against those of its price plan; without one, of all without one."""
    holding: defaultdict[str, list[tuple[str, HeldTable]]] = defaultdict(list)
    for device, held in sorted(tables.items()):
        installed = registry.installation_at(device, now)
        if installed:
            contract = registry.contract_at(installed.site, now)
            plan = (contract.price_plan if contract else None) or ""
            holding[plan].append((installed.meter, held))
    rows = [row for of_plan in holding.values() for row in _beside_others(of_plan)]
    rows.sort(key=lambda row: row.meter)
    size = len(rows)
    return Prices(
        targets=[Target(TargetKind.METER, row.meter) for row in rows],
        known_until=np.full(size, UNKNOWN_SINCE, dtype=np.int64),
        target=np.arange(size, dtype=np.int64),
        part=np.zeros(size, dtype=np.int64),
        measured_at=np.full(size, now, dtype=np.int64),
        age=np.zeros(size, dtype=np.int64),
        peers=_figures(row.peers for row in rows),
        share=_figures(row.holders / row.peers if row.peers else np.nan for row in rows),
        differs=_figures(row.holders > 0 and row.version != row.commonest for row in rows),
        ahead=_figures(row.ahead for row in rows),
        behind_s=_figures(row.behind / SECOND for row in rows),
        versions=[(row.version, row.commonest) for row in rows],
    )


class _Beside(NamedTuple):
    """One meter's price table beside those of the others of its plan."""

    meter: str
    version: str
    commonest: str
    peers: int
    holders: int
    ahead: bool
    behind: Instant


def _beside_others(held: Sequence[tuple[str, HeldTable]]) -> Iterator[_Beside]:
    """Yield each meter of a plan with the table that most others hold, of several the last by name."""
    taken: defaultdict[str, list[Instant]] = defaultdict(list)
    for _, table in held:
        taken[table.version].append(_taken(table))
    since = {version: sorted(times) for version, times in taken.items()}
    for meter, table in held:
        others = {version: len(times) - (version == table.version) for version, times in since.items()}
        commonest = max(filter(others.get, others), key=lambda one: (others[one], one), default="")
        peers, holders = len(held) - 1, others.get(commonest, 0)
        if commonest in {"", table.version}:
            yield _Beside(meter, table.version, commonest, peers, holders, ahead=False, behind=0)
            continue
        times, most = since[commonest], ceil(_MOST * peers)
        yield _Beside(
            meter,
            table.version,
            commonest,
            peers,
            holders,
            ahead=_later_than_most(table, times),
            behind=table.said_at - times[most - 1] if most <= holders else 0,
        )


def _taken(table: HeldTable) -> Instant:
    """Return when a device took its table, as far as is known."""
    return UNKNOWN_SINCE if table.other_until is None else table.other_until


def _later_than_most(table: HeldTable, times: Sequence[Instant]) -> bool:
    """Tell whether a device took its table after at least half of others took theirs, in order of time."""
    return 2 * bisect_left(times, _taken(table)) >= len(times)


def _figures(values: Iterable[float]) -> Floats:
    return np.array(list(values), dtype=np.float64)
