"""Windows for tests of the rules of meters: what meters said, row by row."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from alerts.windows.meter_states import meter_states
from alerts.windows.placed import placed
from alerts.windows.registers import registers
from alerts.windows.window import Window
from telemetry.batch import NULL, Columns
from telemetry.model import HOUR, SECOND
from telemetry.registry import Registry
from tests.unit.alerts.registries import device, installation, meter, registry
from tests.unit.alerts.said import BEGIN, NAN

_NOTHING: Final[dict[str, object]] = {
    **dict.fromkeys(
        ("base_index_m3", "mechanical_index_m3", "disturbed_index_m3", "base_disturbed_index_m3")
    ),
    **dict.fromkeys(("pressure_pa", "gauge_pressure_pa", "temperature_k", "battery_v", "battery_pct"), NAN),
    "valve": -1,
    "meter_bypass_valve": -1,
    "flags": 0,
    "told": 0,
    "is_new": True,
    "device_id": 1,
    "late_s": 0.0,
}


def city(**more: Any) -> Registry:  # noqa: ANN401 -- fields of a meter
    """One meter on one device that speaks every hour."""
    return registry(
        devices=[device(1, 3600.0)], meters=[meter(1, **more)], installations=[installation(1, 1)]
    )


def said(*rows: dict[str, Any]) -> Columns:
    """Return readings as the store gives them; ``at_h`` counts hours, an event has no ``index_m3``."""
    whole = [_NOTHING | {"at_h": float(place)} | row for place, row in enumerate(rows)]
    at = np.array([BEGIN + round(row["at_h"] * HOUR) for row in whole], dtype=np.int64)
    late = np.array([round(row["late_s"] * SECOND) for row in whole], dtype=np.int64)
    columns: Columns = {"measured_at": at, "received_at": at + late}
    for name in ("index", "base_index", "mechanical_index", "disturbed_index", "base_disturbed_index"):
        given = [row.get(f"{name}_m3") for row in whole]
        columns[f"{name}_um3"] = np.array(
            [NULL if one is None else round(one * 1e6) for one in given], dtype=np.int64
        )
    for name in ("device_id", "valve", "meter_bypass_valve", "flags", "told", "is_new"):
        columns[name] = np.array([row[name] for row in whole], dtype=np.int64)
    for name in ("pressure_pa", "gauge_pressure_pa", "temperature_k", "battery_v", "battery_pct"):
        columns[name] = np.array([row[name] for row in whole], dtype=np.float64)
    return columns


def spoke(*rows: dict[str, Any], known: Registry | None = None) -> Window:
    """Return what the watch sees when these readings arrive, hourly unless they say otherwise."""
    known = known or city()
    put = placed(said(*rows), known)
    return Window(registers=registers(put), meters=meter_states(put, known))


def every_hour(index_m3: Sequence[float], **same: Any) -> list[dict[str, Any]]:  # noqa: ANN401 -- keys of a reading
    return [{"index_m3": one} | same for one in index_m3]
