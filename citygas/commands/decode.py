"""``citygas decode`` and ``decoders``: what a payload means, and which families there are."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer

from citygas.commands.options import AsJson
from citygas.commands.payloads import File, Hexadecimal, Text, payload_of, shown
from ingest.assembly import decode
from ingest.decoding import Decoded, Decoder, Part, Record, Vector, decoder_named, decoders
from ingest.pipeline import now
from ingest.routed import TAKEN_BY_ALL, routed
from ingest.site_clock import AHEAD, utc
from telemetry.errors import ConfigurationError
from telemetry.model import Instant, RawMessage, moment
from telemetry.quality import flag_words

_TOPIC: Final = "citygas/v1/area/DEVICE/reading"
_WIDEST: Final = 24


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("decode", help="Say what a payload means.")(_decode)
    app.command("decoders", help="Which device families there are, each with an example.")(_decoders)


def _decode(
    decoder: Annotated[str, typer.Option(help="The device family; citygas decoders lists them.")],
    hexadecimal: Hexadecimal = None,
    text: Text = None,
    file: File = None,
    topic: Annotated[str, typer.Option(help="Where it was published.")] = _TOPIC,
    settings: Annotated[Path | None, typer.Option(help="A TOML file of the route's settings.")] = None,
    setting: Annotated[
        list[str] | None, typer.Option("--set", help="One of them: key=value, as TOML writes values.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Which part of it means what.")] = False,
) -> None:
    chosen = routed(decoder, _settings(settings, setting or ()))
    message = RawMessage(topic, payload_of(hexadecimal, text, file), now())
    if explain:
        for line in _explained(chosen, message):
            typer.echo(line)
    decoded = decode(message, chosen)
    typer.echo(json.dumps(list(_records(decoded, message.received_at)), ensure_ascii=False, indent=2))
    for refusal in decoded.refusals:
        where = "" if refusal.element is None else f"element {refusal.element}: "
        typer.echo(f"refused: {where}{refusal.reason}: {refusal.detail}", err=True)
    if decoded.refusals:
        raise typer.Exit(1)


def _decoders(
    name: Annotated[str | None, typer.Argument(help="One of them; without it all.")] = None,
    as_json: AsJson = False,
) -> None:
    found = [decoder_named(name)] if name else [one for _, one in sorted(decoders().items())]
    if as_json:
        typer.echo(json.dumps([_described(one) for one in found], ensure_ascii=False, indent=2))
        return
    for one in found:
        for line in _family(one):
            typer.echo(line)
    typer.echo("every route takes")
    for line in _takes(TAKEN_BY_ALL):
        typer.echo(line)


def _settings(file: Path | None, given: list[str] | tuple[()]) -> dict[str, object]:
    """Return the settings of a file, and over them those of the command line."""
    found: dict[str, object] = {}
    if file is not None:
        try:
            found.update(tomllib.loads(file.read_text("utf-8")))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ConfigurationError(f"--settings {file}: {error}") from None
    for pair in given:
        key, equals, text = pair.partition("=")
        if not equals:
            raise typer.BadParameter(f"--set: {pair!r}; expected key=value")
        found[key.strip()] = _toml_or_text(text.strip())
    return found


def _toml_or_text(text: str) -> object:
    """Return a value as TOML writes it; what is none is text, so that nobody quotes twice."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _records(decoded: Decoded, received_at: Instant) -> Iterator[dict[str, object]]:
    """Yield records as JSON has them; a local time of a zone that is not known stands without offset."""
    for _, record in decoded.records:
        at = moment(record.measured_at).isoformat()
        if decoded.local_times and decoded.zone:
            at = moment(utc(record.measured_at, decoded.zone, received_at + AHEAD)).isoformat()
        elif decoded.local_times:
            at = at.removesuffix("+00:00")
        yield {"record": type(record).__name__, **_fields(record), "measured_at": at}


def _fields(record: Record) -> dict[str, object]:
    found = {name: getattr(record, name) for name in record.__struct_fields__}
    return {name: _word(name, value) for name, value in found.items() if value is not None}


def _word(name: str, value: object) -> object:
    """Return what a value is called: a flag, a position."""
    if name == "flags" and isinstance(value, int):
        return flag_words(value)
    return value.name.lower() if isinstance(value, Enum) else value


def _explained(decoder: Decoder, message: RawMessage) -> Iterator[str]:
    """Yield a line for each part of a payload: where, what stands there, what it means."""
    parts = decoder.parts(message)
    if not parts:
        yield f"{decoder.name} does not tell which part means what"
    for part in parts:
        where, stands = _place(part, message.payload)
        said = "" if part.value is None else f" = {part.value}"
        yield f"{where:<12} {stands:<{_WIDEST}} {part.meaning}{said}"
    yield ""


def _place(part: Part, payload: bytes) -> tuple[str, str]:
    if part.begin is None or part.end is None:
        return part.path, ""
    digits = payload[part.begin : part.end].hex(" ")
    stands = digits if len(digits) <= _WIDEST else f"{digits[: _WIDEST - 2]} …"
    return f"{part.begin}-{part.end - 1}" if part.end > part.begin + 1 else str(part.begin), stands


def _example(decoder: Decoder) -> Vector:
    return next(vector for vector in decoder.vectors if vector.records)


def _about(decoder: Decoder) -> str:
    said = import_module(f"ingest.decoders.{decoder.name}").__doc__ or ""
    return said.partition("\n\n")[0].replace("\n", " ").strip()


def _described(decoder: Decoder) -> dict[str, Any]:
    example = _example(decoder)
    decoded = decoder.set(example.settings).decode(RawMessage(example.topic, example.payload, 0))
    return {
        "decoder": decoder.name,
        "about": _about(decoder),
        "takes": dict(decoder.takes),
        "explains": decoder.explain is not None,
        "example": {
            "topic": example.topic,
            "payload": shown(example.payload),
            "settings": msgspec.to_builtins(example.settings),
            "records": list(_records(decoded, 0)),
        },
    }


def _family(decoder: Decoder) -> Iterator[str]:
    described = _described(decoder)
    example = described["example"]
    yield f"{decoder.name}: {described['about']}"
    yield from _takes(decoder.takes)
    if example["settings"]:
        yield f"  with      {json.dumps(example['settings'], ensure_ascii=False)}"
    yield f"  topic     {example['topic']}"
    for number, line in enumerate(example["payload"].splitlines()):
        yield f"  {'' if number else 'payload':<9} {line}"
    for record in example["records"]:
        yield f"  means     {json.dumps(record, ensure_ascii=False)}"
    yield ""


def _takes(settings: Mapping[str, str]) -> Iterator[str]:
    for name, expected in settings.items():
        yield f"  setting   {name}: {expected}"
