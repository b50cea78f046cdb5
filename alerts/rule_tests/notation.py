"""The short notation of a series: ``"300x6 330+0.5x10 _x3"``."""

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

from telemetry.errors import ConfigurationError

Value: TypeAlias = float | str | None

_FIGURE: Final = r"(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?"
_WORD: Final = r"(?P<word>[a-z_][a-z_,]*?)"
_TIMES: Final = r"(?:x(?P<times>\d+))?"
_ITEM: Final = re.compile(f"(?:(?P<first>[+-]?{_FIGURE})(?P<by>[+-]{_FIGURE})?|{_WORD}){_TIMES}")
_TOKEN: Final = re.compile(r"\s*(?:(?P<open>\()|\)(?:x(?P<again>\d+))?(?=[\s)]|$)|(?P<item>[^\s()]+))")
_MOST: Final = 1_000_000


def series(text: str) -> list[Value]:
    """Return the values that a series stands for, one an interval; None is a value that is not sent.

    Parameters
    ----------
    text : str
        Items, apart by spaces. ``a`` is one value, ``axN`` the same N times; ``a+bxN`` and ``a-bxN`` are
        N values, each b more or less than the one before; ``_`` and ``_xN`` are not sent; a word such as
        ``open`` stands for itself. ``( … )xN`` is what stands inside, N times.

    Returns
    -------
    list of float, str or None
        In their order.

    Raises
    ------
    ConfigurationError
        If an item is none of these.

    Notes
    -----
    N counts values. In promtool ``axN`` is one value more than that.

    Examples
    --------
    >>> series("300x2 330+0.5x3 _ (openx2 closed)x2")
    [300.0, 300.0, 330.0, 330.5, 331.0, None, 'open', 'open', 'closed', 'open', 'open', 'closed']
    """
    groups: list[list[Value]] = [[]]
    place = 0
    stripped = text.rstrip()
    while place < len(stripped):
        token = _TOKEN.match(stripped, place)
        if token is None:
            raise ConfigurationError(f"{stripped[place:].strip()!r}: expected an item such as 300x6 or _x3")
        place = token.end()
        if token["open"]:
            groups.append([])
        elif token["item"]:
            groups[-1] += _item(token["item"])
        elif len(groups) == 1:
            raise ConfigurationError(f"{text!r}: a ) without its (")
        else:
            groups[-2:] = [groups[-2] + _again(groups[-1], int(token["again"] or 1))]
    if len(groups) > 1:
        raise ConfigurationError(f"{text!r}: a ( without its )")
    return groups[0]


def _again(values: list[Value], times: int) -> list[Value]:
    """Return values several times over."""
    if len(values) * times > _MOST:
        raise ConfigurationError(f"a group that stands for more than {_MOST:,} values")
    return values * times


def _item(text: str) -> Iterator[Value]:
    """Yield the values of one item."""
    match = _ITEM.fullmatch(text)
    if match is None or (match["times"] and int(match["times"]) > _MOST):
        raise ConfigurationError(f"{text!r}: expected 300, 300x6, 330+0.5x10, _, _x3 or a word such as open")
    for step in range(int(match["times"] or 1)):
        if match["word"]:
            yield None if match["word"] == "_" else match["word"]
        else:
            yield round(float(match["first"]) + step * float(match["by"] or 0), 9)
