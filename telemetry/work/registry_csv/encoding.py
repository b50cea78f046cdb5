"""UTF-8 or GB18030: what a file's bytes are, when they do not say so themselves."""

import codecs
from typing import Final

UTF_8: Final = "UTF-8"
GB18030: Final = "GB18030"
_FIRST_IDEOGRAPHIC: Final = "\u0800"
_BYTE_ORDER_MARK: Final = "\ufeff"


class UnknownEncodingError(ValueError):
    """Neither encoding reads the bytes; ``line`` is where the likelier one ends."""

    def __init__(self, line: int, byte: int, expected: str) -> None:
        super().__init__(f"line {line}: byte 0x{byte:02x}")
        self.line = line
        self.byte = byte
        self.expected = expected


def surely_gb18030(content: bytes) -> bool:
    """Say whether bytes are GB18030 and cannot be UTF-8."""
    return _reads(content, GB18030) is not None and _reads(content, UTF_8) is None


def decode(content: bytes, *, among_gb18030: bool) -> tuple[str, str]:
    """Return the text and the name of its encoding.

    A byte order mark decides. Else it is UTF-8 where it can be: few Chinese
    words in GB18030 can, and then as letters of alphabets alone. Such a text
    is taken for GB18030 when files that came with it are.
    """
    body = content.removeprefix(codecs.BOM_UTF8)
    encodings = (UTF_8,) if body is not content else (UTF_8, GB18030)
    if (
        among_gb18030
        and len(encodings) > 1
        and max(_reads(body, UTF_8) or "", default="") < _FIRST_IDEOGRAPHIC
    ):
        encodings = (GB18030, UTF_8)
    furthest = 0
    for encoding in encodings:
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError as wrong:
            furthest = max(furthest, wrong.start)
        else:
            return text.removeprefix(_BYTE_ORDER_MARK), encoding
    raise UnknownEncodingError(body.count(b"\n", 0, furthest) + 1, body[furthest], " or ".join(encodings))


def _reads(content: bytes, encoding: str) -> str | None:
    """Return the text if the bytes are of that encoding."""
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None
