"""Points times rules evaluated per second: what stations said in a tick, with their last minutes."""

import statistics
import time
from typing import Final

import numpy as np

from alerts.alarm import TargetKind
from alerts.catalogue import catalogue
from alerts.engine import evaluate
from alerts.windows.limits import LimitTable
from alerts.windows.pressures import pressures
from alerts.windows.streams import Streams
from alerts.windows.window import Window
from bench import report
from telemetry.batch import Columns
from telemetry.model import SECOND, Instant, Stream
from telemetry.registry import Registry, RegistryRows, Setpoint, Station, Zone

POINTS: Final = 20_000
STATIONS: Final = 1_000
EVERY: Final[Instant] = 5 * SECOND
LOOKED_BACK: Final = 100
"""Samples of each station that come along: with its new ones, ten minutes."""

RUNS: Final = 7
BEGIN: Final[Instant] = 1_782_864_000 * SECOND
ILL: Final = 0.01
"""The share of stations that are in alarm."""


def run(points: int = POINTS, stations: int = STATIONS) -> report.Result:
    """Measure from columns as they are read to alarms, and write the result."""
    registry, samples = _registry(stations), _samples(points, stations)
    limits, streams = LimitTable(registry), Streams(registry)
    rules = [rule for rule in catalogue().values() if rule.kind is TargetKind.STATION]
    now = int(samples["measured_at"].max()) + SECOND
    seconds = []
    for _ in range(RUNS):
        started = time.perf_counter()
        window = Window(pressures=pressures(samples, {}, registry, limits, streams))
        changes = evaluate(rules, window, [], now)
        seconds.append(time.perf_counter() - started)
    if len({change.alarm.target for change in changes}) != round(ILL * stations):
        raise RuntimeError("alarms where there should be none, or none where there should be: no figure")
    return report.write(
        "alarm_tick", points * len(rules) / statistics.median(seconds), "points × rules/s", None, None, points
    )


def _registry(stations: int) -> Registry:
    names = [f"ST-{number}" for number in range(stations)]
    return Registry(
        RegistryRows(
            version=1,
            zones=[Zone(zone="Z", name="Zone")],
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


def main() -> None:
    """Measure and say what came out."""
    result = run()
    print(f"{result['name']}: {result['value']:,.0f} {result['unit']} over {result['n']:,} points")


if __name__ == "__main__":
    main()
