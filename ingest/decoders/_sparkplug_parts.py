"""Which bytes of a Sparkplug B payload are which metric."""

from collections.abc import Iterator, Sequence
from typing import Final

from ingest.decoders._sparkplug_payload import Metric, sparkplug_payload
from ingest.decoding import Part, Settings
from telemetry.errors import DecodeError
from telemetry.model import RawMessage

_METRICS_TAG: Final = 0x12
_VARINT: Final = 0
_FIXED: Final = {1: 8, 5: 4}
_LENGTH: Final = 2


def explain(message: RawMessage, _settings: Settings) -> Sequence[Part]:
    """Return the bytes of each metric; a fault last."""
    parts: list[Part] = []
    try:
        for begin, end, metric in _places(message.payload):
            parts.append(_part(begin, end, metric))
    except DecodeError as error:
        parts.append(Part(f"refused: {error}"))
    return parts


def _part(begin: int, end: int, metric: Metric | None) -> Part:
    if metric is None:
        return Part("timestamp, running number or a field that is not read", None, begin, end)
    alias = "" if metric.alias is None else f", alias {metric.alias}"
    return Part(f"metric {metric.name!r}{alias}, datatype {metric.datatype}", metric.value, begin, end)


def _places(payload: bytes) -> Iterator[tuple[int, int, Metric | None]]:
    """Yield where each field of a payload lies, with the metric where it is one; up to the first fault."""
    at = 0
    while at < len(payload):
        begin = at
        tag, at = _varint(payload, at)
        kind = tag & 7
        if kind == _VARINT:
            _, at = _varint(payload, at)
        elif kind == _LENGTH:
            length, at = _varint(payload, at)
            at += length
        else:
            at += _FIXED.get(kind, len(payload))
        if at > len(payload):
            return
        metric = None
        if tag == _METRICS_TAG:
            (metric,) = sparkplug_payload(payload[begin:at]).metrics
        yield begin, at, metric


def _varint(payload: bytes, at: int) -> tuple[int, int]:
    """Return a number of seven bits a byte and where it ends; beyond the payload where it does not."""
    value = shift = 0
    while at < len(payload) and shift < 70:  # noqa: PLR2004  # ten bytes
        byte = payload[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return value, at
    return 0, len(payload) + 1
