"""Settle: draw up the statements of a period, and close it once it is over and complete."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

import msgspec
from psycopg import Connection

from telemetry.errors import ConflictError, EntryError
from telemetry.model import moment
from telemetry.registry import Registry
from telemetry.store import settlements
from telemetry.store.registry_tables import load_registry
from telemetry.store.settlement_material import first_waiting
from telemetry.store.settlements import Clock
from telemetry.work import adjust
from telemetry.work.settle_lines import Drawn, worked_out
from telemetry.work.settle_plan import Wanted, checked, last_end, pieces

_AT_ONCE: Final = 100
"""Statements worked out together: about ten megabytes of hours."""

_ALL: Final = 2**62


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What is closed of a period; the hash is of every statement's number and hash, in order."""

    cycle: str
    period: str
    account: str | None
    statements: int
    rows: int
    missing_hours: int
    base_volume_um3: int
    sha256: str


def draw(connection: Connection, wanted: Wanted) -> list[int]:
    """Draw up what is not closed of a period; return the numbers of the drafts.

    Raises
    ------
    EntryError
        Naming the field that makes no sense.
    """
    adjust.book(connection)
    with connection.transaction():
        settlements.take_turn(connection)
        registry = load_registry(connection)
        checked(registry, wanted)
        return _drawn(connection, registry, wanted, settlements.clock(connection))


def close(connection: Connection, wanted: Wanted, *, by: str, with_missing: bool = False) -> Manifest:
    """Close what is not closed of a period, as it is known at one moment; what is closed stays.

    Raises
    ------
    EntryError
        Naming the field: a period that is not one or not over, an account that nobody knows, or
        ``with_missing`` where hours are missing and it does not say so.
    ConflictError
        While volumes of it are being worked out again.
    """
    adjust.book(connection)
    with connection.transaction():
        settlements.take_turn(connection)
        registry = load_registry(connection)
        checked(registry, wanted)
        known = settlements.clock(connection)
        # What became known up to this moment is none of what is closed now, and all of what was before.
        adjust.book_some(connection, lambda _: registry, _ALL)
        drawn = _drawn(connection, registry, wanted, known, closing=True, with_missing=with_missing)
        settlements.close(connection, drawn, by=by, at=known.now)
        return manifest(connection, wanted)


def manifest(connection: Connection, wanted: Wanted) -> Manifest:
    """Return what is closed of a period."""
    sums = settlements.closed_sums(connection, str(wanted.cycle), wanted.period, wanted.account)
    named = zip(sums.ids, sums.hashes, strict=True)
    text = "".join(f"{number} {digest.hex()}\n" for number, digest in named)
    return Manifest(
        cycle=str(wanted.cycle),
        period=wanted.period,
        account=wanted.account,
        statements=sums.statements,
        rows=sums.rows,
        missing_hours=sums.missing_hours,
        base_volume_um3=sums.base_volume_um3,
        sha256=sha256(text.encode()).hexdigest(),
    )


def _drawn(
    connection: Connection,
    registry: Registry,
    wanted: Wanted,
    known: Clock,
    *,
    closing: bool = False,
    with_missing: bool = False,
) -> list[int]:
    """Draw what is left of a period, and let go of drafts that nothing asks for any more."""
    if closing:
        _over(registry, wanted, known)
    todo = pieces(connection, registry, wanted, known.now)
    kept: list[int] = []
    for first in range(0, len(todo), _AT_ONCE):
        some = todo[first : first + _AT_ONCE]
        drawn = list(worked_out(connection, registry, some, wanted.period, known))
        if closing:
            _complete(connection, drawn, with_missing=with_missing)
        kept += [_kept(connection, one) for one in drawn]
    settlements.forget_drafts(connection, str(wanted.cycle), wanted.period, wanted.account, kept)
    return kept


def _kept(connection: Connection, one: Drawn) -> int:
    """Keep a draft and return its number."""
    lines = list(zip(one.meter_ids, one.lines, strict=True))
    return settlements.keep_draft(connection, one.head, one.totals, lines, one.sha256)


def _over(registry: Registry, wanted: Wanted, known: Clock) -> None:
    """Refuse to close what is not over."""
    end, site = last_end(registry, wanted) or (known.now, "")
    if end > known.now:
        until = moment(end).isoformat()
        raise EntryError(
            "period", f"expected a period that is over; {wanted.period} ends {until} at site {site}"
        )


def _complete(connection: Connection, drawn: Sequence[Drawn], *, with_missing: bool) -> None:
    """Refuse to close what is still worked on, or what has gaps that nobody spoke of."""
    meter = first_waiting(connection, [span for one in drawn for span in one.spans])
    if meter is not None:
        raise ConflictError(f"volumes of meter {meter} are being worked out again; try again when they are")
    lines = (line for one in drawn for line in one.lines)
    lacking = next((line for line in lines if line.figures.missing_hours), None)
    if lacking and not with_missing:
        span = f"{moment(lacking.start).isoformat()} to {moment(lacking.end).isoformat()}"
        raise EntryError(
            "with_missing",
            f"expected true: {lacking.figures.missing_hours} hours of meter {lacking.meter} are missing"
            f" from {span}, and a closed statement takes them as no gas",
        )
