"""What stations said, made ready for rules."""

from collections.abc import Mapping

import numpy as np

from alerts.alarm import Target, TargetKind
from alerts.windows.limits import LimitTable
from alerts.windows.streams import Streams
from alerts.windows.window import LOOKED_BACK, UNKNOWN_SINCE, Pressures
from telemetry.batch import Columns
from telemetry.model import Instant
from telemetry.registry import Registry


def pressures(
    samples: Columns,
    known_until: Mapping[int, Instant],
    registry: Registry,
    limits: LimitTable,
    streams: Streams,
) -> Pressures:
    """Return samples in the order of station and measured time, each with its limits as of that time.

    ``known_until`` tells up to when a station was known before; a station that the registry does not
    know is left out.
    """
    names = {station_id: station for station, station_id in registry.station_ids.items()}
    known = np.isin(samples["station_id"], list(names))
    order = np.lexsort((samples["stream"], samples["measured_at"], samples["station_id"]))
    rows = {name: column[order[known[order]]] for name, column in samples.items()}
    ids, target = np.unique(rows["station_id"], return_inverse=True)
    return Pressures(
        targets=[Target(TargetKind.STATION, names[one]) for one in ids.tolist()],
        known_until=np.array([known_until.get(one, UNKNOWN_SINCE) for one in ids.tolist()], dtype=np.int64),
        target=target,
        part=rows["stream"],
        measured_at=rows["measured_at"],
        age=np.where(rows["is_new"] == 1, rows["received_at"] - rows["measured_at"], LOOKED_BACK),
        inlet_pa=rows["inlet_pa"],
        outlet_pa=rows["outlet_pa"],
        outlet_min_pa=rows["outlet_min_pa"],
        outlet_max_pa=rows["outlet_max_pa"],
        filter_pa=rows["filter_pa"],
        filter_resistance=streams.resistance(rows["station_id"], rows["stream"]),
        filter_peak_pa=streams.filter_peak(rows["station_id"], rows["stream"]),
        flow_m3h=rows["flow_m3h"],
        gas_lel_pct=rows["gas_lel_pct"],
        slam_shut=rows["slam_shut"],
        bypass_valve=rows["bypass_valve"],
        limits=limits.at(rows["station_id"], rows["stream"], rows["measured_at"]),
    )
