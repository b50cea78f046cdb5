r"""DSMR and eMUCS P1 telegrams: the gas meters on the M-Bus channels of an electricity meter.

=======================  ===================================  =============================================
line of channel n        is                                   becomes
=======================  ===================================  =============================================
``0-n:24.1.0(003)``      device type; 3 is gas                only these are read
``0-n:96.1.0(…)``,       number of the gas meter, its         the device; by ``device_level`` a level of
``0-n:96.1.1(…)``        characters as hexadecimal digits     the topic
``0-n:24.2.1(t)(v*m3)``  register corrected to temperature    ``base_index_m3``, by ``corrected`` ``index_m3``
``0-n:24.2.3(t)(v*m3)``  register, not corrected (Belgium)    ``index_m3``
``0-n:24.3.0(t)(…)(m3)`` the same as 24.2.1 in versions 2     as 24.2.1; t has no zone: local times
``(v)``                  and 3, the value on the next line
``0-n:24.4.0(x)``        valve: 1 open, 0 and 2 closed        ``valve``
=======================  ===================================  =============================================

t is ``YYMMDDhhmmss`` with S (summer, UTC+2) or W (winter, UTC+1) from version 4 on. 1970-01-01 stands for
"never": a meter that was taken away keeps its channel, and is passed over. Samples: dsmr_parser,
``test/example_telegrams.py``; meterlogger, Fluvius 1.7.1. Layer: `_p1_telegram`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from typing import Final, TypeAlias

from ingest.decoders._choices import chosen
from ingest.decoders._element import read
from ingest.decoders._one_by_one import one_by_one
from ingest.decoders._p1_samples import FLUVIUS, TWO_CHANNELS, V3, V4
from ingest.decoders._p1_telegram import channels
from ingest.decoders._topic import level_of, name_at
from ingest.decoding import Decoded, Decoder, Part, Record, Settings, Vector
from telemetry.errors import DecodeError
from telemetry.model import Instant, RawMessage, Reading, Valve, instant

_GAS: Final = re.compile(r"0*3", re.ASCII)
_NEVER: Final = "700101"
_TIME: Final = re.compile(r"(\d{12})([SW]?)", re.ASCII)
_REGISTER: Final = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)(?:\*m3)?", re.ASCII)
_OFFSETS: Final = {"S": timezone(timedelta(hours=2)), "W": timezone(timedelta(hours=1)), "": UTC}
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]+")
_VALVES: Final = {"0": "closed", "1": "open", "2": "closed"}
_CORRECTED: Final = {"24.2.3": False, "24.2.1": True, "24.3.0": True}
_REGISTERS: Final = ("base_index_m3", "index_m3")
Lines: TypeAlias = Mapping[str, Sequence[str]]
"""Of one channel, the values behind each code."""


def configure(settings: Settings) -> Callable[[RawMessage], Decoded]:
    """Return the decoding that a route asks for."""
    corrected = chosen(settings, "corrected", _REGISTERS) or "base_index_m3"
    return partial(_decode, corrected=corrected, level=level_of(settings, "device_level"))


def _decode(message: RawMessage, corrected: str, level: int | None) -> Decoded:
    gas = [lines for _, lines in sorted(channels(message.payload).items()) if _is_gas(lines)]
    live = [lines for lines in gas if not _captured(lines)[1].startswith(_NEVER)]
    if not live:
        raise DecodeError("missing_field", f"none of {len(gas)} gas channels ever had a register")
    local = {"24.3.0" in lines for lines in live}
    if len(local) > 1:
        raise DecodeError("decode_error", "some registers say their zone and some do not")
    told = name_at(message.topic, level) if level else None
    if told and len(live) > 1:
        raise DecodeError("decode_error", f"the topic names one device, there are {len(live)} gas meters")
    return one_by_one(
        live,
        lambda lines: _records(told or _number(lines), lines, corrected),
        lambda lines: told or _number(lines) or None,
        local_times=local.pop(),
    )


def _records(device: str, lines: Lines, corrected: str) -> list[Record]:
    if not device:
        raise DecodeError("missing_field", "96.1.0 or 96.1.1, or the setting device_level")
    code, time, value = _captured(lines)
    register = _REGISTER.fullmatch(value)
    if register is None:
        raise DecodeError("wrong_type", f"{code}: {value[:40]!r}; expected m³")
    fields = {
        corrected if _CORRECTED[code] else "index_m3": float(register[1]),
        "valve": _VALVES.get("".join(lines.get("24.4.0", ()))),
    }
    return read(device, _instant(code, time), fields)


def _is_gas(lines: Lines) -> bool:
    return _GAS.fullmatch("".join(lines.get("24.1.0", ()))) is not None and _captured(lines)[0] != ""


def _captured(lines: Lines) -> tuple[str, str, str]:
    """Return code, time and value of a channel's register; empty where it has none."""
    for code in _CORRECTED:
        values = lines.get(code, ())
        if len(values) > 1:
            unit = "*m3" if values[5:6] == ["m3"] else ""
            return code, values[0], values[-1] + unit
    return "", "", ""


def _instant(code: str, time: str) -> Instant:
    """Return a time of capture; one without zone as if it were UTC."""
    match = _TIME.fullmatch(time)
    if match is None or (not match[2] and code != "24.3.0"):
        raise DecodeError("wrong_type", f"{code}: {time[:40]!r}; expected YYMMDDhhmmss with S or W")
    try:
        at = datetime.strptime(f"20{match[1]}", "%Y%m%d%H%M%S").replace(tzinfo=_OFFSETS[match[2]])
    except ValueError:
        raise DecodeError("wrong_type", f"{code}: {time}; there is no such time") from None
    return instant(at)


def _number(lines: Lines) -> str:
    """Return the gas meter's number in characters; the digits themselves where they make none."""
    digits = "".join(lines.get("96.1.0") or lines.get("96.1.1") or ())
    try:
        text = bytes.fromhex(digits).decode("ascii")
    except ValueError:
        return digits
    return text if _NAME.fullmatch(text) else digits


def _explain(message: RawMessage, _settings: Settings) -> Sequence[Part]:
    """Return what stands on each gas channel, also on one that is passed over."""
    try:
        found = channels(message.payload)
    except DecodeError as error:
        return [Part(f"refused: {error}")]
    return [
        Part(_meaning(lines), _captured(lines)[2], path=f"0-{channel}:{_captured(lines)[0]}")
        for channel, lines in sorted(found.items())
        if _is_gas(lines)
    ]


def _meaning(lines: Lines) -> str:
    code, time, _ = _captured(lines)
    if time.startswith(_NEVER):
        return "a gas meter that never had a register: passed over"
    kind = "corrected to temperature" if _CORRECTED[code] else "not corrected"
    return f"register of {_number(lines)} [m³], {kind}, captured {time}"


DECODER: Final = Decoder(
    name="dsmr",
    decode=configure({}),
    configure=configure,
    takes={
        "corrected": "index_m3 or base_index_m3: what a corrected register is; else base_index_m3",
        "device_level": "which level of the topic, from 1, names the device; else the gas meter's number",
    },
    explain=_explain,
    vectors=(
        Vector(
            "p1/house",
            V4,
            records=[
                Reading(
                    device="4819243993373755377509728609491464",
                    measured_at=instant(datetime(2016, 11, 29, 19, tzinfo=UTC)),
                    base_index_m3=981.443,
                )
            ],
        ),
        Vector(
            "p1/house",
            FLUVIUS,
            records=[
                Reading(
                    device="7FLO2119033733",
                    measured_at=instant(datetime(2020, 5, 12, 11, 45, 58, tzinfo=UTC)),
                    index_m3=112.384,
                    valve=Valve.OPEN,
                )
            ],
        ),
        Vector(
            "p1/house",
            V3,
            records=[
                Reading(
                    device="house",
                    measured_at=instant(datetime(2009, 2, 12, 16, tzinfo=UTC)),
                    index_m3=1.001,
                    valve=Valve.OPEN,
                )
            ],
            settings={"corrected": "index_m3", "device_level": 2},
        ),
        Vector("p1/house", V4.replace(b"00981.443", b"00981.444"), reasons=["decode_error"]),
        Vector(
            "p1/house", TWO_CHANNELS.replace(b"(200426223001S)", b"(200426253001S)"), reasons=["wrong_type"]
        ),
        Vector("p1/house", b"1-0:1.8.1(001581.123*kWh)", reasons=["decode_error"]),
    ),
)
