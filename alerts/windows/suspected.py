"""What each evidence says of gas around a meter, made ready for rules."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from alerts.alarm import Target, TargetKind
from alerts.evidence.check_meter import deviation
from alerts.evidence.finding import Finding, nothing
from alerts.evidence.hydraulic import EXPONENT, fitted, hydraulic, residuals
from alerts.evidence.known_hours import SPAN
from alerts.evidence.opening import opening
from alerts.evidence.scene import Scene, Spans, within
from alerts.evidence.steps import steps
from alerts.evidence.usage import usage
from alerts.evidence.warmth import warmth
from alerts.evidence.zone_share import zone_share
from alerts.habits.calendar import HOLIDAY
from alerts.habits.days import Days, quantile, whole_days
from alerts.habits.history import HOURS, History
from alerts.habits.patterns import RECENT_DAYS, learned
from alerts.habits.peers import Common, groups_of, hourly_shift, swings
from alerts.windows.bypass_window import Suspicions
from alerts.windows.hours import qmin_m3h, sector_of
from alerts.windows.rows import one_each
from alerts.windows.zones import zone_end
from telemetry.model import HOUR, Booleans, Floats, Instant
from telemetry.ptz.contracted import site_atmosphere_pa
from telemetry.registry import Meter

STANDS_STILL: Final = 0.02
"""Of what the check meter counted: less is a meter that stands."""


class Switches(NamedTuple):
    """What meters said last of their bypass: whose lock is off, whose valve is open."""

    unlocked: frozenset[str]
    open: frozenset[str]


def suspicions(
    scene: Scene,
    past: History,
    ages: Mapping[int, Instant],
    commons: Mapping[str, Common],
    permitted: Callable[[str], Spans],
    switches: Switches,
) -> Suspicions:
    """Ask every evidence about some meters.

    ``permitted`` gives for a meter when a job let its bypass be open: such hours say nothing.
    """
    meters = [scene.registry.meters[scene.names[number]] for number in past.meters.tolist()]
    past = _without(past, [permitted(meter.meter) for meter in meters])
    metered = _metered(scene, past, meters)
    loss = _loss(scene, past, meters)
    pipe = fitted(loss, metered**EXPONENT)
    beyond = residuals(pipe, metered, loss, _qmin_base(past, meters))
    days = whole_days(replace(past, volume_m3=metered))
    groups = [groups_of(scene.registry, meter.meter) for meter in meters]
    sectors = [sector for _, sector in groups]
    used = learned(past, [sector_of(scene.registry, one, end) for one, end in _with_ends(meters, past)]).used
    against, still = _against_check(scene, past, meters, permitted)
    return Suspicions(
        **one_each(
            [Target(TargetKind.METER, meter.meter) for meter in meters],
            past.ends,
            [ages.get(number, 0) for number in past.meters.tolist()],
        ),
        findings={
            "hydraulic": hydraulic(beyond),
            "opening": opening(pipe, beyond),
            "steps": steps(metered, loss),
            "usage": usage(days, days.volume_m3, _sector(days, sectors, commons)),
            "zone": _zone(scene, past, meters, metered),
            "check_meter": against,
            "warmth": warmth(
                past.temperature_k, hourly_shift(past, [zone for zone, _ in groups], commons), used, metered
            ),
        },
        unlocked=np.array(
            [_unlocked(scene, one, end, switches) for one, end in _with_ends(meters, past)], dtype=np.bool_
        ),
        open=np.array([meter.meter in switches.open for meter in meters], dtype=np.bool_),
        stands_still=still,
    )


def _with_ends(meters: Sequence[Meter], past: History) -> list[tuple[Meter, Instant]]:
    return list(zip(meters, past.ends.tolist(), strict=True))


def _without(past: History, spans: Sequence[Spans]) -> History:
    """Return hours without those in which work was permitted, and the hours next to them."""
    starts = past.ends[:, None] - HOUR * np.arange(HOURS, 0, -1)[None, :]
    out = np.zeros(starts.shape, dtype=np.bool_)
    for row, permitted in enumerate(spans):
        out[row] = within(permitted, starts[row])
    if not out.any():
        return past
    return replace(
        past,
        good=past.good & ~out,
        volume_m3=np.where(out, np.nan, past.volume_m3),
        base_m3=np.where(out, np.nan, past.base_m3),
    )


def _metered(scene: Scene, past: History, meters: Sequence[Meter]) -> Floats:
    """Return what was read at base conditions, together with the meters in bypasses."""
    metered = np.where(past.good, past.base_m3, np.nan)
    for row, (meter, end) in enumerate(_with_ends(meters, past)):
        if beside := scene.relations.beside(meter.meter, end):
            metered[row, -SPAN:] += np.nan_to_num(scene.known.base_m3(beside, end)).sum(axis=0)
    return metered


def _loss(scene: Scene, past: History, meters: Sequence[Meter]) -> Floats:
    """Return p1² - p2² between each meter's station and the meter [Pa²], NaN where either is not known."""
    loss = np.full(past.pressure_pa.shape, np.nan)
    for row, (meter, end) in enumerate(_with_ends(meters, past)):
        installed = scene.registry.installation_of_meter_at(meter.meter, end - 1)
        station = installed and scene.registry.supplying_station_at(installed.site, end)
        if installed and station:
            outlet = scene.outlets.before(scene.registry.station_ids[station], end)
            supply = outlet + site_atmosphere_pa(scene.registry, installed.site, end)
            loss[row] = supply**2 - past.pressure_pa[row] ** 2
    return loss


def _qmin_base(past: History, meters: Sequence[Meter]) -> Floats:
    """Return each meter's smallest flow at base conditions, by its own usual factor."""
    flows = past.volume_m3 > 0
    factor = np.where(flows, past.base_m3 / np.where(flows, past.volume_m3, 1.0), np.nan)
    qmin = np.array([qmin_m3h(meter) for meter in meters], dtype=np.float64)
    base: Floats = np.nan_to_num(quantile(factor, 0.5), nan=1.0) * qmin
    return base


def _sector(days: Days, sectors: Sequence[str], commons: Mapping[str, Common]) -> Floats:
    """Return how far the meter's sector lies off its usual on each day; 0 where nobody knows."""
    found = np.zeros(days.volume_m3.shape)
    shared = swings(days, sectors, commons)
    found[:, : shared.shape[1]] = np.nan_to_num(shared)
    return found


def _zone(scene: Scene, past: History, meters: Sequence[Meter], metered: Floats) -> Finding:
    """Ask the balances of the zones around the meters."""
    zones = [scene.relations.balanced_zone(meter.meter) for meter in meters]
    if not any(zones):
        return nothing(len(meters))
    residual = np.full((len(meters), SPAN), np.nan)
    usual = _usual_load(past, metered)[:, -SPAN:]
    load = np.full_like(usual, np.nan)
    for row, (zone, end) in enumerate(zip(zones, past.ends.tolist(), strict=True)):
        until = zone_end(scene, zone) if zone else None
        if zone and until is not None and until <= end:
            residual[row] = scene.zone_residual(zone, until)
            later = (end - until) // HOUR
            load[row, later:] = usual[row, : SPAN - later]
    return zone_share(residual, load)


def _usual_load(past: History, metered: Floats) -> Floats:
    """Return what usually flows in each hour: the trusted mean of its hour and type of day."""
    kind = past.day_type * 24 + past.local_hour
    known = ~np.isnan(metered) & (past.day_type != HOLIDAY)
    known[:, -RECENT_DAYS * 24 :] = False
    cell = np.arange(metered.shape[0])[:, None] * 96 + kind
    total = np.bincount(cell[known], metered[known], metered.shape[0] * 96)
    count = np.bincount(cell[known], minlength=metered.shape[0] * 96)
    mean: Floats = (total / np.where(count > 0, count, np.nan))[cell]
    return mean


def _against_check(
    scene: Scene, past: History, meters: Sequence[Meter], permitted: Callable[[str], Spans]
) -> tuple[Finding, Booleans]:
    """Hold meters against those that check them: what is missing by that is what went around."""
    checked = [scene.relations.checks.get(meter.meter) for meter in meters]
    counted, check = (np.full((len(meters), SPAN), np.nan) for _ in range(2))
    for row, (name, (meter, end)) in enumerate(zip(checked, _with_ends(meters, past), strict=True)):
        if name:
            counted[row] = scene.with_bypasses_m3(meter.meter, end, permitted(meter.meter))[0]
            check[row] = scene.known.base_m3([name], end, good=True)[0]
    held = deviation(counted, check)
    error = np.hypot(scene.classes(one.meter for one in meters), 1.0) / 100
    found = Finding(
        strength=-held.deviation / error,
        share=-held.deviation,
        days=held.hours / 24,
        unmetered_m3=held.check_m3 - held.main_m3,
        sigma_m3=error * held.check_m3,
    )
    return found, held.deviation < STANDS_STILL - 1


def _unlocked(scene: Scene, meter: Meter, at: Instant, switches: Switches) -> bool:
    bypasses = scene.registry.bypasses_of_meter_at(meter.meter, at)
    recorded = any(one.isolation == "none" and one.metered_by is None for one in bypasses)
    return recorded or meter.meter in switches.unlocked
