"""What is wrong with a registry file, and the error that carries all of it."""

from collections.abc import Iterable

import msgspec

from telemetry.errors import ConfigurationError


class Complaint(msgspec.Struct, frozen=True, order=True):
    """One thing that is wrong: where, and what was expected.

    >>> print(Complaint("zones.csv", 2, "name", "a text", ""))
    zones.csv, line 2, column name: expected a text, found nothing
    """

    file: str
    line: int
    column: str
    expected: str
    found: str

    def __str__(self) -> str:
        """Return it as a sentence."""
        where = f"{self.file}, line {self.line}" + (f", column {self.column}" if self.column else "")
        found = f'"{self.found}"' if self.found else "nothing"
        return f"{where}: expected {self.expected}, found {found}"


class RegistryImportError(ConfigurationError):
    """The registry files are not imported; every complaint, in order of file and line."""

    def __init__(self, complaints: Iterable[Complaint]) -> None:
        self.complaints = tuple(sorted(complaints))
        super().__init__("\n".join(map(str, self.complaints)))
