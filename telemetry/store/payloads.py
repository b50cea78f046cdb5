"""Payloads as they are stored: long ones packed, the others as they came."""

import zlib
from typing import Final, overload

_PACKED_FROM: Final = 1024
"""Shorter ones gain little; a single reading has some two hundred bytes."""
_FASTEST: Final = 1


def pack(payload: bytes) -> tuple[bytes, bool]:
    """Return what is stored of a payload, and whether that is packed."""
    if len(payload) < _PACKED_FROM:
        return payload, False
    return zlib.compress(payload, _FASTEST), True


@overload
def unpack(stored: bytes, packed: bool | None) -> bytes: ...
@overload
def unpack(stored: None, packed: bool | None) -> None: ...
def unpack(stored: bytes | None, packed: bool | None) -> bytes | None:
    """Return a payload as it came; None where it is not kept any more.

    >>> unpack(*pack(b"long " * 1000)) == b"long " * 1000
    True
    """
    return zlib.decompress(stored) if stored is not None and packed else stored
