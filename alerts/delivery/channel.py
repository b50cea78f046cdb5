"""What every way to notify has in common, and which there are: one for each file of ``alerts.channels``."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol

import alerts.channels
from alerts.records import Language
from telemetry.errors import CitygasError, ConfigurationError
from telemetry.store.outbox import Notice


class UndeliveredError(CitygasError):
    """A receiver did not take a notice; ``gone`` if it never wants another one."""

    def __init__(self, why: str, *, gone: bool = False) -> None:
        super().__init__(why)
        self.gone = gone


@dataclass(frozen=True, kw_only=True)
class ChannelOptions:
    """A channel as it is configured.

    Attributes
    ----------
    kind : str
        The file of ``alerts.channels`` that it is opened by.
    url : str
        Where it leads, in the words of its kind; often a secret. ``{to}`` stands for whom a notice is to.
    secrets : tuple of str
        What notices are signed with: each with all of them.
    allow : tuple of str
        Networks and addresses inside the house that it may lead to.
    per_minute : int
        How many messages it takes in any minute.
    """

    name: str
    kind: str
    url: str
    secrets: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    per_minute: int = 20
    language: Language = "zh"


class Channel(Protocol):
    """A way to one receiver."""

    def send(self, notice: Notice, at: datetime) -> None:
        """Hand a notice over; `UndeliveredError` where it was not taken."""


@cache
def channel_kinds() -> dict[str, Callable[[ChannelOptions], Channel]]:
    """Return what opens a channel of each kind.

    Raises
    ------
    TypeError
        If a file of the package holds no function ``channel``.
    """
    found = {}
    for file in sorted(iter_modules(alerts.channels.__path__), key=lambda one: one.name):
        opened = getattr(import_module(f"alerts.channels.{file.name}"), "channel", None)
        if not callable(opened):
            raise TypeError(f"alerts/channels/{file.name}.py holds no function channel")
        found[file.name] = opened
    return found


def opened(options: ChannelOptions) -> Channel:
    """Open a channel.

    Raises
    ------
    ConfigurationError
        If there is no such kind, or the channel is configured wrongly.
    """
    kinds = channel_kinds()
    if options.kind not in kinds:
        raise ConfigurationError(
            f"notify.channel {options.name}: unknown kind {options.kind}; expected one of {', '.join(kinds)}"
        )
    return kinds[options.kind](options)
