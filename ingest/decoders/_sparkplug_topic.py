"""Who speaks on a Sparkplug topic, and which type of message: Sparkplug 3.0.0, chapter 4."""

from typing import Final, NamedTuple

from telemetry.errors import DecodeError

_NAMESPACE: Final = "spBv1.0"
_LEVELS: Final = {
    **dict.fromkeys(("NBIRTH", "NDATA", "NDEATH", "NCMD"), 4),
    **dict.fromkeys(("DBIRTH", "DDATA", "DDEATH", "DCMD"), 5),
}


class Speaker(NamedTuple):
    """An edge node, or a device behind it."""

    group: str
    edge: str
    device: str = ""

    @property
    def node(self) -> "Speaker":
        """The edge node."""
        return self._replace(device="")


def spoken(topic: str) -> tuple[str, Speaker]:
    """Return the type of a message and who speaks.

    Raises
    ------
    DecodeError
        unknown_topic, if it is none of Sparkplug's.

    >>> spoken("spBv1.0/north/DDATA/RTU-3/EVC-7")
    ('DDATA', Speaker(group='north', edge='RTU-3', device='EVC-7'))
    """
    levels = topic.split("/")
    if levels[:2] == [_NAMESPACE, "STATE"]:
        return "STATE", Speaker("", levels[-1])
    kind = levels[2] if len(levels) > 2 else ""  # noqa: PLR2004  # namespace, group, type
    if levels[0] != _NAMESPACE or _LEVELS.get(kind) != len(levels) or not all(levels):
        raise DecodeError("unknown_topic", f"expected {_NAMESPACE}/group/type/edge and for a device /device")
    return kind, Speaker(levels[1], *levels[3:])
