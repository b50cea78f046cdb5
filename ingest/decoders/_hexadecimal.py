"""Payloads that say their bytes in hexadecimal digits, as many a data terminal (DTU) sends them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ingest.decoding import Part
from telemetry.errors import DecodeError

_DIGITS: Final = b"0123456789abcdefABCDEF"
_SPACE: Final = b" \t\r\n"
_TEXT: Final = _DIGITS + _SPACE


def is_text(payload: bytes) -> bool:
    """Tell whether a payload is nothing but hexadecimal digits and space.

    The start of no frame read here is such a digit, so that a binary one is never taken for text.
    """
    return bool(payload) and not payload.translate(None, _TEXT)


def said(payload: bytes) -> bytes:
    """Return the bytes that a payload of digits says, any other payload as it is.

    Raises
    ------
    DecodeError
        decode_error, if a byte lacks a digit.
    """
    if not is_text(payload):
        return payload
    try:
        return bytes.fromhex(payload.decode("ascii"))
    except ValueError:
        raise DecodeError("decode_error", "hexadecimal text: a byte lacks its second digit") from None


def where_said(payload: bytes, parts: Sequence[Part]) -> list[Part]:
    """Return the parts of what a payload of digits says as parts of the payload itself."""
    if not is_text(payload):
        return list(parts)
    digits = [place for place, one in enumerate(payload) if one not in _SPACE]
    return [_moved(part, digits) for part in parts]


def _moved(part: Part, digits: Sequence[int]) -> Part:
    if part.begin is None or part.end is None or part.begin == part.end:
        return replace(part, begin=None, end=None)
    return replace(part, begin=digits[2 * part.begin], end=digits[2 * part.end - 1] + 1)
