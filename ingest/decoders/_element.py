"""What a decoder read, by native key, to the objects of the model: judged as the native format is."""

from collections.abc import Mapping

import msgspec

from ingest.decoders._lenient import Salvage, require_register, salvage
from ingest.decoders._records import records
from ingest.decoders._wire import WireReading
from ingest.decoding import Record
from telemetry.model import Instant, moment


def read(device: str, measured_at: Instant, values: Mapping[str, object]) -> list[Record]:
    """Return the reading that native keys make, and its credit where they say one.

    An optional key that is wrong is dropped and flagged, as in the native format.

    Raises
    ------
    DecodeError
        missing_field, wrong_type or not_finite, where no register is left.
    """
    element = {"measured_at": moment(measured_at), **values}
    try:
        wire, lost = msgspec.convert(element, WireReading), Salvage()
    except msgspec.ValidationError:
        wire, lost = salvage(element, WireReading)
    require_register(wire, lost)
    return records(device, wire, lost.flags)
