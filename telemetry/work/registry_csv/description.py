"""What every column holds, for people: the same declarations that import goes by."""

from telemetry.work.registry_csv.columns import Column, RegistryFile
from telemetry.work.registry_csv.files import FILES


def describe() -> str:
    """Return a Markdown section for each file."""
    return "\n".join(map(_file, FILES))


def _file(file: RegistryFile) -> str:
    """Return a file's key and its columns as a table."""
    rows = [_row(column) for column in file.columns]
    return "\n".join(
        [
            f"### {file.name}",
            "",
            f"One row for each {' and '.join(file.key)}.",
            "",
            "| column | required | holds | refers to | volumes |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


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
