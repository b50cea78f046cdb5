"""Columns built once from the field's objects: SI floats, whole registers, one content hash a row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from telemetry.model import CardState, DeviceEvent, Integers, PressureSample, RawMessage, Reading

Column: TypeAlias = NDArray[Any]
Columns: TypeAlias = dict[str, Column]

NULL: Final = np.iinfo(np.int64).min
"""Stands for "not sent" in a column of whole numbers; in a column of floats it is NaN."""

UM3_PER_M3: Final = 1_000_000
REGISTER_LIMIT_M3: Final = 8_589_934_592.0
"""2³³: up to here a float still tells 10⁻⁶ m³ apart; a larger register is refused at the door."""

_KELVIN: Final = 273.15


def _floats(values: Sequence[float | None]) -> Column:
    if _all_missing(values):
        return np.full(len(values), np.nan)
    return np.array(values, dtype=np.float64)


def _kilo(values: Sequence[float | None]) -> Column:
    """KPa to Pa."""
    return _floats(values) * 1000.0


def _celsius(values: Sequence[float | None]) -> Column:
    """Degrees Celsius to K."""
    return _floats(values) + _KELVIN


def _register(values: Sequence[float | None]) -> Column:
    """M³ to whole numbers of 10⁻⁶ m³."""
    if _all_missing(values):
        return np.full(len(values), NULL)
    scaled = np.rint(_floats(values) * UM3_PER_M3)
    missing = np.isnan(scaled)
    whole = np.where(missing, 0.0, scaled).astype(np.int64)
    whole[missing] = NULL
    return whole


def _whole(values: Sequence[int | None]) -> Column:
    if _all_missing(values):
        return np.full(len(values), NULL)
    return np.array([NULL if value is None else value for value in values], dtype=np.int64)


def _all_missing(values: Sequence[object]) -> bool:
    """Tell whether nothing was sent: most devices send few of the fields there are."""
    return bool(values) and values[0] is None and values.count(None) == len(values)


Build: TypeAlias = Callable[[Sequence[Any]], Column]

READING: Final[dict[str, tuple[str, Build]]] = {
    "measured_at": ("measured_at", _whole),
    "index_um3": ("index_m3", _register),
    "base_index_um3": ("base_index_m3", _register),
    "mechanical_index_um3": ("mechanical_index_m3", _register),
    "disturbed_index_um3": ("disturbed_index_m3", _register),
    "base_disturbed_index_um3": ("base_disturbed_index_m3", _register),
    "pressure_pa": ("pressure_kpa", _kilo),
    "gauge_pressure_pa": ("gauge_pressure_kpa", _kilo),
    "temperature_k": ("temperature_degc", _celsius),
    "flow_m3h": ("flow_m3h", _floats),
    "base_flow_m3h": ("base_flow_m3h", _floats),
    "battery_v": ("battery_v", _floats),
    "battery_pct": ("battery_pct", _floats),
    "valve": ("valve", _whole),
    "meter_bypass_valve": ("meter_bypass_valve", _whole),
    "seq": ("seq", _whole),
    "flags": ("flags", _whole),
}
"""Column: the field it is made of, and how."""

PRESSURE: Final[dict[str, tuple[str, Build]]] = {
    "measured_at": ("measured_at", _whole),
    "stream": ("stream", _whole),
    "inlet_gauge_pressure_pa": ("inlet_gauge_pressure_kpa", _kilo),
    "outlet_gauge_pressure_pa": ("outlet_gauge_pressure_kpa", _kilo),
    "outlet_min_gauge_pressure_pa": ("outlet_min_gauge_pressure_kpa", _kilo),
    "outlet_max_gauge_pressure_pa": ("outlet_max_gauge_pressure_kpa", _kilo),
    "temperature_k": ("temperature_degc", _celsius),
    "filter_differential_pa": ("filter_differential_kpa", _kilo),
    "flow_m3h": ("flow_m3h", _floats),
    "gas_lel_pct": ("gas_lel_pct", _floats),
    "slam_shut": ("slam_shut", _whole),
    "bypass_valve": ("bypass_valve", _whole),
    "relief": ("relief", _whole),
    "cabinet_open": ("cabinet_open", _whole),
    "flags": ("flags", _whole),
}


@dataclass(frozen=True)
class DeadLetter:
    """One refused element, or a whole refused payload where ``element`` is None."""

    message: int
    element: int | None
    device: str | None
    reason: str
    detail: str


@dataclass(frozen=True)
class Mend:
    """Why a batch's single message stands for a refused payload: somebody corrected that.

    ``message_id`` is the refused one; elements in ``again`` may be, and stay, refused beside the one mended.
    """

    dead_letter_id: int
    message_id: int
    by: str
    reason: str
    again: frozenset[int | None] = frozenset()


@dataclass(frozen=True)
class Batch:
    """What one transaction stores; a ``message`` is a position in ``messages``.

    The columns of a table have as many rows as each other. Beside what was said they carry
    ``device_id`` or ``station_id``, ``message`` and what we know on arrival.
    """

    messages: Sequence[RawMessage]
    decoders: Sequence[str | None]
    elements: int
    message_ids: Sequence[int] | None = None
    """Given where the messages are stored already and decoded again."""
    readings: Columns = field(default_factory=dict)
    pressures: Columns = field(default_factory=dict)
    cards: Sequence[tuple[int, int, CardState]] = ()
    """(message, device_id, card)"""
    events: Sequence[tuple[int, DeviceEvent]] = ()
    dead_letters: Sequence[DeadLetter] = ()
    unknown_keys: frozenset[tuple[str, str, str]] = frozenset()
    """(decoder, device, key)"""
    mend: Mend | None = None


def reading_columns(readings: Sequence[Reading]) -> Columns:
    """Return readings as columns, hashed by content."""
    columns = _columns(readings, Reading, READING)
    columns["content_hash"] = content_hash(columns)
    return columns


def pressure_columns(samples: Sequence[PressureSample], elements: Integers) -> Columns:
    """Return pressure samples as columns; the rows of one element share one content hash.

    ``elements`` tells which element each sample came from: a two-stream station's element makes
    a row a stream, which are stored or repeated together.
    """
    columns = _columns(samples, PressureSample, PRESSURE)
    hashes = content_hash(columns)
    if hashes.size:
        together = np.zeros(int(elements.max()) + 1, dtype=np.uint64)
        # Mixed before they are summed: else two streams that swap their values look the same.
        np.add.at(together, elements, _mix(hashes.view(np.uint64)))
        hashes = together.view(np.int64)[elements]
    columns["content_hash"] = hashes
    return columns


def _columns(
    records: Sequence[Any], kind: type[msgspec.Struct], specification: dict[str, tuple[str, Build]]
) -> Columns:
    names = kind.__struct_fields__
    said = list(zip(*map(msgspec.structs.astuple, records), strict=True)) or [()] * len(names)
    fields = dict(zip(names, said, strict=True))
    return {column: build(fields[name]) for column, (name, build) in specification.items()}


def content_hash(columns: Columns) -> Integers:
    """Return a 64-bit hash of each row, to which a missing value adds nothing.

    So a column added later leaves the hashes of what is stored as they are. A sum of mixed
    bits, each salted with its column's name: the finaliser of splitmix64 [1]_.

    References
    ----------
    .. [1] G. L. Steele, D. Lea, C. H. Flood, Fast splittable pseudorandom number generators,
       OOPSLA 2014.
    """
    rows = next(iter(columns.values())).shape[0]
    total = np.zeros(rows, dtype=np.uint64)
    for name, column in columns.items():
        if column.dtype.kind == "f":
            present = ~np.isnan(column)
            bits = (column + 0.0).view(np.uint64)  # + 0.0: minus zero says the same as zero
        else:
            present = column != NULL
            bits = column.view(np.uint64)
        if present.any():
            total += np.where(present, _mix(bits ^ _salt(name)), np.uint64(0))
    return total.view(np.int64)


def object_hash(record: msgspec.Struct) -> int:
    """Return a 64-bit hash of one object's content, to which a missing value adds nothing either."""
    values = msgspec.structs.asdict(record).items()
    # + 0: minus zero says the same as zero
    content = {
        name: value + 0 if isinstance(value, float) else value for name, value in values if value is not None
    }
    digest = blake2b(msgspec.json.encode(content), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _salt(name: str) -> np.uint64:
    return np.uint64(int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big"))


def _mix(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
