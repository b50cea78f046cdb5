"""Payloads on the command line: as options they come in by, and as text that shows them."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from ingest.payload_text import lines_of, text_of

Hexadecimal: TypeAlias = Annotated[
    str | None, typer.Option("--hex", help="The payload as hexadecimal digits.")
]
Text: TypeAlias = Annotated[str | None, typer.Option(help="The payload as text.")]
File: TypeAlias = Annotated[Path | None, typer.Option(help="The payload as a file.")]


def payload_of(hexadecimal: str | None, text: str | None, file: Path | None) -> bytes:
    """Return the payload that one of three options gives."""
    given = [one for one in (hexadecimal, text, file) if one is not None]
    if len(given) != 1:
        raise typer.BadParameter("expected one of --hex, --text, --file")
    if file is not None:
        return file.read_bytes()
    if text is not None:
        return text.encode()
    try:
        return bytes.fromhex(hexadecimal or "")
    except ValueError as error:
        raise typer.BadParameter(f"--hex: {error}") from None


def shown(payload: bytes) -> str:
    """Return a payload as its text where it is some, else as lines of hexadecimal digits.

    >>> shown(b'{"seq": 1}'), shown(bytes([0x68, 0x30, 0x16]))
    ('{"seq": 1}', '68 30 16')
    """
    text = text_of(payload)
    return "\n".join(lines_of(payload)) if text is None else text
