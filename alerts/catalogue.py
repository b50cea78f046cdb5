"""The rules there are: one for each file of the package ``alerts.rules``."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import alerts.rules
from alerts.rule import Rule


@cache
def catalogue() -> dict[str, Rule]:
    """Return every rule by its name.

    Raises
    ------
    TypeError
        If a file of the package holds no rule of its own name.
    """
    found = {}
    for file in sorted(iter_modules(alerts.rules.__path__), key=lambda one: one.name):
        rule = getattr(import_module(f"alerts.rules.{file.name}"), "RULE", None)
        if not isinstance(rule, Rule) or rule.name != file.name:
            raise TypeError(f"alerts/rules/{file.name}.py holds no RULE named {file.name}")
        found[rule.name] = rule
    return found
