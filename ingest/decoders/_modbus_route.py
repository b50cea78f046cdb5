"""What a route says of Modbus payloads: the map, whose registers they are, and how they are framed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ingest.decoders._hexadecimal import said
from ingest.decoders._modbus import Frame, frames
from ingest.decoders._registers import FOLDER, RegisterMap, register_map
from ingest.decoders._tables import names
from ingest.decoders._topic import level_of, name_at
from ingest.decoding import Settings
from telemetry.errors import ConfigurationError, DecodeError

TAKES: Final = {
    "map": f"{', '.join(names(FOLDER))}; or a path that ends in .toml; or the map itself as a table",
    "reads": "[[first address, count], …] where other registers are read than the map says",
    "device_level": "the level of the topic, from 1, at which the device's name stands",
    "devices": 'slave address to device name, as {"1" = "EVC-1"}, where one terminal asks several',
    "frame": '"rtu", or "bare" where the payload is the registers alone',
}
_UNKNOWN: Final = 0
"""The slave of a frame that cannot be read."""


@dataclass(frozen=True)
class Route:
    """Settings, ready to decode by."""

    map: RegisterMap
    level: int | None
    devices: Mapping[int, str]
    bare: bool

    def speaker(self, topic: str) -> str | None:
        """Return the device that the topic names, where it names one."""
        return None if self.level is None else name_at(topic, self.level)

    def device(self, slave: int) -> str:
        """Return the device that has a slave address.

        Raises
        ------
        DecodeError
            unknown_device, where the route names none.
        """
        try:
            return self.devices[slave]
        except KeyError:
            raise DecodeError("unknown_device", f"the route names no device of slave {slave}") from None

    def bytes_of(self, payload: bytes) -> bytes:
        """Return what a payload says; one as long as bare registers is those, whatever it looks like."""
        return payload if self.bare and len(payload) == sum(self.map.sizes) else said(payload)

    def frames(self, payload: bytes) -> list[Frame]:
        """Return the frames of a payload; bare registers as if they were the responses."""
        return self._bare(payload) if self.bare else frames(payload)

    def elements(self, found: Sequence[Frame]) -> list[list[Frame]]:
        """Return those responses of a slave together that make a reading.

        What the master asked is passed over, unless there is nothing else.
        """
        together: list[list[Frame]] = []
        for frame in [frame for frame in found if not frame.request] or found:
            last = together[-1] if together else []
            if last and len(last) < len(self.map.sizes) and frame.slave in (last[0].slave, _UNKNOWN):
                last.append(frame)
            else:
                together.append([frame])
        return together

    def registers(self, payload: bytes, element: Sequence[Frame]) -> bytes:
        """Return the bytes of all registers of an element, laid end to end.

        Raises
        ------
        DecodeError
            decode_error, where a frame is none or they are not what the map reads.
        """
        for frame in element:
            if frame.fault:
                raise DecodeError("decode_error", frame.fault)
        read = [payload[frame.body : frame.body_end] for frame in element]
        if [len(one) for one in read] != self.map.sizes:
            sizes = ", ".join(str(len(one)) for one in read)
            raise DecodeError("decode_error", f"{sizes} bytes of registers; the map reads {self.map.sizes}")
        return b"".join(read)

    def _bare(self, payload: bytes) -> list[Frame]:
        if len(payload) != sum(self.map.sizes):
            raise DecodeError(
                "decode_error", f"{len(payload)} bytes, the map reads {sum(self.map.sizes)} of bare registers"
            )
        begin, found = 0, []
        for size in self.map.sizes:
            found.append(Frame(begin, begin + size, body=begin, body_end=begin + size))
            begin += size
        return found


def route(settings: Settings) -> Route:
    """Return settings ready to decode by.

    Raises
    ------
    ConfigurationError
        Where they are wrong, or do not say whose the registers are.
    """
    frame = settings.get("frame", "rtu")
    if frame not in ("rtu", "bare"):
        raise ConfigurationError(f'frame: {frame!r}; expected "rtu" or "bare"')
    level, devices = level_of(settings, "device_level"), settings.get("devices")
    if (level is None) == (devices is None):
        raise ConfigurationError("expected one of device_level and devices: whose the registers are")
    if frame == "bare" and level is None:
        raise ConfigurationError("devices: bare registers name no slave, expected device_level")
    return Route(
        register_map(settings.get("map"), settings.get("reads")), level, _devices(devices), frame == "bare"
    )


def _devices(given: object) -> dict[int, str]:
    if given is None:
        return {}
    named = given if isinstance(given, Mapping) else {}
    found = {
        int(slave): name for slave, name in named.items() if str(slave).isdecimal() and isinstance(name, str)
    }
    if not found or len(found) < len(named):
        raise ConfigurationError(f'devices: {given!r}; expected slave address to name, as {{"1" = "EVC-1"}}')
    return found
