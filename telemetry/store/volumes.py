"""Volumes as they are read: hours as they stand, and gas days, ten days and months summed from them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from math import isnan
from typing import Any, Final

import msgspec
import numpy as np
from psycopg import Connection

from telemetry.batch import NULL, UM3_PER_M3, Columns
from telemetry.billing.gas_day import Granularity, intervals
from telemetry.billing.placement import Accounts, accounts_of, calendar_of
from telemetry.model import DAY, HOUR, Floats, Instant, Integers, moment
from telemetry.ptz.method import method_names
from telemetry.quality import Quality
from telemetry.registry import Registry
from telemetry.store.copy import fields
from telemetry.store.copy_out import blocks_out
from telemetry.store.registry_tables import load_registry
from telemetry.store.statements import statements
from telemetry.volumes.longer import Longer, longer
from telemetry.volumes.method import BaseMethod

_HOUR: Final = fields(
    "meter_id int4, interval_start timestamptz, revision int4, volume_um3 int8, base_volume_um3 int8, "
    "device_base_volume_um3 int8, pressure_pa float8, temperature_k float8, correction_factor float8, "
    "z_ratio float8, coverage float4, quality int2, method int4, z_method int4, flags int8, "
    "computed_at timestamptz, uncertainty_m3 float8"
)
_METHODS: Final = tuple(method.word for method in BaseMethod)
_QUALITIES: Final = tuple(quality.word for quality in Quality)
_KELVIN: Final = 273.15
_DIGITS: Final = 6
_BEYOND: Final = {
    Granularity.HOUR: 0,
    Granularity.DAY: 2 * DAY,
    Granularity.TEN_DAY: 13 * DAY,
    Granularity.MONTH: 33 * DAY,
}
"""How far at most an interval reaches beyond where it starts."""


class QualityShare(msgspec.Struct, frozen=True, gc=False):
    """How many hours of an interval are of one quality, and their base volume."""

    quality: str
    hours: int
    base_volume_m3: float


class Volume(msgspec.Struct, frozen=True, kw_only=True):
    """The volume of one interval as others read it; what is not known is None.

    ``estimated_share`` and ``quality_breakdown`` are there for intervals longer than an hour.
    """

    meter: str
    account: str | None
    interval_start: datetime
    interval_end: datetime
    volume_m3: float
    base_volume_m3: float
    device_base_volume_m3: float | None
    uncertainty_m3: float | None
    pressure_kpa: float | None
    temperature_degc: float | None
    correction_factor: float | None
    z_ratio: float | None
    coverage: float
    quality: str
    method: str
    z_method: str | None
    revision: int
    computed_at: datetime
    estimated_share: float | None = None
    quality_breakdown: tuple[QualityShare, ...] | None = None


def volumes(
    connection: Connection,
    meters: Sequence[str] | None,
    start: Instant,
    end: Instant,
    granularity: Granularity = Granularity.HOUR,
    *,
    registry: Registry | None = None,
    as_of: Instant | None = None,
) -> Iterator[Volume]:
    """Yield the volumes of meters, or of all, of the intervals that start in a half-open span.

    They are as they stand, or as they stood at ``as_of`` by the database's clock.

    In order of meter as registered and time, a megabyte in memory at a time. Days begin at the gas
    day of the site where the meter is, or was last, before the span ends; an hour belongs to the day
    it starts in. An interval of which nothing is known is left out; a name that is no meter's has none.
    """
    known = registry or load_registry(connection)
    names = {meter_id: meter for meter, meter_id in known.meter_ids.items()}
    blocks = _hours(connection, known, meters, (start, end + _BEYOND[granularity]), as_of)
    if granularity == Granularity.HOUR:
        for block in blocks:
            for meter, rows in _meters_in(block, names):
                yield from _of_hours(meter, accounts_of(known, meter), rows)
        return
    for meter, rows in _whole_meters(blocks, names):
        edges = intervals(calendar_of(known, meter, end), granularity, start, end)
        yield from _of_intervals(meter, accounts_of(known, meter), longer(rows, edges))


def _hours(
    connection: Connection,
    registry: Registry,
    meters: Sequence[str] | None,
    span: tuple[Instant, Instant],
    as_of: Instant | None,
) -> Iterator[Columns]:
    """Yield hourly columns, in order of meter and time."""
    known = registry.meter_ids
    wanted = {
        "meters": None if meters is None else [known[meter] for meter in meters if meter in known],
        "start": moment(span[0]),
        "end": moment(span[1]),
        "as_of": None if as_of is None else moment(as_of),
        "methods": list(_METHODS),
        "z_methods": list(method_names()),
    }
    with connection.cursor() as cursor:
        yield from blocks_out(cursor, statements("volumes")["hours"], _HOUR, wanted)


def _meters_in(block: Columns, names: Mapping[int, str]) -> Iterator[tuple[str, Columns]]:
    """Yield the rows of each meter of a block that has a name."""
    ids, begins = np.unique(block["meter_id"], return_index=True)
    ends = np.append(begins, len(block["meter_id"]))[1:]
    for meter_id, first, end in zip(ids.tolist(), begins.tolist(), ends.tolist(), strict=True):
        if meter_id in names:
            yield names[meter_id], {name: column[first:end] for name, column in block.items()}


def _whole_meters(blocks: Iterator[Columns], names: Mapping[int, str]) -> Iterator[tuple[str, Columns]]:
    """Yield all rows of each meter, which may be spread over several blocks."""
    parts: list[Columns] = []
    last: str | None = None
    for block in blocks:
        for meter, rows in _meters_in(block, names):
            if last is not None and meter != last:
                yield last, _joined(parts)
                parts = []
            last = meter
            parts.append(rows)
    if last is not None:
        yield last, _joined(parts)


def _joined(parts: list[Columns]) -> Columns:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _of_hours(meter: str, accounts: Accounts, rows: Columns) -> Iterator[Volume]:
    for values in _described(accounts, rows | {"interval_end": rows["interval_start"] + HOUR}):
        yield Volume(meter=meter, **values)


def _of_intervals(meter: str, accounts: Accounts, found: Longer) -> Iterator[Volume]:
    shares = found.estimated_share.round(_DIGITS).tolist()
    hours, base = found.hours_by_quality.tolist(), found.base_by_quality_um3.tolist()
    for values, share, *by_quality in zip(
        _described(accounts, found.columns), shares, hours, base, strict=True
    ):
        yield Volume(
            meter=meter,
            estimated_share=share,
            quality_breakdown=tuple(
                QualityShare(word, count, um3 / UM3_PER_M3)
                for word, count, um3 in zip(_QUALITIES, *by_quality, strict=True)
                if count
            ),
            **values,
        )


def _described(accounts: Accounts, rows: Columns) -> Iterator[dict[str, Any]]:
    """Yield each row under the names and in the units that others read."""
    z_methods = (None, *method_names())
    columns = {
        "account": accounts.at(rows["interval_start"]),
        "interval_start": [moment(at) for at in rows["interval_start"].tolist()],
        "interval_end": [moment(at) for at in rows["interval_end"].tolist()],
        "volume_m3": (rows["volume_um3"] / UM3_PER_M3).tolist(),
        "base_volume_m3": (rows["base_volume_um3"] / UM3_PER_M3).tolist(),
        "device_base_volume_m3": _known(_m3(rows["device_base_volume_um3"])),
        "uncertainty_m3": _known(rows["uncertainty_m3"].round(_DIGITS)),
        "pressure_kpa": _known((rows["pressure_pa"] / 1000).round(_DIGITS)),
        "temperature_degc": _known((rows["temperature_k"] - _KELVIN).round(_DIGITS)),
        "correction_factor": _known(rows["correction_factor"]),
        "z_ratio": _known(rows["z_ratio"]),
        "coverage": rows["coverage"].round(_DIGITS).tolist(),
        "quality": [_QUALITIES[number] for number in rows["quality"].tolist()],
        "method": [_METHODS[number] for number in rows["method"].tolist()],
        "z_method": [z_methods[number] for number in rows["z_method"].tolist()],
        "revision": rows["revision"].tolist(),
        "computed_at": [moment(at) for at in rows["computed_at"].tolist()],
    }
    for values in zip(*columns.values(), strict=True):
        yield dict(zip(columns, values, strict=True))


def _m3(volume_um3: Integers) -> Floats:
    return np.where(volume_um3 == NULL, np.nan, volume_um3 / UM3_PER_M3)


def _known(values: Floats) -> list[float | None]:
    """Return the values with None for what is not known."""
    return [None if isnan(value) else value for value in values.tolist()]
