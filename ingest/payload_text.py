"""Payloads as people read them: as their text, or as lines of bytes."""

from typing import Final

_A_LINE: Final = 16


def text_of(payload: bytes) -> str | None:
    """Return a payload as text; None where it is none that a person could read.

    >>> text_of(b'{"seq": 1}'), text_of(bytes([0x68, 0x00]))
    ('{"seq": 1}', None)
    """
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return None
    return text if all(one.isprintable() or one in "\r\n\t" for one in text) else None


def lines_of(payload: bytes) -> list[str]:
    """Return a payload as lines of sixteen bytes.

    >>> lines_of(bytes(18))[1]
    '00 00'
    """
    return [part.hex(" ") for part in _parts(payload)]


def dump_of(payload: bytes) -> list[str]:
    """Return the same with where each line begins, and what of it is ASCII.

    >>> dump_of(bytes([0x68, 0x30, 0x16]))
    ['0000  68 30 16                                          h0.']
    """
    return [
        f"{_A_LINE * number:04x}  {part.hex(' '):<48}  {_ascii(part)}"
        for number, part in enumerate(_parts(payload))
    ]


def _ascii(part: bytes) -> str:
    return "".join(text if (text := chr(one)).isascii() and text.isprintable() else "." for one in part)


def _parts(payload: bytes) -> list[bytes]:
    return [payload[start : start + _A_LINE] for start in range(0, len(payload), _A_LINE)]
