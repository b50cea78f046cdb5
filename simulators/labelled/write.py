"""A labelled city as files: registry, readings, samples, credits, events, jobs and the truth."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from simulators.days import local_time
from simulators.labelled.city import LabelledCity
from simulators.labelled.splice import Spliced
from simulators.labelled.tables import Columns
from simulators.labelled.truth import truth_json
from simulators.registry import write_rows
from telemetry.batch import NULL


def write_city(city: LabelledCity, folder: Path) -> None:
    """Write everything into a folder, which is made when missing."""
    registry, pressures = folder / "registry", folder / "pressures"
    for directory in (registry, pressures):
        directory.mkdir(parents=True, exist_ok=True)
    for name, rows in city.tables.items():
        if rows:
            write_rows(registry / f"{name}.csv", rows)
    _write_table(folder / "readings.parquet", city.readings, {"device": city.devices})
    if city.cards:
        _write_table(folder / "cards.parquet", city.cards, {"device": city.devices})
    for number, station in enumerate(city.stations):
        _write_table(pressures / f"{station}.parquet", city.pressures(number), {})
    (folder / "events.json").write_text(_events(city), encoding="utf-8")
    (folder / "jobs.json").write_text(json.dumps(city.jobs, indent=1) + "\n", encoding="utf-8")
    (folder / "truth.json").write_text(truth_json(city), encoding="utf-8")


def write_spliced(spliced: Spliced, folder: Path) -> None:
    """Write a real meter's history with faults in it, what the registry must say of it, and the truth."""
    folder.mkdir(parents=True, exist_ok=True)
    meter, point = spliced.series.meter, spliced.point
    _write_table(folder / f"{meter}.parquet", spliced.readings, {"device": (meter,)})
    known = {
        "meter": meter,
        "type": point.meter.type,
        "qmax_m3h": point.meter.qmax_m3h,
        "qmin_m3h": point.meter.qmin_m3h,
        "digits": point.meter.digits,
        "expected_interval_s": point.expected_s,
    }
    text = json.dumps({**known, "faults": spliced.truth()}, ensure_ascii=False, indent=1)
    (folder / f"{meter}.truth.json").write_text(text + "\n", encoding="utf-8")


def _write_table(path: Path, columns: Columns, names: Mapping[str, tuple[str, ...]]) -> None:
    """Write columns as Parquet: what was not sent is null, and places in a list are its names."""
    table = {
        name: pa.DictionaryArray.from_arrays(column, list(names[name])) if name in names else _array(column)
        for name, column in columns.items()
    }
    parquet.write_table(pa.table(table), path, compression="zstd")


def _array(column: NDArray[Any]) -> pa.Array:
    missing = np.isnan(column) if column.dtype.kind == "f" else column == NULL
    return pa.array(column, mask=missing)


def _events(city: LabelledCity) -> str:
    """Return one event a line, as the native format has them."""
    rows = (
        {
            "device": e.device,
            "measured_at": local_time(e.at),
            "code": e.code,
            "state": e.state,
            "text": e.text,
        }
        for e in city.events
    )
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
