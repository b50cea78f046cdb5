"""Conditions that several rules of meters share."""

from typing import Any

import numpy as np

from alerts.rule import Judgement, Parameter, Settings, Wording
from alerts.windows.window import Dues, MeterStates
from telemetry.model import Booleans, Floats
from telemetry.quality import Flag, flag_words

_DIGITS = 6


def flagged(states: MeterStates, flags: Flag) -> tuple[Booleans, Booleans]:
    """Return where one of some flags is set, and where all of them are known not to be."""
    wanted = int(flags)
    present = (states.flags & wanted) != 0
    return present, ~present & ((states.told & wanted) == wanted)


def by_flags(states: MeterStates, flags: Flag) -> Judgement:
    """Judge by what a device says of itself; an event that tells of one of several flags clears none."""
    present, absent = flagged(states, flags)
    nothing = np.full(present.size, np.nan)
    return Judgement(
        rows=states,
        present=present,
        absent=absent,
        value=nothing,
        limit=nothing,
        evidence=lambda row: {"flags": flag_words(states.flags.item(row) & int(flags))},
    )


def against(rows: MeterStates, value: Floats, limit: Floats | float, back: Floats | float) -> Judgement:
    """Judge where a value is above its limit, and where it is back; NaN says nothing."""
    return Judgement(
        rows=rows,
        present=value > limit,
        absent=value <= back,
        value=np.round(value, _DIGITS),
        limit=np.broadcast_to(np.asarray(limit, dtype=np.float64), value.shape),
        evidence=lambda row: meter_evidence(rows, row),
    )


def meter_evidence(states: MeterStates, row: int) -> dict[str, Any]:
    """Return what else a meter said, as far as it said it."""
    said = {
        "advance_m3": states.advance_m3[row],
        "elapsed_s": states.elapsed_s[row],
        "pressure_kpa": states.pressure_pa[row] / 1e3,
        "temperature_degc": states.temperature_k[row] - 273.15,
        "battery_v": states.battery_v[row],
        "battery_pct": states.battery_pct[row],
    }
    figures = {name: round(float(value), 4) for name, value in said.items() if not np.isnan(value)}
    words = flag_words(states.flags.item(row))
    return figures | ({"flags": words} if words else {})


LEAD_DAYS = Parameter("lead_days", 0.0, "d", Wording("before it is due", "到期前天数"))


def fallen_due(dues: Dues, settings: Settings, what: str) -> Judgement:
    """Judge what is due within `LEAD_DAYS`; evidence names it under ``what``."""
    limit = -np.asarray(settings[LEAD_DAYS.name], dtype=np.float64)
    return Judgement(
        rows=dues,
        present=dues.overdue_days >= limit,
        absent=dues.overdue_days < limit,
        value=np.floor(dues.overdue_days),
        limit=np.broadcast_to(limit, dues.overdue_days.shape),
        evidence=lambda row: {what: dues.what[row]},
    )
