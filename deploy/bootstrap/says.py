"""What the set-up tells the person at the terminal, on standard error: it is no command's output."""

import shutil
import sys


class SetupError(Exception):
    """The environment cannot be made; the message says what to do."""


def say(line: str) -> None:
    """Print a line."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def show(line: str) -> None:
    """Show what is going on in one line that the next replaces; nothing when nobody watches."""
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns - 1
        sys.stderr.write(f"\r{line[:width]:<{width}}\r")
        sys.stderr.flush()
