"""What rules look at of meters: what they say of themselves, their hours, their credit, and what is due."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import Any, Final

import numpy as np

from alerts.windows.rows import Rows, no_booleans, no_floats, no_integers
from telemetry.model import Booleans, Floats, Integers
from telemetry.registry import Isolation


@dataclass(frozen=True, kw_only=True)
class MeterStates(Rows):
    """What meters said of themselves: a row is a reading or event, with what moved since the reading before.

    NaN stands for what was not said, or cannot be known: advances need a reading before on the same
    installation.

    Attributes
    ----------
    flags, told : (n,)
        The device flags that are set, and those a row says anything about.
    valve, valve_before : (n,)
        0 open, 1 closed, 2 fault, -1 not said; here and at the reading before.
    advance_m3, disturbed_advance_m3 : (n,) [m³]
        What the register moved by, and the one of disturbed volume: the larger of both conditions'.
    elapsed_s : (n,) [s]
        Time since the reading before.
    clock_ahead_s : (n,) [s]
        By how much the device's clock is ahead of ours; NaN where the reading is not live.
    pressure_pa, temperature_k : (n,) [Pa absolute, K]
        As the sensors say.
    pressure_min_pa, pressure_max_pa : (n,) [Pa absolute]
        What the meter's pressure sensor can say.
    pulse_m3 : (n,) [m³]
        The register's step, 0 where none is given.
    sealed_by : (n,)
        Position in ``isolations`` of what forbids gas here during the whole step, -1 where nothing does.
    sealed_advance_m3 : (n,) [m³]
        What the register moved by since it was sealed; NaN where its index was not stated.
    bypass_valve : (n,)
        The valve in the meter's bypass: 0 closed, 1 open, -1 not said.
    has_bypass, in_bypass : (n,)
        Whether a bypass goes around the meter, and whether the meter lies in one.
    """

    flags: Integers = field(default_factory=no_integers)
    told: Integers = field(default_factory=no_integers)
    valve: Integers = field(default_factory=no_integers)
    valve_before: Integers = field(default_factory=no_integers)
    battery_v: Floats = field(default_factory=no_floats)
    battery_pct: Floats = field(default_factory=no_floats)
    advance_m3: Floats = field(default_factory=no_floats)
    disturbed_advance_m3: Floats = field(default_factory=no_floats)
    elapsed_s: Floats = field(default_factory=no_floats)
    clock_ahead_s: Floats = field(default_factory=no_floats)
    pressure_pa: Floats = field(default_factory=no_floats)
    temperature_k: Floats = field(default_factory=no_floats)
    pressure_min_pa: Floats = field(default_factory=no_floats)
    pressure_max_pa: Floats = field(default_factory=no_floats)
    pulse_m3: Floats = field(default_factory=no_floats)
    sealed_by: Integers = field(default_factory=no_integers)
    sealed_advance_m3: Floats = field(default_factory=no_floats)
    isolations: Sequence[Isolation] = ()
    bypass_valve: Integers = field(default_factory=no_integers)
    has_bypass: Booleans = field(default_factory=no_booleans)
    in_bypass: Booleans = field(default_factory=no_booleans)


@dataclass(frozen=True, kw_only=True)
class Locks(Rows):
    """Whether what keeps a meter's bypass shut is off: 1 it is, 0 it is not."""

    off: Integers = field(default_factory=no_integers)


NEW_HOURS: Final = 26
"""How many hours a look judges one by one: what a message a day brings, and a little."""


def _no_new_hours() -> Floats:
    return np.empty((0, NEW_HOURS + 1), dtype=np.float64)


def _no_nights() -> Floats:
    return np.empty((0, 7), dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class Hours(Rows):
    """What a meter's last hours say against its usual; one row a meter, as of its newest whole hour.

    Attributes
    ----------
    last_m3 : (n,) [m³]
        What the newest hour read; NaN where it was not measured.
    new_m3 : (n, 27) [m³]
        The same of the hours that came to be whole since the last look and of the one before them, newest
        last: a message may bring a day's. NaN elsewhere.
    qmin_m3h, qmax_m3h, typical_m3h : (n,) [m³/h]
        Smallest and largest flow of the meter, and the median of the hours in which anything flows.
    idle_used_hours : (n,)
        Hours since the register last moved in which gas usually flows.
    flow_by_device_hours, flow_in_series_hours, flow_by_pressure_hours, flow_by_temperature_hours : (n,)
        Hours since it last moved in which something else says that gas flowed: the device itself (its
        display, mechanical or base register), the meter in series, the pressure, the temperature.
    frozen_pressure_hours, frozen_temperature_hours : (n,)
        For how many hours on end a sensor has said the same to the last digit.
    frozen_pressure_flowing, frozen_temperature_flowing : (n,)
        In how many of them gas flowed.
    frozen_pressure_flows, frozen_temperature_flows : (n,)
        How many different flows passed meanwhile.
    frozen_pressure_usual, frozen_temperature_usual : (n,)
        The hours with flow of such a time before, the longest but one.
    frozen_pressure_rest, frozen_temperature_rest : (n,)
        The hours at all of such a time before, the longest but one.
    night_m3h : (n, 7) [m³/h]
        Smallest flow of each of the last seven days in hours in which nothing usually flows, newest first;
        NaN of a meter that measures no customer's use, such as one that checks another.
    device_ratio_low, device_ratio, device_ratio_high, device_ratio_hours : (n,)
        The device's base volume by the platform's, less 1, at least, about and at most; of how many hours.
    small_share, small_hours : (n,)
        Share of four days' volume that passed below Qmin, and in how many hours.
    day_ratio : (n, 7)
        Each of the last seven whole days by the usual of its type, less 1, newest first; NaN like that.
    bias30 : (n,)
        The newest whole day by the mean of the thirty before, less 1.
    day_spread : (n,)
        How far the middle half of usual days lies from the usual, as a share of it.
    pressure_shift_pct, temperature_shift_k : (n,)
        How far a sensor has moved within three weeks, apart from its zone and not at one blow.
    pressure_noise_pct, temperature_noise_k : (n,)
        How far its days lay about before.
    """

    last_m3: Floats = field(default_factory=no_floats)
    new_m3: Floats = field(default_factory=_no_new_hours)
    qmin_m3h: Floats = field(default_factory=no_floats)
    qmax_m3h: Floats = field(default_factory=no_floats)
    typical_m3h: Floats = field(default_factory=no_floats)
    idle_used_hours: Floats = field(default_factory=no_floats)
    flow_by_device_hours: Floats = field(default_factory=no_floats)
    flow_in_series_hours: Floats = field(default_factory=no_floats)
    flow_by_pressure_hours: Floats = field(default_factory=no_floats)
    flow_by_temperature_hours: Floats = field(default_factory=no_floats)
    frozen_pressure_hours: Floats = field(default_factory=no_floats)
    frozen_temperature_hours: Floats = field(default_factory=no_floats)
    frozen_pressure_flowing: Floats = field(default_factory=no_floats)
    frozen_temperature_flowing: Floats = field(default_factory=no_floats)
    frozen_pressure_flows: Floats = field(default_factory=no_floats)
    frozen_temperature_flows: Floats = field(default_factory=no_floats)
    frozen_pressure_usual: Floats = field(default_factory=no_floats)
    frozen_temperature_usual: Floats = field(default_factory=no_floats)
    frozen_pressure_rest: Floats = field(default_factory=no_floats)
    frozen_temperature_rest: Floats = field(default_factory=no_floats)
    night_m3h: Floats = field(default_factory=_no_nights)
    device_ratio_low: Floats = field(default_factory=no_floats)
    device_ratio: Floats = field(default_factory=no_floats)
    device_ratio_high: Floats = field(default_factory=no_floats)
    device_ratio_hours: Floats = field(default_factory=no_floats)
    small_share: Floats = field(default_factory=no_floats)
    small_hours: Floats = field(default_factory=no_floats)
    day_ratio: Floats = field(default_factory=_no_nights)
    bias30: Floats = field(default_factory=no_floats)
    day_spread: Floats = field(default_factory=no_floats)
    pressure_shift_pct: Floats = field(default_factory=no_floats)
    pressure_noise_pct: Floats = field(default_factory=no_floats)
    temperature_shift_k: Floats = field(default_factory=no_floats)
    temperature_noise_k: Floats = field(default_factory=no_floats)


@dataclass(frozen=True, kw_only=True)
class Cards(Rows):
    """What IC-card meters said of their credit, with what moved since they last did; NaN where not said.

    Attributes
    ----------
    remaining : (n,)
        Credit left [m³]; of meters that count money NaN where little was used since the state before.
    warns_at, overdraft : (n,) [m³]
        Below what the meter itself warns, and how far it may go below nothing.
    daily_m3 : (n,) [m³]
        Mean use of a day over the last week, at the conditions in which the credit counts.
    used_m3, remaining_change, purchased_change : (n,) [m³]
        What the register, the credit and the sum of purchases moved by since the card state before.
    sequence_step : (n,)
        By how many the count of purchases moved.
    elapsed_s : (n,) [s]
        Time since the card state before.
    unsold_for_s : (n,) [s]
        For how long the oldest purchase of the week has stood that the ledger of sales does not have.
    unsold_m3, missold_m3 : (n,) [m³]
        By how much that purchase differs from what the ledger has of it; the most by which one differs that
        it has.
    step_sold : (n,)
        1 where the ledger has every purchase since the card state before.
    unsold, missold : (n,)
        The same two purchases as evidence.
    """

    remaining: Floats = field(default_factory=no_floats)
    warns_at: Floats = field(default_factory=no_floats)
    overdraft: Floats = field(default_factory=no_floats)
    daily_m3: Floats = field(default_factory=no_floats)
    used_m3: Floats = field(default_factory=no_floats)
    remaining_change: Floats = field(default_factory=no_floats)
    purchased_change: Floats = field(default_factory=no_floats)
    sequence_step: Floats = field(default_factory=no_floats)
    elapsed_s: Floats = field(default_factory=no_floats)
    unsold_for_s: Floats = field(default_factory=no_floats)
    unsold_m3: Floats = field(default_factory=no_floats)
    missold_m3: Floats = field(default_factory=no_floats)
    step_sold: Floats = field(default_factory=no_floats)
    unsold: Sequence[dict[str, Any]] = ()
    missold: Sequence[dict[str, Any]] = ()

    def moved(self, row: int) -> dict[str, Any]:
        """Return as evidence what moved since the card state before, as far as it is known."""
        figures = {
            "purchases": self.sequence_step.item(row),
            "purchased_m3": self.purchased_change.item(row),
            "credit_m3": self.remaining_change.item(row),
            "used_m3": self.used_m3.item(row),
        }
        return {name: round(figure, 3) for name, figure in figures.items() if not isnan(figure)}


@dataclass(frozen=True, kw_only=True)
class Indices(Rows):
    """What the electronic and the mechanical index moved by over the same day or more [m³], and a pulse."""

    advance_m3: Floats = field(default_factory=no_floats)
    mechanical_advance_m3: Floats = field(default_factory=no_floats)
    pulse_m3: Floats = field(default_factory=no_floats)


@dataclass(frozen=True, kw_only=True)
class Prices(Rows):
    """Which price table each IC-card meter holds, beside those of its price plan.

    Attributes
    ----------
    peers : (n,)
        How many others of the plan were heard.
    share : (n,)
        Share of them that hold the commonest table.
    differs : (n,)
        1 where this meter holds another one.
    ahead : (n,)
        1 where it took that after at least half of those others took theirs: it is not behind them.
    behind_s : (n,) [s]
        For how long it has still said so when 60 % of the others held theirs; 0 while fewer do.
    versions : (n,)
        The meter's own and the commonest.
    """

    peers: Floats = field(default_factory=no_floats)
    share: Floats = field(default_factory=no_floats)
    differs: Floats = field(default_factory=no_floats)
    ahead: Floats = field(default_factory=no_floats)
    behind_s: Floats = field(default_factory=no_floats)
    versions: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, kw_only=True)
class Dues(Rows):
    """For how many days something has been due, negative while it is not; and what it is."""

    overdue_days: Floats = field(default_factory=no_floats)
    what: Sequence[str] = ()
