"""What a route says of CJ/T 188 payloads: whose they are, which clock counts, which bits the status has."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ingest.decoders._topic import level_of, name_at
from ingest.decoding import Settings
from telemetry.errors import ConfigurationError

TAKES: Final = {
    "name": '"address": its 14 digits, as without; or "number": the low ten, where A5 and A6 are the maker',
    "device_level": "the level of the topic, from 1, at which the device's name stands instead",
    "clock": '"meter", as without; or "received" where meters keep no time',
    "status": "bits of the status word: {valve = 0, battery = 2}, as without; {} reads none",
    "credit": '"money" or "volume": what remains in a report C001; without, it is not taken',
}
_STATUS: Final = {"valve": 0, "battery": 2}
_BITS: Final = 16
_NUMBER: Final = 10
_VALVES: Final = {0: "open", 1: "closed", 3: "fault"}
_CREDITS: Final = {"money": "remaining_money", "volume": "remaining_m3"}


@dataclass(frozen=True)
class Route:
    """Settings, ready to decode by."""

    digits: int
    level: int | None
    by_meter_s_clock: bool
    valve: int | None
    battery: int | None
    credit: str | None
    """The key of what remains in a maker's report."""

    def speaker(self, topic: str) -> str | None:
        """Return the device that the topic names, where it names one."""
        return None if self.level is None else name_at(topic, self.level)

    def status(self, word: int) -> dict[str, object]:
        """Return what a status word says, by native key."""
        said: dict[str, object] = {}
        if self.valve is not None:
            position = word >> self.valve & 0b11
            said["valve"] = _VALVES.get(position, position)
        if self.battery is not None and word >> self.battery & 1:
            said["flags"] = ["low_battery"]
        return said


def route(settings: Settings) -> Route:
    """Return settings ready to decode by.

    Raises
    ------
    ConfigurationError
        Where one is wrong.
    """
    name = _one_of(settings, "name", ("address", "number"))
    bits = settings.get("status", _STATUS)
    if not isinstance(bits, Mapping) or not bits.keys() <= _STATUS.keys():
        raise ConfigurationError(f"status: {bits!r}; expected bits of valve and battery")
    credit = None if "credit" not in settings else _one_of(settings, "credit", ("money", "volume"))
    return Route(
        digits=_NUMBER if name == "number" else 14,
        level=level_of(settings, "device_level"),
        by_meter_s_clock=_one_of(settings, "clock", ("meter", "received")) == "meter",
        valve=_bit(bits, "valve", _BITS - 1),
        battery=_bit(bits, "battery", _BITS),
        credit=credit and _CREDITS[credit],
    )


def _one_of(settings: Settings, key: str, choices: tuple[str, str]) -> str:
    given = settings.get(key, choices[0])
    if given not in choices:
        raise ConfigurationError(f"{key}: {given!r}; expected one of {', '.join(choices)}")
    return str(given)


def _bit(bits: Mapping[str, object], key: str, end: int) -> int | None:
    bit = bits.get(key)
    if bit is not None and (not isinstance(bit, int) or isinstance(bit, bool) or not 0 <= bit < end):
        raise ConfigurationError(f"status: {key} {bit!r}; expected a bit, 0 to {end - 1}")
    return bit
