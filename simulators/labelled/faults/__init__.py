"""Every kind of fault, a family a module: a module's `KINDS` are found by scanning this package."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from simulators.labelled.kind import Kind


def kinds() -> tuple[Kind, ...]:
    """Return all kinds, ordered by the rule that should find them."""
    return tuple(sorted(_found(), key=lambda kind: kind.rule))


def _found() -> Iterator[Kind]:
    for module in iter_modules(__path__):
        yield from import_module(f"{__name__}.{module.name}").KINDS
