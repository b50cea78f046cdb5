"""``citygas settle``: draw up the statements of a period, or close it."""

import json
from typing import Annotated

import typer

from api.explanation.text import cubic_metres
from citygas.commands.options import AsJson, Config, DataDir, opened
from telemetry.billing.settlement import Cycle
from telemetry.billing.statement import decimal_m3
from telemetry.store.settlements import StatementRow, find_statement
from telemetry.work.settle import Manifest, close, draw
from telemetry.work.settle_plan import Wanted

_OFFICE = "citygas settle"
"""Who closed what was closed on the command line."""


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("settle", help="Draw up the statements of a period; --close makes them final.")(_settle)


def _settle(
    cycle: Annotated[Cycle, typer.Option(help="How the customers are billed.")],
    period: Annotated[str, typer.Option(help="2026-07, or for ten days 2026-07-D1 to 2026-07-D3.")],
    account: Annotated[str | None, typer.Option(help="Only this account's.")] = None,
    closing: Annotated[bool, typer.Option("--close", help="Make them final.")] = False,
    with_missing: Annotated[
        bool, typer.Option("--with-missing", help="Close although hours are missing: they count as no gas.")
    ] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    wanted = Wanted(cycle, period, account)
    with opened(config, data_dir, "settle") as (connection, *_):
        connection.commit()
        connection.autocommit = True
        if closing:
            found = close(connection, wanted, by=_OFFICE, with_missing=with_missing)
            typer.echo(json.dumps(_plain(found)) if as_json else _sentence(found))
            return
        drawn = [find_statement(connection, number) for number in draw(connection, wanted)]
    for row in drawn:
        if row is not None:
            typer.echo(json.dumps(_draft(row)) if as_json else _line(row))
    if not as_json:
        typer.echo(f"{len(drawn)} drawn")


def _plain(found: Manifest) -> dict[str, object]:
    """Return a manifest as it is told over HTTP."""
    return {
        "cycle": found.cycle,
        "period": found.period,
        "account": found.account,
        "statements": found.statements,
        "rows": found.rows,
        "missing_hours": found.missing_hours,
        "sum_m3": decimal_m3(found.base_volume_um3),
        "sha256": found.sha256,
    }


def _draft(row: StatementRow) -> dict[str, object]:
    same = ("account", "contract", "site", "cycle", "period", "status", "missing_hours")
    return {"id": row.statement_id} | {name: getattr(row, name) for name in same} | {
        "rows": row.hour_count,
        "base_volume_m3": decimal_m3(row.base_volume_um3),
        "sha256": row.sha256.hex(),
    }  # fmt: skip


def _sentence(found: Manifest) -> str:
    hours = f"{found.rows} hours" + (f" ({found.missing_hours} missing)" if found.missing_hours else "")
    return (
        f"{found.period}: {found.statements} statements closed, {hours}, base volume"
        f" {cubic_metres(found.base_volume_um3)}\nsha256 {found.sha256}"
    )


def _line(row: StatementRow) -> str:
    missing = f", {row.missing_hours} missing" if row.missing_hours else ""
    whose = " ".join(one for one in (row.account, row.contract, row.site) if one)
    volume = cubic_metres(row.base_volume_um3)
    return (
        f"{row.statement_id} {row.period} {whose}: {row.hour_count} hours{missing},"
        f" base volume {volume} ({row.status})"
    )
