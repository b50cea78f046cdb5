"""Running numbers of edge nodes: 0 to 255 over all messages of one and its devices, anew from its birth."""

import logging
from typing import Final

from ingest.decoders._sparkplug_topic import Speaker
from telemetry.errors import DecodeError
from telemetry.model import Instant

log: Final = logging.getLogger(__name__)

_NUMBERS: Final = 256
_MOST_NODES: Final = 10_000


class Sequences:
    """Tells from running numbers that messages were lost; Sparkplug sends them at QoS 0."""

    def __init__(self) -> None:
        """Begin with no node."""
        self._last: dict[Speaker, tuple[Instant, int]] = {}

    def heard(self, speaker: Speaker, at: Instant, seq: int | None, *, anew: bool) -> int:
        """Note a message; return how many were lost since the one before, as far as the numbers tell.

        They tell nothing before something of the node itself is heard: the route may take only some of
        its devices.

        Raises
        ------
        DecodeError
            decode_error, if it is none of the running numbers.
        """
        if seq is None:
            return 0
        if not 0 <= seq < _NUMBERS:
            raise DecodeError("decode_error", f"seq {seq}; expected 0 to {_NUMBERS - 1}")
        node = speaker.node
        last = self._last.get(node)
        if last is None and speaker != node:
            return 0
        if last is not None and at <= last[0]:
            return 0  # read once more
        self._last[node] = at, seq
        if len(self._last) > _MOST_NODES:
            del self._last[next(iter(self._last))]
        lost = 0 if last is None or anew else (seq - last[1] - 1) % _NUMBERS
        if lost:
            log.warning("sparkplug_lost group=%s edge=%s messages=%s", node.group, node.edge, lost)
        return lost
