"""Who speaks, where the topic says it and the payload does not."""

from ingest.decoding import Settings
from telemetry.errors import ConfigurationError, DecodeError


def level_of(settings: Settings, key: str) -> int | None:
    """Return which topic level, from 1, a setting names; None where it is not given.

    Raises
    ------
    ConfigurationError
        If it is no whole number from 1 on.
    """
    level = settings.get(key)
    if level is None:
        return None
    if not isinstance(level, int) or isinstance(level, bool) or level < 1:
        raise ConfigurationError(f"{key}: {level!r}; expected the number of a topic level, from 1")
    return level


def name_at(topic: str, level: int) -> str:
    """Return the name that stands at a level of a topic, the first being 1.

    Raises
    ------
    DecodeError
        unknown_topic, if the topic has no such level.

    >>> name_at("dtu/EVC-7/up", 2)
    'EVC-7'
    """
    levels = topic.split("/")
    if level > len(levels) or not levels[level - 1]:
        raise DecodeError("unknown_topic", f"expected a name at level {level}")
    return levels[level - 1]
