"""Meters' hours made ready for rules: what is now, against what is usual."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from alerts.alarm import Target, TargetKind
from alerts.evidence.relations import COUNTS_USE
from alerts.habits.calendar import HOLIDAY
from alerts.habits.days import whole_days
from alerts.habits.device_ratio import device_ratio
from alerts.habits.history import History
from alerts.habits.line import Line
from alerts.habits.patterns import Patterns, learned
from alerts.habits.peers import Common, groups_of, swing_apart
from alerts.habits.sensors import Sensors, sensors_beside
from alerts.habits.trailing import frozen, idle_hours, nights, small_flows, still
from alerts.habits.usual_days import SEVEN, against_usual, bias30, wander
from alerts.windows.meter_window import NEW_HOURS
from alerts.windows.rows import one_each
from alerts.windows.window import Hours
from telemetry.model import HOUR, Booleans, Floats, Instant
from telemetry.registry import Meter, MeterType, Registry

TURN_DOWN: Final[Mapping[MeterType, float]] = {
    "diaphragm": 150.0,
    "rotary": 50.0,
    "turbine": 20.0,
    "ultrasonic": 100.0,
    "vortex": 20.0,
}
"""Qmax by Qmin where a meter gives no Qmin: what is usual of its type, unverified."""


def qmin_m3h(meter: Meter) -> float:
    """Return a meter's smallest flow: its own, else what is usual of its type."""
    return meter.qmin_m3h if meter.qmin_m3h is not None else meter.qmax_m3h / TURN_DOWN[meter.type]


def time_zones(registry: Registry) -> dict[int, str]:
    """Return the time zone of every meter's newest site."""
    newest = {name: registry.installations_of_meter(name)[-1:] for name in registry.meters}
    return {
        registry.meter_ids[name]: registry.sites[rows[0].site].time_zone
        for name, rows in newest.items()
        if rows
    }


def hours(
    past: History,
    new: Mapping[int, tuple[Instant, Instant]],
    ages: Mapping[int, Instant],
    commons: Mapping[str, Common],
    registry: Registry,
    lines: Mapping[int, tuple[Line, Line]] = MappingProxyType({}),
    series_m3: Floats | None = None,
) -> Hours:
    """Judge each meter's newest whole hours against its own history.

    ``new`` tells begin and end of the hours that came to be whole; ``ages`` how old the reading was on
    arrival that made the newest of them whole; ``commons`` what the meters of each zone and sector have in
    common; ``lines`` what each meter's sensors are held against; ``series_m3``, (m, h), what the meter in
    series with one that stands counted.
    """
    names = {meter_id: name for name, meter_id in registry.meter_ids.items()}
    meters = [registry.meters[names[meter_id]] for meter_id in past.meters.tolist()]
    usual = learned(
        past, [sector_of(registry, meter, end) for meter, end in zip(meters, past.ends.tolist(), strict=True)]
    )
    groups = [groups_of(registry, meter.meter) for meter in meters]
    qmin = np.array([qmin_m3h(meter) for meter in meters], dtype=np.float64)
    customers = np.array([meter.role in COUNTS_USE for meter in meters], dtype=np.bool_)[:, None]
    idle = still(past)
    sensors = sensors_beside(past, usual, idle, lines)
    share, small = small_flows(past, qmin)
    read = np.where(past.good, past.volume_m3, np.nan)
    return Hours(
        **one_each(
            [Target(TargetKind.METER, meter.meter) for meter in meters],
            past.ends,
            [ages.get(meter_id, 0) for meter_id in past.meters.tolist()],
        ),
        last_m3=read[:, -1],
        new_m3=_new(read, past, new),
        qmin_m3h=qmin,
        qmax_m3h=np.array([meter.qmax_m3h for meter in meters], dtype=np.float64),
        typical_m3h=usual.typical_m3h,
        **_standing(past, usual, idle),
        flow_in_series_hours=_counted_in_series(idle, series_m3, qmin),
        **_drawn(sensors, meters),
        **_frozen(past),
        night_m3h=np.where(customers, nights(past, usual), np.nan),
        **_device(past),
        small_share=share,
        small_hours=small,
        **_daily(past, usual.typical_m3h, groups, commons, customers),
        **_moved(sensors),
    )


def _standing(past: History, usual: Patterns, idle: Booleans) -> dict[str, Any]:
    """Return how long each register stands still, and what its device says against it."""
    used, shown = idle_hours(past, usual, idle)
    return {"idle_used_hours": used, "flow_by_device_hours": shown}


def _drawn(sensors: Sensors, meters: Sequence[Meter]) -> dict[str, Any]:
    """Return what sensors say against a register that stands; in a bypass they are its neighbour's."""
    own = np.array([meter.role != "bypass" for meter in meters], dtype=np.bool_)
    return {
        "flow_by_pressure_hours": np.where(own, sensors.low_hours, 0.0),
        "flow_by_temperature_hours": np.where(own, sensors.steady_hours, 0.0),
    }


def _counted_in_series(idle: Booleans, series_m3: Floats | None, qmin: Floats) -> Floats:
    """Return in how many hours of each register's standstill the meter in series counted what it should."""
    if series_m3 is None:
        return np.zeros(qmin.size)
    found: Floats = (idle & (series_m3 >= qmin[:, None])).sum(axis=1).astype(np.float64)
    return found


def _frozen(past: History) -> dict[str, Any]:
    """Return for how long p and T have said the same while gas flowed, and had at most before."""
    sensors = {"pressure": past.pressure_pa, "temperature": past.temperature_k}
    return {
        f"frozen_{name}_{field}": value
        for name, values in sensors.items()
        for field, value in frozen(values, past.volume_m3)._asdict().items()
    }


def _device(past: History) -> dict[str, Any]:
    """Return how the device's base volume compares with the platform's."""
    device = device_ratio(past)
    return {
        "device_ratio": device.ratio,
        "device_ratio_low": device.low,
        "device_ratio_high": device.high,
        "device_ratio_hours": device.hours,
    }


def _moved(sensors: Sensors) -> dict[str, Any]:
    """Return how far sensors have moved, and how far their days lay about before."""
    (pressure_pct, pressure_noise), (temperature_k, temperature_noise) = sensors.pressure, sensors.temperature
    return {
        "pressure_shift_pct": pressure_pct,
        "pressure_noise_pct": pressure_noise,
        "temperature_shift_k": temperature_k,
        "temperature_noise_k": temperature_noise,
    }


def _new(read: Floats, past: History, new: Mapping[int, tuple[Instant, Instant]]) -> Floats:
    """Return what the new hours read and the hour before them, NaN elsewhere."""
    begins = np.array([new[meter][0] for meter in past.meters.tolist()], dtype=np.int64)
    count = (past.ends - begins) // HOUR
    back = np.arange(NEW_HOURS, -1, -1)
    return np.where(back[None, :] <= count[:, None], read[:, -NEW_HOURS - 1 :], np.nan)


def _daily(
    past: History,
    typical_m3h: Floats,
    groups: Sequence[tuple[str, str]],
    commons: Mapping[str, Common],
    customers: Booleans,
) -> dict[str, Any]:
    """Return what each meter's days say, without what its sector has in common; ratios of customers alone."""
    days = whole_days(past)
    ratio = swing_apart(against_usual(days, typical_m3h), days, [sector for _, sector in groups], commons)
    ordinary = np.where(days.day_type == HOLIDAY, np.nan, ratio)
    return {
        "day_ratio": np.where(customers, ratio[:, :SEVEN], np.nan),
        "bias30": bias30(days),
        "day_spread": wander(ordinary),
    }


def sector_of(registry: Registry, meter: Meter, at: Instant) -> str | None:
    """Return what kind of customer a meter serves."""
    installed = registry.installation_of_meter_at(meter.meter, at - 1)
    account = registry.account_at(installed.site, at) if installed else None
    return registry.accounts[account].sector if account in registry.accounts else None
