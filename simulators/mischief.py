"""Payloads that must be refused, each for one reason, and some that are odd and must not be."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from simulators.city import City
from simulators.encoders import native
from simulators.encoders.native import Element
from simulators.truth import Outcome, Publication
from simulators.voices import MeterVoice

_MIB: Final = 1024 * 1024
_FUTURE_S: Final = 1200
_LONG_AGO: Final = "1998-05-01T00:00:00+08:00"


@dataclass(frozen=True, slots=True)
class Victim:
    """The customer whose device is made to say something wrong, and when."""

    city: City
    voice: MeterVoice
    row: int
    at: float

    @property
    def device(self) -> str:
        """Name of the device."""
        return self.city.customers[self.row].meter.device

    def topic(self, device: str | None = None, kind: str = "reading") -> str:
        """Return a topic in the device's area."""
        return native.topic(self.city.customers[self.row].meter.zone, device or self.device, kind)

    def element(self, before_s: float = 0.0) -> Element:
        """Return a sound reading."""
        return self.voice.element(self.row, self.at - before_s)

    def refused(self, payload: bytes, reason: str, topic: str | None = None) -> Publication:
        """Return a publication that is refused as a whole."""
        return Publication(topic or self.topic(), payload, self.at, Outcome(refused=(reason,)))


Trick: TypeAlias = Callable[[Victim], Publication]


def not_utf8(victim: Victim) -> Publication:
    """Write a note in GB18030 where UTF-8 is expected."""
    text = native.text({**victim.element(), "note": "阀门正常"}).decode()
    return victim.refused(text.encode("gb18030"), "not_utf8")


def truncated(victim: Victim) -> Publication:
    """Cut a message off near its end."""
    return victim.refused(native.payload([victim.element()])[:-20], "not_json")


def nan_token(victim: Victim) -> Publication:
    """Write a register as NaN, which JSON does not have but careless encoders do."""
    element = {**victim.element(), "index_m3": "@"}
    return victim.refused(native.payload([element]).replace(b'"@"', b"NaN"), "not_json")


def too_large(victim: Victim) -> Publication:
    """Add a note that makes a sound reading just larger than a mebibyte."""
    bare = len(native.payload([{**victim.element(), "note": ""}]))
    element = {**victim.element(), "note": "x" * (_MIB - bare + 64)}
    return victim.refused(native.payload([element]), "too_large")


def without_register(victim: Victim) -> Publication:
    """Leave out every register."""
    return victim.refused(native.payload([_without_registers(victim.element())]), "missing_field")


def without_time(victim: Victim) -> Publication:
    """Leave out the time."""
    element = {key: value for key, value in victim.element().items() if key != "measured_at"}
    return victim.refused(native.payload([element]), "missing_field")


def register_as_text(victim: Victim) -> Publication:
    """Write a register as text."""
    element = {**_without_registers(victim.element()), "index_m3": "12a.7"}
    return victim.refused(native.payload([element]), "wrong_type")


def time_without_offset(victim: Victim) -> Publication:
    """Write a local time without saying where."""
    stamp = str(native.times(np.array([float(int(victim.at))]), "local")[0])
    element = {**victim.element(), "measured_at": stamp.removesuffix("+08:00")}
    return victim.refused(native.payload([element]), "wrong_type")


def not_finite(victim: Victim) -> Publication:
    """Write a register beyond what a float can hold."""
    element = {**_without_registers(victim.element()), "index_m3": "@"}
    return victim.refused(native.payload([element]).replace(b'"@"', b"1e400"), "not_finite")


def unknown_device(victim: Victim) -> Publication:
    """Speak as a device that nobody has registered."""
    return victim.refused(native.payload([victim.element()]), "unknown_device", victim.topic("EVC-00000"))


def unknown_topic(victim: Victim) -> Publication:
    """Publish under a word that the format does not know."""
    topic = victim.topic(kind="telemetry")
    return victim.refused(native.payload([victim.element()]), "unknown_topic", topic)


def clock_ahead(victim: Victim) -> Publication:
    """Set the device's clock twenty minutes ahead."""
    ahead = native.times(np.array([float(int(victim.at)) + _FUTURE_S]), "local")[0]
    return victim.refused(native.payload([{**victim.element(), "measured_at": ahead}]), "clock")


def clock_reset(victim: Victim) -> Publication:
    """Let the device's clock fall back to the last century."""
    return victim.refused(native.payload([{**victim.element(), "measured_at": _LONG_AGO}]), "clock")


def bad_among_good(victim: Victim) -> Publication:
    """Send an array in which one element has lost its register."""
    elements = [victim.element(before) for before in (3.0, 2.0, 1.0, 0.0)]
    elements[2] = _without_registers(elements[2])
    outcome = Outcome(committed=3, refused=("missing_field",))
    return Publication(victim.topic(), native.payload(elements), victim.at, outcome)


def speaking_for_another(victim: Victim) -> Publication:
    """Let a gateway also speak for a device that is not bound to it."""
    gateway, members = next(iter(victim.city.gateways.items()))
    own = victim.voice.message(members[0], victim.at)
    other = native.spoken_for(victim.device, "reading", victim.element())
    topic = native.topic(gateway.partition("-")[2], gateway, "batch")
    outcome = Outcome(committed=1, refused=("identity_mismatch",))
    return Publication(topic, native.batch([own, other]), victim.at, outcome)


def odd_but_sound(victim: Victim) -> Publication:
    """Send an optional value of the wrong type and an unknown key: they cost nothing but themselves."""
    element = {**victim.element(), "temperature_degc": "warm", "rssi_dbm": -87}
    return Publication(victim.topic(), native.payload([element]), victim.at, Outcome(committed=1))


def _without_registers(element: Element) -> Element:
    return {key: value for key, value in element.items() if not key.endswith("index_m3")}


_TRICKS: Final[tuple[Trick, ...]] = (
    not_utf8,
    truncated,
    nan_token,
    too_large,
    without_register,
    without_time,
    register_as_text,
    time_without_offset,
    not_finite,
    unknown_device,
    unknown_topic,
    clock_ahead,
    clock_reset,
    bad_among_good,
    odd_but_sound,
)


def tricks(city: City) -> tuple[Trick, ...]:
    """Return the tricks that this city can play: without gateways nobody speaks for another."""
    return (*_TRICKS, speaking_for_another) if city.gateways else _TRICKS
