"""``citygas dead-letters``: what was refused, why, what to do; mended and replayed."""

import getpass
import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Annotated, Any, TypeAlias

import typer

from citygas.commands.options import AsJson, Config, DataDir, opened
from citygas.commands.payloads import File, Hexadecimal, Text, payload_of, shown
from citygas.commands.times import parse_moment
from citygas.roles import router
from ingest.mending import mend
from ingest.reasons import ADVICE
from ingest.replay import replay_refused
from telemetry.model import moment
from telemetry.store.batches import Counts
from telemetry.store.dead_letters import (
    DeadLetterFilter,
    DeadLetterRow,
    WholeDeadLetter,
    find_dead_letter,
    last_dead_letter,
    list_dead_letters,
)

app = typer.Typer(no_args_is_help=True)

Number: TypeAlias = Annotated[int, typer.Argument(help="Its number, as listed.")]
Reason: TypeAlias = Annotated[str | None, typer.Option(help="Why they were refused.")]
Device: TypeAlias = Annotated[str | None, typer.Option(help="Whose they are.")]
Since: TypeAlias = Annotated[str | None, typer.Option(help="Received from then on: RFC 3339 with offset.")]


@app.command("list")
def _list(
    reason: Reason = None,
    device: Device = None,
    since: Since = None,
    everything: Annotated[bool, typer.Option("--all", help="Those stored since, too.")] = False,
    limit: Annotated[int, typer.Option(help="How many at most.", min=1)] = 50,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """List what was refused and is not stored yet, newest first."""
    start = moment(parse_moment(since)) if since else None
    wanted = DeadLetterFilter(reason, device, start, only_open=not everything)
    with opened(config, data_dir, "dead-letters") as (connection, *_):
        rows = list_dead_letters(connection, wanted, last=last_dead_letter(connection), limit=limit)
    if as_json:
        typer.echo(json.dumps([_as_json(row) for row in rows], ensure_ascii=False, indent=2))
        return
    for row in rows:
        typer.echo(f"{row.dead_letter_id}\t{_when_and_why(row)}\t{row.device or row.topic}\t{row.detail}")


@app.command("show")
def _show(number: Number, as_json: AsJson = False, data_dir: DataDir = None, config: Config = None) -> None:
    """Show one with its payload, why it was refused and what to do."""
    with opened(config, data_dir, "dead-letters") as (connection, *_):
        found = find_dead_letter(connection, number)
    if as_json:
        typer.echo(
            json.dumps(_as_json(found.row) | {"advice": _advice(found.row)}, ensure_ascii=False, indent=2)
        )
        return
    for line in _told(found):
        typer.echo(line)


@app.command("mend")
def _mend(
    number: Number,
    *,
    reason: Annotated[str, typer.Option(help="Why it is corrected so.")],
    hexadecimal: Hexadecimal = None,
    text: Text = None,
    file: File = None,
    topic: Annotated[str | None, typer.Option(help="Where it should have been published.")] = None,
    by: Annotated[str | None, typer.Option(help="Who corrects it.", show_default="the user")] = None,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Store a corrected payload as if it had come when the refused one came, which is kept as it was."""
    payload = payload_of(hexadecimal, text, file)
    with opened(config, data_dir, "dead-letters") as (connection, dsn, chosen):
        connection.commit()
        who = by or getpass.getuser()
        counts = mend(dsn, number, payload, by=who, reason=reason, topic=topic, router=router(chosen))
    _report(counts)


@app.command("replay")
def _replay(
    numbers: Annotated[list[int] | None, typer.Argument(help="Their numbers; without any, all.")] = None,
    reason: Reason = None,
    device: Device = None,
    since: Since = None,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Decode again what is not stored yet: after a decoder, a route or the registry was mended."""
    with opened(config, data_dir, "dead-letters") as (connection, dsn, chosen):
        connection.commit()
        counts = replay_refused(
            dsn,
            parse_moment(since) if since else 0,
            reason=reason,
            devices=[device] if device else None,
            letters=numbers or None,
            router=router(chosen),
        )
    _report(counts)


def _report(counts: Counts) -> None:
    typer.echo(f"stored {counts.committed}, stood already {counts.duplicate}, refused newly {counts.refused}")


def _when_and_why(row: DeadLetterRow) -> str:
    return f"{row.received_at:%Y-%m-%d %H:%M:%S} UTC\t{row.reason}"


def _advice(row: DeadLetterRow) -> str:
    return ADVICE[row.reason].en if row.reason in ADVICE else ""


def _told(found: WholeDeadLetter) -> Iterator[str]:
    row = found.row
    yield f"received    {row.received_at:%Y-%m-%d %H:%M:%S} UTC on {row.topic}"
    yield f"decoder     {row.decoder or 'none'}, device {row.device or 'not known'}"
    where = "the whole payload" if row.element is None else f"element {row.element}"
    yield f"refused     {where}: {row.reason}: {row.detail}"
    yield f"what to do  {_advice(row)}"
    for mended in found.mends:
        yield f"mended      {mended.mended_at:%Y-%m-%d %H:%M:%S} UTC by {mended.mended_by}: {mended.reason}"
    if row.replayed_at and not found.mends:
        yield f"replayed    {row.replayed_at:%Y-%m-%d %H:%M:%S} UTC"
    yield f"payload     {row.payload_size} bytes"
    yield "" if row.payload is None else shown(row.payload)


def _as_json(row: DeadLetterRow) -> dict[str, Any]:
    return {
        "id": row.dead_letter_id,
        "received_at": row.received_at.isoformat(),
        "topic": row.topic,
        "device": row.device,
        "decoder": row.decoder,
        "reason": row.reason,
        "detail": row.detail,
        "element": row.element,
        "payload_base64": None if row.payload is None else b64encode(row.payload).decode(),
        "replayed_at": row.replayed_at.isoformat() if row.replayed_at else None,
    }
