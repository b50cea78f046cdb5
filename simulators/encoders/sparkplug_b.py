"""Sparkplug B messages, written byte by byte from the protobuf encoding and Sparkplug 3.0.0 chapter 6."""

import struct
from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

Value: TypeAlias = float | bool | str | None
NAMESPACE: Final = "spBv1.0"
INT8, INT16, INT32, INT64 = 1, 2, 3, 4
UINT8, UINT16, UINT32, UINT64 = 5, 6, 7, 8
FLOAT, DOUBLE, BOOLEAN, STRING = 9, 10, 11, 12
_WIDTHS: Final = {INT8: 32, INT16: 32, INT32: 32, INT64: 64, UINT64: 64}
_LONG: Final = frozenset({INT64, UINT64})


class Metric(NamedTuple):
    """One metric; None of name, alias, time and datatype leaves that out, None for the value is null."""

    name: str | None
    alias: int | None
    datatype: int
    value: Value
    at_ms: int | None = None
    with_datatype: bool = True


def topic(group: str, kind: str, edge: str, device: str | None = None) -> str:
    """Return the topic of a message."""
    return "/".join(filter(None, (NAMESPACE, group, kind, edge, device)))


def payload(metrics: Sequence[Metric], *, at_ms: int | None, seq: int | None) -> bytes:
    """Return a payload."""
    head = b"" if at_ms is None else _whole(1, at_ms)
    tail = b"" if seq is None else _whole(3, seq)
    return head + b"".join(_bytes(2, _metric(one)) for one in metrics) + tail


def _metric(metric: Metric) -> bytes:
    parts = [
        b"" if metric.name is None else _bytes(1, metric.name.encode()),
        b"" if metric.alias is None else _whole(2, metric.alias),
        b"" if metric.at_ms is None else _whole(3, metric.at_ms),
        _whole(4, metric.datatype) if metric.with_datatype else b"",
        _whole(7, 1) if metric.value is None else _value(metric.datatype, metric.value),
    ]
    return b"".join(parts)


def _value(datatype: int, value: Value) -> bytes:
    if datatype == FLOAT:
        return _tag(12, 5) + struct.pack("<f", value)
    if datatype == DOUBLE:
        return _tag(13, 1) + struct.pack("<d", value)
    if datatype == BOOLEAN:
        return _whole(14, int(bool(value)))
    if datatype == STRING:
        return _bytes(15, str(value).encode())
    whole = int(value or 0)
    return _whole(11 if datatype in _LONG else 10, whole % (1 << _WIDTHS.get(datatype, 32)))


def _whole(field: int, number: int) -> bytes:
    return _tag(field, 0) + _varint(number)


def _bytes(field: int, content: bytes) -> bytes:
    return _tag(field, 2) + _varint(len(content)) + content


def _tag(field: int, kind: int) -> bytes:
    return _varint(field << 3 | kind)


def _varint(number: int) -> bytes:
    """Return a number in groups of seven bits, the lowest first, bit 7 set where another follows."""
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(number & 0x7F)
    return bytes(one | 0x80 for one in groups[:-1]) + bytes(groups[-1:])
