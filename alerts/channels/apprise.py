"""Mail, DingTalk, WeCom, Feishu and what else apprise knows, by an apprise URL with one receiver."""

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from alerts.delivery.channel import ChannelOptions, UndeliveredError
from telemetry.errors import ConfigurationError
from telemetry.store.outbox import Notice

if TYPE_CHECKING:
    from apprise import NotifyBase

    from alerts.records import Language


TO: Final = "{to}"
"""What stands in a URL for the address of a notice."""

_SOMEBODY: Final = ("somebody@example.com", "+8613800000000")


def channel(options: ChannelOptions) -> "AppriseChannel | Addressed":
    """Open a channel by its apprise URL.

    Raises
    ------
    ConfigurationError
        If apprise does not know it, or it has several receivers, of which some might get a notice twice.
    """
    if TO not in options.url:
        return _opened(options, options.url)
    for somebody in _SOMEBODY:
        with suppress(ConfigurationError):
            _opened(options, _to(options.url, somebody))
            return Addressed(options)
    raise ConfigurationError(f"notify.channel {options.name}: expected a url that apprise knows with {TO}")


def _opened(options: ChannelOptions, url: str) -> "AppriseChannel":
    from apprise import Apprise, AppriseAsset, NotifyBase  # noqa: PLC0415 -- it takes long to load

    found = Apprise.instantiate(url, asset=AppriseAsset(async_mode=False))
    if not isinstance(found, NotifyBase):
        raise ConfigurationError(f"notify.channel {options.name}: expected a url that apprise knows")
    if len(found) != 1:
        raise ConfigurationError(f"notify.channel {options.name}: expected one receiver, not {len(found)}")
    return AppriseChannel(found, options.language)


def _to(url: str, address: str) -> str:
    return url.replace(TO, quote(address, safe=""))


class Addressed:
    """A way to whomever a notice is to."""

    def __init__(self, options: ChannelOptions) -> None:
        self._options = options

    def send(self, notice: Notice, at: datetime) -> None:
        """Send a notice once, to its address."""
        try:
            receiver = _opened(self._options, _to(self._options.url, str(notice.content.get("to", ""))))
        except ConfigurationError as error:
            raise UndeliveredError("its address is none") from error
        receiver.send(notice, at)


class AppriseChannel:
    """One receiver that apprise knows how to reach."""

    def __init__(self, receiver: "NotifyBase", language: "Language") -> None:
        """Leave repeating to the outbox: apprise is to try once."""
        self._receiver = receiver
        self._receiver.retry = 0
        self._language = language

    def send(self, notice: Notice, at: datetime) -> None:  # noqa: ARG002 -- others sign the time
        """Send a notice once, in the channel's language."""
        from apprise import LogCapture  # noqa: PLC0415

        said = notice.content["text"][self._language]
        body = f"{said['body']}\n#{notice.notice_id}"
        with LogCapture(name="apprise") as log:  # type: ignore[no-untyped-call]  # it has no types of its own
            taken = self._receiver.notify(title=said["title"], body=body)
            why = log.getvalue().strip().rpartition("\n")[2]
        if not taken:
            raise UndeliveredError(why or "apprise says no")
