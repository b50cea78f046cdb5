"""Settings of a route that are one of a few words, or a number."""

import math
from collections.abc import Sequence

from ingest.decoding import Settings
from telemetry.errors import ConfigurationError


def chosen(settings: Settings, key: str, words: Sequence[str]) -> str | None:
    """Return which of a few words a setting is; None where it is not given.

    Raises
    ------
    ConfigurationError
        If it is none of them.

    >>> chosen({"device": "name"}, "device", ("id", "name"))
    'name'
    """
    word = settings.get(key)
    if word is None:
        return None
    if not isinstance(word, str) or word not in words:
        raise ConfigurationError(f"{key}: {word!r}; expected one of {', '.join(words)}")
    return word


def positive(settings: Settings, key: str) -> float | None:
    """Return a setting that is a number above 0; None where it is not given.

    Raises
    ------
    ConfigurationError
        If it is anything else.

    >>> positive({"pulse_m3": 0.01}, "pulse_m3")
    0.01
    """
    number = settings.get(key)
    if number is None:
        return None
    if isinstance(number, bool) or not isinstance(number, int | float) or not 0 < number < math.inf:
        raise ConfigurationError(f"{key}: {number!r}; expected a number above 0")
    return float(number)
