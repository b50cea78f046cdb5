"""Archive rows as LIS-200 devices write them: Vb and VbG actual, Vn and VnG base volume, local times."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

NAMES = "(GONr)(AONr)(Zeit)(Vn)(VnG)(Vb)(VbG)(p.MP )(T.MP)(K.MP)(Z.MP)(Er)(Check)"
UNITS = "()()()(m3)(m3)(m3)(m3)( bar)({C)()()()()"


class Row(NamedTuple):
    """One measuring period; volumes [m³], the local time at its end."""

    number: int
    at: datetime
    undisturbed: Decimal
    disturbed: Decimal
    base_undisturbed: Decimal
    base_disturbed: Decimal
    pressure_bar: Decimal
    temperature_degc: Decimal
    compressibility_ratio: Decimal
    correction_factor: Decimal


def archive(rows: Sequence[Row], *, named: bool = True) -> bytes:
    """Return an archive; ``named`` puts the names and units of the columns before it."""
    head = [NAMES, UNITS] if named else []
    return "\r\n".join([*head, *(_line(position, row) for position, row in enumerate(rows, 1))]).encode()


def _line(position: int, row: Row) -> str:
    columns = (
        row.number,
        position,
        f"{row.at:%Y-%m-%d,%H:%M:%S}",
        row.base_undisturbed,
        row.base_undisturbed + row.base_disturbed,
        row.undisturbed,
        row.undisturbed + row.disturbed,
        row.pressure_bar,
        row.temperature_degc,
        row.compressibility_ratio,
        row.correction_factor,
        "0x8104",
        "CRC Ok",
    )
    return "".join(f"({column})" for column in columns)
