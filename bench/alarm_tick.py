"""Points times rules evaluated per second: what stations and meters said in a tick, and who is silent."""

import statistics
import time
from collections import Counter
from typing import Final

import numpy as np

from alerts.alarm import TargetKind
from alerts.catalogue import catalogue
from alerts.engine import evaluate
from alerts.windows.indices import indices
from alerts.windows.limits import LimitTable
from alerts.windows.meter_states import meter_states
from alerts.windows.placed import placed
from alerts.windows.pressures import pressures
from alerts.windows.registers import registers
from alerts.windows.silence import Listening
from alerts.windows.streams import Streams
from alerts.windows.window import Window
from bench import report
from telemetry.batch import NULL, UM3_PER_M3, Columns
from telemetry.model import SECOND, Instant, Stream
from telemetry.quality import Flag
from telemetry.registry import (
    Device,
    Installation,
    Meter,
    Registry,
    RegistryRows,
    Setpoint,
    Site,
    Station,
    Zone,
)

POINTS: Final = 20_000
"""So many samples of stations, and as many readings of meters."""

STATIONS: Final = 1_000
METERS: Final = 4_000
EVERY: Final[Instant] = 5 * SECOND
LOOKED_BACK: Final = 100
"""Samples of each station that come along: with its new ones, ten minutes."""

RUNS: Final = 7
BEGIN: Final[Instant] = 1_782_864_000 * SECOND
ILL: Final = 0.01
"""The share of stations and of meters that are in alarm."""


def run(points: int = POINTS, stations: int = STATIONS, meters: int = METERS) -> report.Result:
    """Measure from columns as they are read to alarms of every rule, and write the result.

    Rules of hours, cards and dues are asked and find nothing new: what they look at is made once an hour
    or a day, and not in the tick.
    """
    registry = _registry(stations, meters)
    samples, readings = _samples(points, stations), _readings(points, meters)
    now = int(samples["measured_at"].max()) + SECOND
    look, rules = _Look(registry, now), catalogue().values()
    seconds = []
    for _ in range(RUNS):
        started = time.process_time()
        changes = evaluate(rules, look.window(samples, readings, now), [], now)
        seconds.append(time.process_time() - started)
    rang = Counter(target.kind for target in {change.alarm.target for change in changes})
    expected = {TargetKind.STATION: round(ILL * stations), TargetKind.METER: round(ILL * meters)}
    if rang != expected:
        raise RuntimeError("alarms where there should be none, or none where there should be: no figure")
    tick_s = statistics.median(seconds)
    more = {"tick_s": tick_s, "rules": len(rules), "readings": points, "speakers": stations + meters}
    value = points * len(rules) / tick_s
    return report.write("alarm_tick", value, "points × rules/s", None, None, points, more)


class _Look:
    """What a watch knows before it looks."""

    def __init__(self, registry: Registry, now: Instant) -> None:
        self._registry = registry
        self._limits, self._streams = LimitTable(registry), Streams(registry)
        self._listening = Listening(registry, {}, since=now, last_before=now)

    def window(self, samples: Columns, readings: Columns, now: Instant) -> Window:
        """Return what rules look at."""
        said = placed(readings, self._registry)
        return Window(
            pressures=pressures(samples, {}, self._registry, self._limits, self._streams),
            registers=registers(said),
            meters=meter_states(said, self._registry),
            indices=indices(said, {}),
            silences=self._listening.at(now),
            zone_silences=self._listening.zones_at(now),
        )


def _registry(stations: int, meters: int) -> Registry:
    names = [f"ST-{number}" for number in range(stations)]
    return Registry(
        RegistryRows(
            version=1,
            zones=[Zone(zone="Z", name="Zone")],
            sites=[Site(site="S", zone="Z", time_zone="Asia/Shanghai")],
            devices=[
                Device(device_id=one, device=f"D-{one}", expected_interval_s=60.0) for one in range(meters)
            ],
            meters=[_meter(one) for one in range(meters)],
            installations=[
                Installation(meter=f"M-{one}", site="S", device=f"D-{one}", valid_from=0, index_um3=0)
                for one in range(meters)
            ],
            stations=[
                Station(station_id=number, station=name, zone="Z") for number, name in enumerate(names)
            ],
            setpoints=[
                Setpoint(
                    station=name,
                    stream=Stream.A,
                    valid_from=0,
                    set_gauge_pa=300e3,
                    opso_gauge_pa=375e3,
                    upso_gauge_pa=200e3,
                    accuracy_class_pct=5.0,
                    lockup_class_pct=10.0,
                )
                for name in names
            ],
        )
    )


def _samples(points: int, stations: int) -> Columns:
    """Return what stations say every five seconds; some are far too high."""
    new = points // stations
    each = new + LOOKED_BACK
    generator = np.random.default_rng(1)
    station = np.repeat(np.arange(stations), each)
    place = np.tile(np.arange(each), stations)
    level = np.where(station < ILL * stations, 400e3, 300e3)
    measured_at = BEGIN + place * EVERY
    nothing, whole = np.full(station.size, np.nan), np.zeros(station.size, dtype=np.int64)
    return {
        "station_id": station,
        "stream": whole,
        "measured_at": measured_at,
        "received_at": measured_at + SECOND,
        "inlet_pa": np.full(station.size, 800e3),
        "outlet_pa": level + generator.normal(0, 500, station.size),
        "outlet_min_pa": nothing,
        "outlet_max_pa": nothing,
        "filter_pa": np.full(station.size, 2e3),
        "flow_m3h": generator.uniform(200, 500, station.size),
        "gas_lel_pct": whole.astype(np.float64),
        "slam_shut": whole,
        "bypass_valve": whole,
        "is_new": (place >= LOOKED_BACK).astype(np.int64),
    }


def _meter(number: int) -> Meter:
    return Meter(
        meter_id=number,
        meter=f"M-{number}",
        type="turbine",
        kind="smart",
        qmax_m3h=400.0,
        digits=9,
        correction="ptz",
    )


def _readings(points: int, meters: int) -> Columns:
    """Return what meters say every five seconds, with the reading before; some tell of a magnet."""
    each = points // meters + 1
    device, place = np.repeat(np.arange(meters), each), np.tile(np.arange(each), meters)
    measured_at = BEGIN + place * EVERY
    nothing, none = np.full(device.size, np.nan), np.full(device.size, NULL)
    flags = np.where(device < ILL * meters, int(Flag.MAGNETIC_TAMPER), 0)
    return {
        "device_id": device,
        "measured_at": measured_at,
        "received_at": measured_at + SECOND,
        "index_um3": 1000 * UM3_PER_M3 + place * UM3_PER_M3 // 10,
        "is_new": (place > 0).astype(np.int64),
        "base_index_um3": none,
        "mechanical_index_um3": none,
        "disturbed_index_um3": none,
        "base_disturbed_index_um3": none,
        "pressure_pa": np.full(device.size, 380e3),
        "gauge_pressure_pa": nothing,
        "temperature_k": np.full(device.size, 285.0),
        "battery_v": np.full(device.size, 3.6),
        "battery_pct": np.full(device.size, 91.0),
        "valve": np.full(device.size, -1),
        "meter_bypass_valve": np.full(device.size, -1),
        "flags": flags,
        "told": np.zeros(device.size, dtype=np.int64),
    }


def main() -> None:
    """Measure and say what came out."""
    result = run()
    seconds, rules = result["tick_s"], result["rules"]
    print(f"{result['name']}: {result['n']:,} points through {rules} rules in {seconds:.3f} s of one core")


if __name__ == "__main__":
    main()
