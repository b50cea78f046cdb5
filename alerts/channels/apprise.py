"""Mail, DingTalk, WeCom, Feishu and what else apprise knows, by an apprise URL with one receiver."""

from datetime import datetime
from typing import TYPE_CHECKING

from alerts.delivery.channel import ChannelOptions, UndeliveredError
from telemetry.errors import ConfigurationError
from telemetry.store.outbox import Notice

if TYPE_CHECKING:
    from apprise import NotifyBase

    from alerts.records import Language


def channel(options: ChannelOptions) -> "AppriseChannel":
    """Open a channel by its apprise URL.

    Raises
    ------
    ConfigurationError
        If apprise does not know it, or it has several receivers, of which some might get a notice twice.
    """
    from apprise import Apprise, AppriseAsset, NotifyBase  # noqa: PLC0415 -- it takes long to load

    found = Apprise.instantiate(options.url, asset=AppriseAsset(async_mode=False))
    if not isinstance(found, NotifyBase):
        raise ConfigurationError(f"notify.channel {options.name}: expected a url that apprise knows")
    if len(found) != 1:
        raise ConfigurationError(f"notify.channel {options.name}: expected one receiver, not {len(found)}")
    return AppriseChannel(found, options.language)


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
