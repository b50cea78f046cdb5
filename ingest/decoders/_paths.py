"""Places in a JSON payload, compiled to functions that look there.

==========================  ====================================================================
path                        is
==========================  ====================================================================
``temp.value``              the key ``value`` of the object under ``temp``, from the element
``points.0``                the first of an array
``points[name=T].value``    the key ``value`` of that object of an array whose ``name`` is ``T``
``$.header.sn``             the same from the whole payload, where elements stand inside it
==========================  ====================================================================
"""

import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeAlias

from telemetry.errors import ConfigurationError

Look: TypeAlias = Callable[[object, object], object]
"""Element and whole payload to what stands at a place; None where nothing does."""

_ROOT: Final = "$."
_STEP: Final = re.compile(r"(?P<key>[^.\[\]]+)(?:\[(?P<name>[^.\[\]=]+)=(?P<value>[^.\[\]]*)\])?")


class Chosen(NamedTuple):
    """A step to the one object of an array whose key has a value."""

    key: str
    value: str


Step: TypeAlias = str | int | Chosen


class Place(NamedTuple):
    """A path, read."""

    text: str
    steps: tuple[Step, ...]
    from_root: bool


def place(key: str, text: str) -> Place:
    """Read the path that a mapping has under a key.

    Raises
    ------
    ConfigurationError
        If it is none, naming the key.

    >>> place("device", "points[name=T].0").steps
    ('points', Chosen(key='name', value='T'), 0)
    """
    from_root = text.startswith(_ROOT)
    steps: list[Step] = []
    for part in text.removeprefix(_ROOT).split("."):
        match = _STEP.fullmatch(part)
        if match is None:
            raise ConfigurationError(f"{key}: {text!r}; expected a path like a.b, list.0 or list[name=T].c")
        steps.append(int(match["key"]) if match["key"].isdecimal() else match["key"])
        if match["name"] is not None:
            steps.append(Chosen(match["name"], match["value"]))
    return Place(text, tuple(steps), from_root)


def own_key(there: Place) -> str | None:
    """Return the key of the element itself that a place is; None where it is anything else."""
    first = there.steps[0]
    return first if isinstance(first, str) and len(there.steps) == 1 and not there.from_root else None


def looking(there: Place) -> Look:
    """Return the function that looks at a place."""
    steps = there.steps
    if there.from_root:
        return lambda _element, root: _walk(root, steps)
    if (key := own_key(there)) is not None:
        return lambda element, _root: element.get(key) if type(element) is dict else None
    return lambda element, _root: _walk(element, steps)


def _walk(here: object, steps: Sequence[Step]) -> object:
    for step in steps:
        if type(step) is str:
            here = here.get(step) if type(here) is dict else None
        elif type(step) is int:
            here = _item(here, step)
        else:
            here = _chosen(here, step)
        if here is None:
            return None
    return here


def _item(here: object, number: int) -> object:
    """Return one of an array; an object may have a number for a key."""
    if isinstance(here, dict):
        return here.get(str(number))
    return here[number] if isinstance(here, list) and number < len(here) else None


def _chosen(here: object, wanted: Step) -> object:
    if not isinstance(here, list) or not isinstance(wanted, Chosen):
        return None
    return next(
        (one for one in here if isinstance(one, dict) and plain(one.get(wanted.key)) == wanted.value), None
    )


def plain(value: object) -> str | None:
    """Return a scalar as a mapping writes it: ``true``, ``1``, ``1.5``, text; None for anything else.

    >>> [plain(value) for value in (True, 1, 1.0, 1.5, "on", None, [])]
    ['true', '1', '1', '1.5', 'on', None, None]
    """
    match value:
        case bool():
            return "true" if value else "false"
        case int() | str():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() else str(value)
        case _:
            return None


class Known:
    """Which keys a mapping uses, to tell those it does not know."""

    def __init__(self, places: Sequence[Place]) -> None:
        """Take the places that a mapping looks at, from one start."""
        self._keys: dict[str, list[Place]] = {}
        for there in places:
            first = there.steps[0]
            if isinstance(first, str):
                rest = there.steps[1:]
                self._keys.setdefault(first, []).append(Place(there.text, rest, from_root=False))
        # Below a place that is used as a whole everything is known, and so is what stands in an array.
        self._below = {
            key: Known(rest)
            for key, rest in self._keys.items()
            if all(one.steps and isinstance(one.steps[0], str) for one in rest)
        }

    def unknown(self, here: object) -> list[str]:
        """Return the keys that nobody asked for."""
        if type(here) is not dict:
            return []
        if not self._below and here.keys() <= self._keys.keys():
            return []
        found = [str(key) for key in here if key not in self._keys]
        for key, below in self._below.items():
            found += [f"{key}.{name}" for name in below.unknown(here.get(key))]
        return found
