"""Which bytes of a wireless M-Bus telegram mean what, also those that make no reading."""

from collections.abc import Iterator, Sequence
from typing import Final

from ingest.decoders._hexadecimal import said, where_said
from ingest.decoders._mbus_records import MBusRecord, mbus_records
from ingest.decoders._wmbus_frame import telegram
from ingest.decoding import Part, Settings
from telemetry.errors import DecodeError
from telemetry.model import RawMessage

_UNITS: Final = {"volume": "m³", "flow": "m³/h", "temperature": "°C", "pressure": "kPa", "age": "s"}


def explain(message: RawMessage, _settings: Settings) -> Sequence[Part]:
    """Return the header and each record; a fault last."""
    parts: list[Part] = []
    try:
        # Kept one by one: what comes before a fault is told too.
        for part in _parts(said(message.payload)):
            parts.append(part)  # noqa: PERF402
    except DecodeError as error:
        parts.append(Part(f"refused: {error}"))
    return where_said(message.payload, parts)


def _parts(frame: bytes) -> Iterator[Part]:
    of = telegram(frame)
    header = f"header of {of.meter}, device type {of.device_type:02X}, status {of.status:02X}"
    yield Part(header, None, 0, of.begin)
    for record in mbus_records(frame, of.begin):
        yield Part(_meaning(record), record.moment or record.number, record.begin, record.end)


def _meaning(record: MBusRecord) -> str:
    if not record.quantity:
        return "a record that citygas does not know"
    unit = _UNITS.get(record.quantity)
    named = f"{record.quantity} [{unit}]" if unit else record.quantity
    base = ", at base conditions" if record.at_base else ""
    now = "" if record.is_current else f", storage {record.storage}, function {record.function}"
    return named + base + now
