"""What a family says of a meter, under the native format's names, to the objects of the model."""

from collections.abc import Mapping
from typing import Final

import msgspec

from ingest.decoders._lenient import Salvage, require_register, salvage
from ingest.decoders._records import records
from ingest.decoders._wire import WireReading
from ingest.decoding import Record

_NOTHING: Final = Salvage()
"""What was lost of fields that are all well formed."""


def reading(device: str, fields: Mapping[str, object]) -> list[Record]:
    """Return the reading that fields make; what is optional and wrong is dropped and flagged.

    Parameters
    ----------
    device : str
        Whose register it is.
    fields : mapping
        By the native format's names and in their units, None what is not sent; ``measured_at`` in
        epoch seconds or as RFC 3339.

    Raises
    ------
    DecodeError
        missing_field, wrong_type or not_finite, where the time or all registers are at fault.

    Examples
    --------
    >>> (one,) = reading("G-1", {"measured_at": 1, "index_m3": 12.5, "battery_v": "low"})
    >>> one.measured_at, one.index_m3, one.battery_v
    (1000000, 12.5, None)
    """
    try:
        wire, lost = msgspec.convert(fields, WireReading), _NOTHING
    except (msgspec.ValidationError, UnicodeEncodeError):  # the latter: a lone surrogate
        wire, lost = salvage(dict(fields), WireReading)
    require_register(wire, lost)
    return records(device, wire, lost.flags)
