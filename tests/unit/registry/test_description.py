"""The documentation says of every column what import goes by."""

import os
from pathlib import Path

from telemetry.work.registry_csv.description import describe

PAGE = Path(__file__).parents[3] / "docs" / "registry.md"
MARK = "<!-- columns: "


def test_the_page_describes_every_column_as_it_is() -> None:
    text = PAGE.read_text("utf-8")
    above, mark, rest = text.partition(MARK)
    first_line = rest.partition("\n")[0]
    wanted = f"{above}{mark}{first_line}\n\n{describe()}"
    if os.environ.get("CITYGAS_WRITE_GOLDEN"):
        PAGE.write_text(wanted, "utf-8")
        text = wanted
    assert text == wanted, "docs/registry.md is not what the declarations say: make golden"
