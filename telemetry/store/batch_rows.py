"""A batch as the bytes that COPY takes, made before the transaction that needs them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np

from telemetry.batch import Batch, Columns
from telemetry.model import Integers, RawMessage
from telemetry.store.copy import Field, encode, fields, int8, row, timestamptz
from telemetry.store.payloads import pack

KEPT_OF_TOO_LARGE: Final = 64 * 1024
TOO_LARGE: Final = 1024 * 1024
MOST_MESSAGES: Final = 16_384
"""The step of the sequence that numbers them."""

_READING: Final = fields(
    "device_id int4, measured_at timestamptz, content_hash int8, received_at timestamptz, message_id int8, "
    "index_um3 int8?, base_index_um3 int8?, mechanical_index_um3 int8?, disturbed_index_um3 int8?, "
    "base_disturbed_index_um3 int8?, pressure_pa float8?, gauge_pressure_pa float8?, temperature_k float8?, "
    "flow_m3h float8?, base_flow_m3h float8?, battery_v float4?, battery_pct float4?, valve int2?, "
    "meter_bypass_valve int2?, seq int8?, flags int4, arrival_correction_factor float8?, "
    "arrival_base_flow_m3h float8?"
)
_PRESSURE: Final = fields(
    "station_id int4, stream int2, measured_at timestamptz, content_hash int8, received_at timestamptz, "
    "message_id int8, inlet_gauge_pressure_pa float8?, outlet_gauge_pressure_pa float8?, "
    "outlet_min_gauge_pressure_pa float8?, outlet_max_gauge_pressure_pa float8?, temperature_k float8?, "
    "filter_differential_pa float8?, flow_m3h float8?, gas_lel_pct float4?, slam_shut int2?, "
    "bypass_valve int2?, relief int2?, cabinet_open bool?, flags int4"
)

_BOOLEAN: Final = {False: b"\x00", True: b"\x01"}
_MESSAGE_HEAD: Final = b"\x00\x07\x00\x00\x00\x08"
"""Seven columns, of which the first has eight bytes: the message's number."""


@dataclass(frozen=True)
class Rows:
    """Rows of COPY. Messages have no number yet; the other tables' rows tell their place in the batch.

    Where the messages are stored already the rows carry their numbers, and ``messages`` is empty.
    """

    messages: Sequence[bytes]
    readings: bytes
    pressures: bytes

    def numbered(self, first: int) -> bytes:
        """Return the messages' rows, numbered from ``first`` on."""
        numbers = (int8(first + place) for place in range(len(self.messages)))
        heads = ((_MESSAGE_HEAD, number) for number in numbers)
        return b"".join(
            chain.from_iterable((*head, rest) for head, rest in zip(heads, self.messages, strict=True))
        )


def encode_batch(batch: Batch) -> Rows:
    """Encode a batch.

    Raises
    ------
    ValueError
        If it has more messages than the sequence numbers at once.
    """
    if len(batch.messages) > MOST_MESSAGES:
        raise ValueError(f"{len(batch.messages)} messages, expected at most {MOST_MESSAGES}")
    messages = zip(batch.messages, batch.decoders, strict=True) if batch.message_ids is None else ()
    places, received = numbers_of(batch, 0), times_of(batch)
    return Rows(
        messages=[_message_row(message, decoder) for message, decoder in messages],
        readings=_rows(_READING, batch.readings, places, received),
        pressures=_rows(_PRESSURE, batch.pressures, places, received),
    )


def numbers_of(batch: Batch, first: int) -> Integers:
    """Return the messages' numbers: those they have, or from ``first`` on."""
    if batch.message_ids is not None:
        return np.array(batch.message_ids, dtype=np.int64)
    return first + np.arange(len(batch.messages), dtype=np.int64)


def times_of(batch: Batch) -> Integers:
    """Return when each message came."""
    return np.array([message.received_at for message in batch.messages], dtype=np.int64)


def _rows(layout: Sequence[Field], columns: Columns, numbers: Integers, received: Integers) -> bytes:
    if not columns:
        return b""
    message = columns["message"]
    return encode(layout, columns | {"message_id": numbers[message], "received_at": received[message]})


def _message_row(message: RawMessage, decoder: str | None) -> bytes:
    """Return a message's row behind its number."""
    too_large = len(message.payload) > TOO_LARGE
    kept, packed = (message.payload[:KEPT_OF_TOO_LARGE], False) if too_large else pack(message.payload)
    encoded = row(
        (
            timestamptz(message.received_at),
            message.topic.encode(),
            None if decoder is None else decoder.encode(),
            _BOOLEAN[message.redelivered],
            kept,
            _BOOLEAN[packed],
        )
    )
    return encoded[2:]  # the count of columns stands before the number
