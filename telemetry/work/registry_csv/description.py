"""What every column holds, for people: the same declarations that import goes by."""

from telemetry.work.registry_csv.columns import Column, RegistryFile
from telemetry.work.registry_csv.files import FILES
from telemetry.work.registry_csv.ledgers import LEDGERS


def describe() -> str:
    """Return a Markdown section for each file."""
    return "\n".join(map(_file, (*FILES, *LEDGERS)))


def _file(file: RegistryFile) -> str:
    """Return a file's key and its columns as a table."""
    rows = [_row(column) for column in file.columns]
    return "\n".join(
        [
            f"### {file.name}",
            "",
            _rows_of(file),
            "",
            "| column | required | holds | refers to | volumes |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _rows_of(file: RegistryFile) -> str:
    """Return what makes a row a row of its own."""
    if file.ledger:
        return "A ledger: rows are only added; one that is there already, word for word, changes nothing."
    return f"One row for each {' and '.join(file.key)}."


def _row(column: Column) -> str:
    """Return one column's line."""
    cells = (
        f"`{column.name}`",
        "yes" if column.required else "",
        column.kind.expected.replace("|", "\\|"),
        ", ".join(column.refers_to),
        "yes" if column.derives else "",
    )
    return f"| {' | '.join(cells)} |"
