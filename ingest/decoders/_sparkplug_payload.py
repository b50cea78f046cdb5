"""Sparkplug B payloads: their metrics."""

from typing import Any, Final, NamedTuple

from google.protobuf.message import DecodeError as NotProtobufError

from ingest.decoders import _sparkplug_b_pb2 as wire
from ingest.decoders._fields import shortest
from telemetry.errors import DecodeError

_MOST: Final = 20_000
"""More metrics than any edge node has."""
_SIGNED_BITS: Final = {1: 8, 2: 16, 3: 32, 4: 64}
"""Int8 to Int64, by datatype: they come as their two's complement."""


class Metric(NamedTuple):
    """One value, by name or by the alias that a birth gave it."""

    name: str
    alias: int | None
    at_ms: int | None
    datatype: int
    value: float | bool | str | None
    """As it lies in the payload; None where it is null or of a kind that nothing is made of."""


class Payload(NamedTuple):
    """What one message says."""

    at_ms: int | None
    seq: int | None
    metrics: list[Metric]


def sparkplug_payload(payload: bytes) -> Payload:
    """Return what a payload says.

    Raises
    ------
    DecodeError
        decode_error, if it is no protobuf, or holds more metrics than make sense.
    """
    try:
        said = wire.Payload.FromString(payload)
    except NotProtobufError:
        raise DecodeError("decode_error", "no Sparkplug B payload: protobuf cannot read it") from None
    if said.uuid:
        raise DecodeError(
            "decode_error", f"a body as {_text(said.uuid)[:40]!r} says: compressed payloads are not read"
        )
    if len(said.metrics) > _MOST:
        raise DecodeError("decode_error", f"{len(said.metrics)} metrics; expected at most {_MOST}")
    return Payload(
        said.timestamp if said.HasField("timestamp") else None,
        said.seq if said.HasField("seq") else None,
        [_metric(one) for one in said.metrics],
    )


def meant(value: float | bool | str | None, datatype: int) -> float | bool | str | None:
    """Return a value as its datatype means it: whole numbers below 0 come as their two's complement.

    >>> meant(2**32 - 5, 3), meant(251, 1), meant(7, 7)
    (-5, -5, 7)
    """
    bits = _SIGNED_BITS.get(datatype)
    if bits is None or type(value) is not int:
        return value
    low = value & (1 << bits) - 1
    return low - (1 << bits) if low >> bits - 1 else low


def _metric(one: wire.Metric) -> Metric:
    kind = None if one.is_null else one.WhichOneof("value")
    value: Any = None if kind is None else getattr(one, kind)
    if kind == "float_value":
        value = shortest(value)
    elif kind == "string_value":
        value = _text(value)
    return Metric(
        _text(one.name),
        one.alias if one.HasField("alias") else None,
        one.timestamp if one.HasField("timestamp") else None,
        one.datatype,
        value,
    )


def _text(said: str | bytes) -> str:
    """Return a text; what is no UTF-8 comes as bytes."""
    return said if isinstance(said, str) else said.decode("utf-8", "replace")
