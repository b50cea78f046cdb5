"""Devices that run dry, lose the time, fall silent, or are meddled with."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from simulators.days import DAY_S, HOUR_S
from simulators.labelled.consequences import missed, uncounted
from simulators.labelled.flags import CASE_OPEN, CLOCK_SET, LOW_BATTERY, MAGNETIC_TAMPER
from simulators.labelled.happening import Event, Happening, MeterEffect, SampleColumns, StationEffect, Target
from simulators.labelled.kind import Kind
from simulators.labelled.runs import MeterRun, Stage
from simulators.labelled.scene import Scene, blamed, inside, ramp, strength
from simulators.labelled.span import Floats

_LOW_V: Final = 3.1
_LOW_PCT: Final = 10.0
_EMPTY_V: Final = (2.6, 3.05)
_EMPTY_PCT: Final = (1.0, 9.0)
_TELLABLE_CLOCK_S: Final = 60.0
_MOST_AHEAD_S: Final = 240.0
_SILENT_PERIODS: Final = 2
_STATION_EXPECTED_S: Final = 3


def battery_low(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a battery run down over days until somebody changes it."""
    place = scene.place(lambda _: True, float(draw.uniform(8, 25)) * DAY_S, draw)
    if place is None:
        return None
    empty = place.start + float(draw.uniform(0.5, 0.9)) * (place.end - place.start)
    name, low, ends = (
        ("battery_v", _LOW_V, _EMPTY_V)
        if place.point.has_corrector
        else ("battery_pct", _LOW_PCT, _EMPTY_PCT)
    )
    least = round(float(draw.uniform(*ends)), 2)
    now = place.point.meter.battery_v if name == "battery_v" else 70.0
    flags = bool(draw.random() < 0.6)  # noqa: PLR2004 (part of the makes say so)

    def run_down(run: MeterRun) -> None:
        said = run.spoken()
        level = said.columns[name]
        part = ramp(said.at, place.start, empty) * inside(said.at, place.start, place.end)
        level += part * (least - level)
        said.flags[(level < low) & inside(said.at, place.start, place.end)] |= LOW_BATTERY if flags else 0

    return replace(
        blamed("battery_low", place),
        size=least,
        unit="V" if name == "battery_v" else "%",
        shape="ramp" if flags else "ramp without flag",
        strength=1 + (low - least) / (0.05 * low),
        detectable_from=place.start + (empty - place.start) * (now - low) / (now - least),
        meters=(MeterEffect(place.name, Stage.SAID, run_down),),
    )


def clock_drift(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a device's clock run away, or jump, until it is set."""
    place = scene.place(lambda p: not p.patchy, float(draw.uniform(4, 20)) * DAY_S, draw)
    if place is None:
        return None
    plain, jumps = strength(draw), bool(draw.random() < 0.4)  # noqa: PLR2004 (part of them)
    size = plain * _TELLABLE_CLOCK_S * float(draw.choice([-1, 1]))
    size = min(size, _MOST_AHEAD_S)  # further ahead it would be refused at the door
    full = place.start + 1 if jumps else place.start + 0.8 * (place.end - place.start)
    told = place.start + (full - place.start) * _TELLABLE_CLOCK_S / abs(size)

    def lose_time(run: MeterRun) -> None:
        said = run.spoken()
        wrong = inside(said.at, place.start, place.end)
        said.offset_s = said.offset_s + np.round(size * ramp(said.at, place.start, full)) * wrong
        said.flags[inside(said.at, place.end, place.end + run.point.interval_s)] |= CLOCK_SET

    return replace(
        blamed("clock_drift", place),
        size=round(size, 0),
        unit="s",
        shape="step" if jumps else "ramp",
        strength=abs(size) / _TELLABLE_CLOCK_S,
        detectable_from=told,
        meters=(MeterEffect(place.name, Stage.SAID, lose_time),),
    )


def tamper(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let somebody put a magnet to a meter, or open its case; with the magnet it counts less."""
    place = scene.place(lambda _: True, float(np.exp(draw.uniform(np.log(2), np.log(200)))) * HOUR_S, draw)
    if place is None:
        return None
    magnet = bool(draw.random() < 0.7)  # noqa: PLR2004 (part of them)
    drop = float(draw.uniform(0.3, 1)) if magnet else 0.0
    slots, flag = scene.span.between(place.start, place.end), MAGNETIC_TAMPER if magnet else CASE_OPEN

    def slow_down(run: MeterRun) -> None:
        run.counted_m3[slots] *= 1 - drop
        run.mechanical_m3[slots] *= 1 - drop
        run.flow_m3h[slots] *= 1 - drop

    def say(run: MeterRun) -> None:
        said = run.spoken()
        said.flags[inside(said.at, place.start, place.end)] |= flag

    code, device = "magnetic_tamper" if magnet else "case_open", place.point.meter.device
    return replace(
        blamed("tamper", place),
        also=uncounted(scene, place, "register_stuck", "flow_under_range"),
        size=round(100 * drop, 1),
        unit="% not counted",
        shape=code,
        strength=(place.end - place.start) / HOUR_S,
        detectable_from=place.start,
        meters=(
            MeterEffect(place.name, Stage.COUNTED, slow_down),
            MeterEffect(place.name, Stage.SAID, say),
        ),
        events=(Event(device, place.start, code, "on"), Event(device, place.end, code, "off")),
    )


def device_silent(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a device say nothing for longer than twice what is expected of it; nothing of it comes later."""
    plain = strength(draw)
    often = [p.expected_s for p in scene.people.billing if scene.span.days * DAY_S > 10 * p.expected_s]
    if not often:
        return None
    expected = int(draw.choice(often))
    lasting = (1.2 + plain) * _SILENT_PERIODS * expected
    place = scene.place(lambda p: p.expected_s == expected, lasting, draw)
    if place is None:
        return None
    device = Target("device", place.point.meter.device)
    return replace(
        blamed("device_silent", place),
        target=device,
        raises=(("device_silent", device),),
        also=(("device_silent", place.target), *missed(scene, place, "register_stuck")),
        size=round(lasting / HOUR_S, 1),
        unit="h",
        strength=lasting / (_SILENT_PERIODS * expected),
        detectable_from=place.start + _SILENT_PERIODS * expected,
        meters=(_silence(place.name, place.start, place.end),),
    )


def gateway_silent(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a gateway fall silent with all its meters."""
    gateways = scene.people.city.gateways
    if not gateways:
        return None
    gateway = str(draw.choice(list(gateways)))
    members = [scene.people.billing[n] for n in gateways[gateway]]
    expected = max(point.expected_s for point in members)
    lasting = (1.2 + strength(draw)) * _SILENT_PERIODS * expected
    place = scene.place(lambda p: p in members, lasting, draw)
    # It is one device, whichever of its meters the place was found at.
    if place is None or not scene.take(gateway, (place.start, place.end), DAY_S):
        return None
    device = Target("device", gateway)
    each = [
        Target(kind, name) for p in members for kind, name in (("device", p.meter.device), ("meter", p.name))
    ]
    return replace(
        blamed("device_silent", place),
        target=device,
        raises=(("device_silent", device),),
        also=(
            *(("device_silent", target) for target in each),
            ("zone_silent", Target("zone", place.point.meter.zone)),
            scene.zone_alarm(place.point),
        ),
        size=round(lasting / HOUR_S, 1),
        unit="h",
        shape="gateway",
        strength=lasting / (_SILENT_PERIODS * expected),
        detectable_from=place.start + _SILENT_PERIODS * expected,
        meters=tuple(_silence(point.name, place.start, place.end) for point in members),
    )


def station_silent(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a station's telemetry fall silent."""
    plain = strength(draw)
    expected = int(draw.choice([station_expected_s(period) for period in scene.periods_s]))
    lasting = (1.2 + plain) * _SILENT_PERIODS * expected
    fit = lambda s: station_expected_s(scene.period_s(s)) == expected  # noqa: E731
    post = scene.post(fit, lasting, draw, rule="device_silent")
    if post is None:
        return None
    end = post.end

    def lose(at: Floats, columns: Mapping[str, SampleColumns]) -> None:
        columns[""]["lost"][inside(at, post.start, end)] = 1.0

    device = Target("device", post.name)
    return replace(
        blamed("device_silent", post),
        target=device,
        end=end,
        raises=(("device_silent", device),),
        also=(("device_silent", post.target),),
        size=round((end - post.start) / HOUR_S, 2),
        unit="h",
        shape="station",
        strength=(end - post.start) / (_SILENT_PERIODS * expected),
        detectable_from=post.start + _SILENT_PERIODS * expected,
        stations=(StationEffect(post.name, said=lose),),
    )


def station_expected_s(period_s: int) -> int:
    """Return how often an operator expects a station that samples so often: three samples may be lost."""
    return max(600, _STATION_EXPECTED_S * period_s)


def _silence(meter: str, start: float, end: float) -> MeterEffect:
    def lose(run: MeterRun) -> None:
        said = run.spoken()
        said.lost |= inside(said.at, start, end)
        # What was on its way when it fell silent is not made up for later.
        said.lost |= (said.at < start) & (said.at + said.delay_s > start)

    return MeterEffect(meter, Stage.SAID, lose)


KINDS: Final = (
    Kind("battery_low", battery_low, 5),
    Kind("clock_drift", clock_drift, 5),
    Kind("tamper", tamper, 5),
    Kind("device_silent", device_silent, 6),
    Kind("device_silent", gateway_silent, 1),
    Kind("device_silent", station_silent, 2, "stations"),
)
