"""The gas meters among the M-Bus channels of a P1 telegram."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, NamedTuple, TypeAlias

from ingest.decoders._p1_telegram import channels
from telemetry.errors import DecodeError
from telemetry.model import Instant, instant

Lines: TypeAlias = Mapping[str, Sequence[str]]
"""Of one channel, the values behind each code."""

LOCAL: Final = "24.3.0"
"""The code of versions 2 and 3: its time says no zone."""
_CORRECTED: Final = {"24.2.3": False, "24.2.1": True, LOCAL: True}
_GAS: Final = re.compile(r"0*3", re.ASCII)
_NEVER: Final = "700101"
_TIME: Final = re.compile(r"(\d{12})([SW]?)", re.ASCII)
_REGISTER: Final = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)(?:\*m3)?", re.ASCII)
_OFFSETS: Final = {"S": timezone(timedelta(hours=2)), "W": timezone(timedelta(hours=1)), "": UTC}
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]+")
_UNIT_OF_LOCAL: Final = 5


class GasMeter(NamedTuple):
    """A gas meter's register as its channel has it, in text."""

    channel: int
    number: str
    code: str
    time: str
    value: str
    valve: str

    @property
    def corrected(self) -> bool:
        """Tell whether the register is corrected to temperature."""
        return _CORRECTED[self.code]

    @property
    def never(self) -> bool:
        """Tell whether the register was never captured: there is no meter."""
        return self.time.startswith(_NEVER)

    @property
    def path(self) -> str:
        """The OBIS code of the register."""
        return f"0-{self.channel}:{self.code}"

    def register_m3(self) -> float:
        """Return the register.

        Raises
        ------
        DecodeError
            wrong_type, if it is no number of m³.
        """
        match = _REGISTER.fullmatch(self.value)
        if match is None:
            raise DecodeError("wrong_type", f"{self.code}: {self.value[:40]!r}; expected m³")
        return float(match[1])

    def captured_at(self) -> Instant:
        """Return when the register was captured; a time without zone as if it were UTC.

        Raises
        ------
        DecodeError
            wrong_type, if it is no time, or lacks the zone that its version says.
        """
        match = _TIME.fullmatch(self.time)
        if match is None or (not match[2] and self.code != LOCAL):
            said = self.time[:40]
            raise DecodeError("wrong_type", f"{self.code}: {said!r}; expected YYMMDDhhmmss with S or W")
        try:
            at = datetime.strptime(f"20{match[1]}", "%Y%m%d%H%M%S").replace(tzinfo=_OFFSETS[match[2]])
        except ValueError:
            raise DecodeError("wrong_type", f"{self.code}: {self.time}; there is no such time") from None
        return instant(at)


def gas_meters(payload: bytes) -> list[GasMeter]:
    """Return the gas meters of a telegram that have a register, by channel.

    Raises
    ------
    DecodeError
        decode_error, if it is no telegram or its checksum is wrong.
    """
    found = (_gas_meter(channel, lines) for channel, lines in sorted(channels(payload).items()))
    return [one for one in found if one is not None]


def _gas_meter(channel: int, lines: Lines) -> GasMeter | None:
    if not _GAS.fullmatch("".join(lines.get("24.1.0", ()))):
        return None
    for code in _CORRECTED:
        values = lines.get(code, ())
        if len(values) > 1:
            unit = "*m3" if values[_UNIT_OF_LOCAL : _UNIT_OF_LOCAL + 1] == ["m3"] else ""
            valve = "".join(lines.get("24.4.0", ()))
            return GasMeter(channel, _number(lines), code, values[0], values[-1] + unit, valve)
    return None


def _number(lines: Lines) -> str:
    """Return the gas meter's number in characters; the digits themselves where they make none."""
    digits = "".join(lines.get("96.1.0") or lines.get("96.1.1") or ())
    try:
        text = bytes.fromhex(digits).decode("ascii")
    except ValueError:
        return digits
    return text if _NAME.fullmatch(text) else digits
