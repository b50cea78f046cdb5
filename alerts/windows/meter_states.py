"""What meters said of themselves, made ready for rules."""

from collections.abc import Callable
from typing import Final

import numpy as np

from alerts.alarm import Target, TargetKind
from alerts.windows.bypasses import has_bypass, lies_in_bypass
from alerts.windows.placed import Placed
from alerts.windows.window import UNKNOWN_SINCE, MeterStates
from telemetry.batch import NULL, UM3_PER_M3
from telemetry.model import SECOND, Booleans, Floats, Integers
from telemetry.ptz.contracted import site_atmosphere_pa
from telemetry.quality import DEVICE_FLAGS
from telemetry.registry import Isolation, Meter, Registry

_ALL_FLAGS: Final = sum(DEVICE_FLAGS.values())
_PACE: Final = 0.5
"""A reading is live when it came after the one before as it was measured after it, within this share."""
_TOO_CLOSE_S: Final = 10.0


def meter_states(placed: Placed, registry: Registry) -> MeterStates:
    """Return a row for each new reading and event, with what moved since the reading before."""
    new = np.flatnonzero(placed.rows["is_new"])
    rows = {name: column[new] for name, column in placed.rows.items()}
    said = _Since(placed, new)
    places, target = np.unique(placed.meter[new], return_inverse=True)
    known = [placed.meters[place] for place in places.tolist()]
    sealed_by, isolations = _isolations(placed, new, registry)
    is_reading = rows["index_um3"] != NULL
    return MeterStates(
        targets=[Target(TargetKind.METER, meter.meter) for meter in known],
        known_until=np.full(places.size, UNKNOWN_SINCE, dtype=np.int64),
        target=target,
        part=np.zeros(new.size, dtype=np.int64),
        measured_at=rows["measured_at"],
        age=rows["received_at"] - rows["measured_at"],
        flags=rows["flags"] & _ALL_FLAGS,
        told=np.where(rows["told"] == 0, _ALL_FLAGS, rows["told"]),
        valve=rows["valve"],
        valve_before=said.former("valve", -1),
        battery_v=rows["battery_v"],
        battery_pct=rows["battery_pct"],
        advance_m3=said.advance("index_um3"),
        disturbed_advance_m3=np.fmax(
            said.advance("disturbed_index_um3"), said.advance("base_disturbed_index_um3")
        ),
        elapsed_s=said.apart("measured_at"),
        clock_ahead_s=_clock_ahead(rows["measured_at"], rows["received_at"], said, is_reading),
        pressure_pa=_absolute(rows["pressure_pa"], rows["gauge_pressure_pa"], placed, new, registry),
        temperature_k=rows["temperature_k"],
        pressure_min_pa=_of_meters(known, lambda meter: meter.pressure_min_pa)[target],
        pressure_max_pa=_of_meters(known, lambda meter: meter.pressure_max_pa)[target],
        pulse_m3=np.nan_to_num(_of_meters(known, lambda meter: meter.pulse_m3))[target],
        sealed_by=sealed_by,
        sealed_advance_m3=_since_sealed(rows["index_um3"], sealed_by, isolations),
        isolations=isolations,
        bypass_valve=rows["meter_bypass_valve"],
        has_bypass=has_bypass(placed, new, registry),
        in_bypass=lies_in_bypass(placed, new, registry),
    )


class _Since:
    """What differs between some rows and the reading before each."""

    def __init__(self, placed: Placed, new: Integers) -> None:
        self._columns = placed.rows
        self._here = new
        self._before = placed.before[new]
        self.known: Booleans = self._before >= 0

    def former(self, name: str, unknown: int) -> Integers:
        """Return what the reading before said."""
        return np.where(self.known, self._columns[name][self._before], unknown)

    def advance(self, name: str) -> Floats:
        """Return what a register moved by [m³]."""
        after, before = self._columns[name][self._here], self._columns[name][self._before]
        both = self.known & (after != NULL) & (before != NULL)
        return np.where(both, np.where(both, after - before, 0) / UM3_PER_M3, np.nan)

    def apart(self, name: str) -> Floats:
        """Return by how much a time differs [s]."""
        column = self._columns[name]
        return np.where(self.known, (column[self._here] - column[self._before]) / SECOND, np.nan)


def _clock_ahead(measured_at: Integers, received_at: Integers, said: _Since, is_reading: Booleans) -> Floats:
    """Return by how much each device's clock is ahead [s], where its readings come as they are measured.

    What was stored up and sent together comes in another rhythm than it was measured in, and says
    nothing of a clock.
    """
    measured_s, received_s = said.apart("measured_at"), said.apart("received_at")
    live = np.abs(received_s - measured_s) <= _PACE * measured_s
    live &= (measured_s > _TOO_CLOSE_S) & is_reading
    return np.where(live, (measured_at - received_at) / SECOND, np.nan)


def _of_meters(meters: list[Meter], figure: Callable[[Meter], float | None]) -> Floats:
    """Return a figure of each meter, NaN where it is not given."""
    return np.array([figure(meter) for meter in meters], dtype=np.float64)


def _absolute(
    absolute_pa: Floats, gauge_pa: Floats, placed: Placed, new: Integers, registry: Registry
) -> Floats:
    """Return absolute pressures: as they were said, else gauge and the site's atmosphere."""
    found = absolute_pa.copy()
    atmosphere: dict[str, float] = {}
    for row in np.flatnonzero(np.isnan(absolute_pa) & ~np.isnan(gauge_pa)).tolist():
        site, at = placed.installed[new[row]].site, int(placed.rows["measured_at"][new[row]])
        if site not in atmosphere:
            atmosphere[site] = site_atmosphere_pa(registry, site, at)
        found[row] = gauge_pa[row] + atmosphere[site]
    return found


def _isolations(placed: Placed, new: Integers, registry: Registry) -> tuple[Integers, list[Isolation]]:
    """Return what forbids gas at each row and at the reading before it, by its place in a list."""
    places: dict[int, int] = {}
    found: list[Isolation] = []
    sealed = np.full(new.size, -1, dtype=np.int64)
    for row, (here, before) in enumerate(zip(new.tolist(), placed.before[new].tolist(), strict=True)):
        one = placed.installed[here]
        isolation = registry.isolation_at(one.site, one.meter, int(placed.rows["measured_at"][here]))
        if isolation is None or before < 0 or placed.rows["measured_at"][before] < isolation.valid_from:
            continue
        if id(isolation) not in places:
            places[id(isolation)] = len(found)
            found.append(isolation)
        sealed[row] = places[id(isolation)]
    return sealed, found


def _since_sealed(index_um3: Integers, sealed_by: Integers, isolations: list[Isolation]) -> Floats:
    """Return what each register moved by since it was sealed [m³], where its own index was stated."""
    stated = [NULL if one.index_um3 is None or one.meter is None else one.index_um3 for one in isolations]
    sealed_at = np.array([*stated, NULL], dtype=np.int64)[sealed_by]
    known = (sealed_at != NULL) & (index_um3 != NULL)
    return np.where(known, np.where(known, index_um3 - sealed_at, 0) / UM3_PER_M3, np.nan)
