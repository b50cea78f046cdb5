"""Progress of long work, on standard error."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class Progression:
    """A bar that can be closed before the work around it ends, to let something else be said."""

    def __init__(self, title: str, *, quiet: bool = False) -> None:
        """Show nothing yet."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=Console(stderr=True), disable=quiet)
        self._task = self._progress.add_task(title, total=None)

    def __enter__(self) -> Self:
        """Start to show."""
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop showing."""
        self.close()

    def advance(self, steps: int) -> None:
        """Move on by so many things."""
        self._progress.advance(self._task, steps)

    def show(self, done: int, total: int) -> None:
        """Show how many of how many are done."""
        self._progress.update(self._task, completed=done, total=total)

    def close(self) -> None:
        """Stop showing; closing twice does no harm."""
        self._progress.stop()


@contextmanager
def bar(title: str, *, quiet: bool = False) -> Iterator[Callable[[int], None]]:
    """Show a bar; what is yielded moves it on by a number of things."""
    with Progression(title, quiet=quiet) as progression:
        yield progression.advance
